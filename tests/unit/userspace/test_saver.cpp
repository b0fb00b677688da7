// SPDX-License-Identifier: GPL-2.0-or-later
//
// When what an old source has is saved, and what becomes of a failure (keep-lost-writes).
#include "base/error.hpp"
#include "mirror-netd/mailbox.hpp"
#include "mirror-netd/saver.hpp"
#include "scratch_dir.hpp"

#include <atomic>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <thread>

using namespace mirrornet;
using namespace std::chrono_literals;

namespace {

class FakeWork : public netd::SaveWork {
public:
    std::vector<netd::WantedSave> wanted() override
    {
        const std::lock_guard lock(mutex_);
        return wanted_;
    }
    std::string save(const netd::WantedSave& wanted, const Deadline& deadline) override
    {
        under_way++;
        most_under_way = std::max<int>(most_under_way, under_way);
        sleep_within(takes, deadline);
        under_way--;
        tries++;
        if (fails || wanted.generation >= without_room || deadline.cancelled())
            throw Error(ExitStatus::refused, "no room");
        const std::lock_guard lock(mutex_);
        saved_.push_back(wanted.generation);
        std::erase_if(wanted_, [&](const auto& each) { return each.mirror == wanted.mirror; });
        return "saved";
    }
    void want(std::vector<netd::WantedSave> wanted)
    {
        const std::lock_guard lock(mutex_);
        wanted_ = std::move(wanted);
    }
    std::vector<std::uint64_t> saved()
    {
        const std::lock_guard lock(mutex_);
        return saved_;
    }

    std::atomic<bool> fails = false;
    std::atomic<std::uint64_t> without_room = ~0ULL; // this generation, and those above
    std::atomic<int> tries = 0, under_way = 0, most_under_way = 0;
    std::atomic<std::chrono::milliseconds> takes{0ms};

private:
    std::mutex mutex_;
    std::vector<netd::WantedSave> wanted_;
    std::vector<std::uint64_t> saved_;
};

struct SaverTest : testing::Test {
    ScratchDir scratch;
    ConfigStore store{scratch.path()};
    netd::StopSignal stop;
    FakeWork work;
    std::optional<netd::Saver> saver;

    void SetUp() override { saver.emplace(store, work, 20ms, stop.fd()); }
    static netd::WantedSave of(std::uint64_t generation, const char* volume = "10000000-0000-4000-8000-000000000000")
    {
        return {{Uuid::parse(volume), Uuid::parse("20000000-0000-4000-8000-000000000000")}, generation};
    }
    template <typename F> static bool soon(F condition)
    {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!condition() && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(5ms);
        return condition();
    }
};

using Generations = std::vector<std::uint64_t>;

} // namespace

TEST_F(SaverTest, WhatIsWantedIsSavedOnce)
{
    work.takes = 100ms;
    work.want({of(7)});
    saver->refresh();
    saver->refresh();
    EXPECT_TRUE(soon([&] { return work.saved() == Generations{7}; }));
    saver->refresh();
    EXPECT_EQ(work.most_under_way, 1) << "the same, twice at a time";
    EXPECT_EQ(work.tries, 1);
}

TEST_F(SaverTest, TwoVolumesDoNotWaitForEachOther)
{
    work.takes = 2000ms;
    work.want({of(7), of(8, "30000000-0000-4000-8000-000000000000")});
    saver->refresh();
    EXPECT_TRUE(soon([&] { return work.most_under_way == 2; }));
    EXPECT_TRUE(soon([&] { return work.saved().size() == 2; }));
}

TEST_F(SaverTest, ManyThatCannotBeSavedKeepNoOtherFromIt)
{
    std::vector<netd::WantedSave> all;
    for (int i = 0; i < 20; i++)
        all.push_back(of(static_cast<std::uint64_t>(100 + i), fmt::format("{:08}-0000-4000-8000-000000000000", i + 1).c_str()));
    all.push_back(of(7));
    work.without_room = 100;
    work.want(all);
    saver->refresh();
    EXPECT_TRUE(soon([&] { return work.saved() == Generations{7}; }));
    EXPECT_LE(work.most_under_way, 4) << "disks have enough to do with four";
    work.want({}); // else its threads never end
}

// A person makes room.
TEST_F(SaverTest, WhatFailedIsTriedAgain)
{
    work.fails = true;
    work.want({of(7)});
    saver->refresh();
    ASSERT_TRUE(soon([&] { return work.tries >= 3; }));
    EXPECT_TRUE(work.saved().empty());
    work.fails = false;
    EXPECT_TRUE(soon([&] { return work.saved() == Generations{7}; }));
}

// A person takes the option back, or the node became something else.
TEST_F(SaverTest, WhatIsNotWantedAnyMoreIsLeft)
{
    work.fails = true;
    work.want({of(7)});
    saver->refresh();
    ASSERT_TRUE(soon([&] { return work.tries >= 1; }));
    work.want({of(9)}); // of another time: of that, refresh() hears
    std::this_thread::sleep_for(100ms);
    const int tries = work.tries;
    work.fails = false;
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(work.tries, tries) << "what nobody wants is saved";
    saver->refresh();
    EXPECT_TRUE(soon([&] { return work.saved() == Generations{9}; }));
}

TEST_F(SaverTest, ADaemonThatStopsDoesNotWaitForTheEnd)
{
    work.takes = 1h;
    work.want({of(7)});
    saver->refresh();
    ASSERT_TRUE(soon([&] { return work.under_way == 1; }));
    const auto begun = std::chrono::steady_clock::now();
    stop.raise();
    saver.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
    EXPECT_TRUE(work.saved().empty());
}
