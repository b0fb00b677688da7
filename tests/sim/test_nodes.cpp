// SPDX-License-Identifier: GPL-2.0-or-later
// Two to five nodes on the pure core: stories of writes, resyncs, roles that change hands, crashes and partitions
// (docs/simulation.md).
//   MN_SIM_SEED=n    tells that one alone, and shows it
//   MN_SIM_STORIES=n so many
#include "story.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace sim {

static u64 from_environment(const char *name, u64 otherwise)
{
    const char *value = std::getenv(name);

    return value ? std::strtoull(value, nullptr, 0) : otherwise;
}

// The shortest story that still goes wrong, told.
static std::string told(u64 seed)
{
    Story story(seed);
    std::string log, fault = story.shorten();

    story.run(&log);
    return "seed " + std::to_string(seed) + " (MN_SIM_SEED=" + std::to_string(seed) + "): " + fault + "\n" +
           std::to_string(story.steps()) + " steps are enough:\n" + log;
}

TEST(Nodes, KeepEveryPromise)
{
    const u64 only = from_environment("MN_SIM_SEED", 0), stories = from_environment("MN_SIM_STORIES", 10000);
    std::array<u64, 9> sum{};

    for (u64 seed = only ? only : 1; seed <= (only ? only : stories); seed++) {
        Story story(seed);
        std::string log;

        ASSERT_EQ(story.run(only ? &log : nullptr), "") << told(seed);
        std::fputs(log.c_str(), stdout);
        const auto &times = story.times();
        const u64 each[] = {times.in_sync, times.promoted, times.handed_over, times.yielded, times.split,
                            times.resumed, times.proven, times.lost, times.full};
        for (size_t i = 0; i < sum.size(); i++)
            sum[i] += each[i];
    }
    const char *words[] = {"in sync", "promoted", "handed over", "yielded", "split brain", "resumed", "slots proven",
                           "losses", "full resyncs"};
    for (size_t i = 0; i < sum.size(); i++) {
        std::printf("%s: %llu\n", words[i], static_cast<unsigned long long>(sum[i]));
        EXPECT_TRUE(only || sum[i] >= stories / 20) << words[i] << ": hardly ever";
    }
}

}  // namespace sim
