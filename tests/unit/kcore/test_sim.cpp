// SPDX-License-Identifier: GPL-2.0-or-later
// Two nodes, disks that lose what was not flushed, links that break anywhere:
// after every single step the promises of DESIGN 2 are checked.
#include "sim_source.hpp"

namespace kcore::sim {

class Story {
public:
    Story(u64 seed, Sabotage sabotage)
        : random_(seed), target_(blocks, sabotage), source_(random_, target_, sabotage)
    {
    }

    // Empty, or the first fault and when it was seen.
    std::string run(int steps)
    {
        for (int step = 0; step < steps; step++) {
            any_step();
            if (std::string fault = source_.fault(); !fault.empty())
                return "step " + std::to_string(step) + ": " + fault;
            times_mirroring += source_.mirroring();
        }
        return settle();
    }

    u64 times_mirroring = 0;

private:
    void any_step()
    {
        switch (random_.range(0, 15)) {
        case 0: case 1: case 2: return source_.write();
        case 3: case 4: case 5: return source_.finish_write();
        case 6: case 7: return some_times([&] { source_.resync_one(); });
        case 8: case 9: return some_times([&] { target_.apply_one(); });
        case 10: return target_.flush();
        case 11: return source_.receive_ack();
        case 12: return source_.clear_cold_region();
        case 13: return source_.write_back();
        case 14: return source_.connect();
        default: return trouble();
        }
    }

    template <typename What> void some_times(What what)
    {
        for (u64 count = random_.range(1, 12); count; count--)
            what();
    }

    void trouble()
    {
        switch (random_.range(0, 80)) {
        case 0:
            target_.link_lost(random_);
            return source_.lose_link();
        case 1:
            target_.power_cut(random_);
            return source_.lose_link();
        case 2:
            target_.link_lost(random_);
            return source_.power_cut();
        case 3:
            target_.power_cut(random_);
            return source_.power_cut();
        }
    }

    // Nobody writes any more: both sides must become equal, and stay it.
    std::string settle()
    {
        for (int step = 0; step < 20000 && !at_rest(); step++) {
            source_.finish_write();
            source_.connect();
            source_.resync_one();
            target_.apply_one();
            target_.flush();
            source_.receive_ack();
        }
        if (!at_rest())
            return "the mirror does not come to rest";
        for (u64 block = 0; block < blocks; block++)
            if (source_.disk.read(block) != target_.disk.read(block))
                return "block " + std::to_string(block) + " differs at the end";
        return "";
    }

    bool at_rest() const { return source_.idle() && !target_.identity.inconsistent; }

    Random random_;
    Target target_;
    Source source_;
};

class Simulation : public Test {};
class Sabotaged : public Test, public testing::WithParamInterface<Sabotage> {};

TEST_F(Simulation, NothingIsLost)
{
    u64 times_mirroring = 0;

    for (u64 seed = 1; seed <= 30; seed++) {
        Story story(seed, Sabotage::none);

        ASSERT_EQ(story.run(3000), "") << "seed " << seed;
        times_mirroring += story.times_mirroring;
    }
    EXPECT_GT(times_mirroring, 1000u) << "the stories hardly ever came to mirroring";
}

// Each of these breaks a promise; a simulation that does not notice is worth nothing.
TEST_P(Sabotaged, IsNoticed)
{
    std::string fault;

    for (u64 seed = 1; seed <= 40 && fault.empty(); seed++)
        fault = Story(seed, GetParam()).run(3000);
    EXPECT_NE(fault, "");
}

INSTANTIATE_TEST_SUITE_P(Each, Sabotaged,
                         testing::Values(Sabotage::stable_without_flush, Sabotage::clear_without_flush,
                                         Sabotage::clear_without_bitmap, Sabotage::pending_before_sequence,
                                         Sabotage::forget_unapplied, Sabotage::forget_intents));

}  // namespace kcore::sim
