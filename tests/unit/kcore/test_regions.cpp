// SPDX-License-Identifier: GPL-2.0-or-later
// The life of a region, step by step: what the invariants I1 and I2 ask for.
#include "kcore.hpp"

#include <algorithm>
#include <vector>

namespace kcore {

class Regions : public Test {
protected:
    static constexpr u32 limit = 16;

    void SetUp() override
    {
        Test::SetUp();
        memory_.resize(mn_regions_bytes(limit) / sizeof(u64) + 1, ~0ull);
        mn_regions_init(&regions_, memory_.data(), limit);
    }

    std::vector<u64> to_set(u32 max = limit)
    {
        std::vector<u64> index(limit + 1);

        index.resize(mn_regions_to_set(&regions_, index.data(), max));
        std::sort(index.begin(), index.end());
        return index;
    }

    std::vector<u64> coldest(u64 now, u64 idle, u32 max)
    {
        std::vector<u64> index(limit);

        index.resize(mn_regions_coldest(&regions_, now, idle, index.data(), max));
        return index;
    }

    void set_done(std::vector<u64> index, bool ok)
    {
        mn_regions_set_done(&regions_, index.data(), static_cast<u32>(index.size()), ok);
    }

    void written(u64 index, u64 now)
    {
        EXPECT_EQ(mn_regions_enter(&regions_, index, index, now), MN_REGION_WAIT);
        set_done({index}, true);
        EXPECT_EQ(mn_regions_enter(&regions_, index, index, now), MN_REGION_PASS);
        mn_regions_leave(&regions_, index, index, now);
    }

    void flush() { mn_regions_flush_ended(&regions_, mn_regions_flush_starts(&regions_)); }

    u8 state(u64 index)
    {
        mn_region *region = mn_region_find(&regions_, index);

        return region ? region->state : static_cast<u8>(MN_REGION_CLEAR);
    }

    mn_regions regions_;
    std::vector<u64> memory_;
};

TEST_F(Regions, OnlySetLetsAWritePass)
{
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 7, 1), MN_REGION_WAIT);
    EXPECT_EQ(to_set(), (std::vector<u64>{5, 6, 7}));
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 7, 1), MN_REGION_WAIT);
    set_done({5, 6}, true);
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 7, 1), MN_REGION_WAIT);
    EXPECT_EQ(mn_region_find(&regions_, 5)->inflight, 0u);
    set_done({7}, true);
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 7, 1), MN_REGION_PASS);
    EXPECT_EQ(mn_region_find(&regions_, 5)->inflight, 1u);
    EXPECT_EQ(regions_.used, 3u);
    EXPECT_EQ(regions_.setting, 0u);
}

TEST_F(Regions, AnIntentThatFailedIsGone)
{
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 6, 1), MN_REGION_WAIT);
    set_done({5, 6}, false);
    EXPECT_EQ(state(5), MN_REGION_CLEAR);
    EXPECT_EQ(regions_.used, 0u);
    EXPECT_TRUE(to_set().empty());
}

TEST_F(Regions, FullTableTakesWhatFits)
{
    for (u64 index = 0; index < limit - 1; index++)
        written(index, 1);
    EXPECT_EQ(mn_regions_enter(&regions_, 100, 101, 2), MN_REGION_FULL);
    EXPECT_EQ(to_set(), (std::vector<u64>{100}));
    EXPECT_EQ(mn_regions_enter(&regions_, 200, 200, 2), MN_REGION_FULL);
    EXPECT_EQ(mn_regions_enter(&regions_, 3, 3, 2), MN_REGION_PASS);
}

TEST_F(Regions, ToSetKeepsWithinItsRoom)
{
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 8, 1), MN_REGION_WAIT);
    EXPECT_EQ(to_set(2).size(), 2u);
    EXPECT_EQ(to_set(0).size(), 0u);
    EXPECT_EQ(regions_.setting, 4u);
}

TEST_F(Regions, NotClearedWhileAWriteIsUnderWay)
{
    written(5, 1);
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 5, 1), MN_REGION_PASS);
    flush();
    EXPECT_FALSE(mn_region_clear_starts(&regions_, 5));
    mn_regions_leave(&regions_, 5, 5, 2);
    EXPECT_FALSE(mn_region_clear_starts(&regions_, 5)) << "written since the flush";
    flush();
    EXPECT_TRUE(mn_region_clear_starts(&regions_, 5));
}

// I2: the flush must have started after the last write ended.
TEST_F(Regions, OnlyAFlushThatStartedLaterCounts)
{
    written(5, 1);
    u64 early = mn_regions_flush_starts(&regions_);
    written(6, 2);
    EXPECT_FALSE(mn_region_clear_starts(&regions_, 5)) << "not ended yet";
    mn_regions_flush_ended(&regions_, early);
    EXPECT_FALSE(mn_region_clear_starts(&regions_, 6)) << "ended after the start";
    EXPECT_TRUE(mn_region_clear_starts(&regions_, 5));
    flush();
    EXPECT_TRUE(mn_region_clear_starts(&regions_, 6));
}

TEST_F(Regions, AFailedFlushCountsForNothing)
{
    written(5, 1);
    mn_regions_flush_starts(&regions_);
    EXPECT_FALSE(mn_region_clear_starts(&regions_, 5));
}

// Two at a time, the later one ends first: it covers both writes.
TEST_F(Regions, FlushesMayEndInAnyOrder)
{
    written(5, 1);
    u64 first = mn_regions_flush_starts(&regions_);
    written(6, 1);
    u64 second = mn_regions_flush_starts(&regions_);
    written(7, 1);
    mn_regions_flush_ended(&regions_, second);
    mn_regions_flush_ended(&regions_, first);
    EXPECT_TRUE(mn_region_clear_starts(&regions_, 5));
    EXPECT_TRUE(mn_region_clear_starts(&regions_, 6));
    EXPECT_FALSE(mn_region_clear_starts(&regions_, 7));
}

TEST_F(Regions, ClearingMakesWritesWait)
{
    written(5, 1);
    flush();
    EXPECT_FALSE(mn_region_is_clearing(&regions_, 5));
    ASSERT_TRUE(mn_region_clear_starts(&regions_, 5));
    EXPECT_TRUE(mn_region_is_clearing(&regions_, 5));
    EXPECT_FALSE(mn_region_clear_starts(&regions_, 5));
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 5, 2), MN_REGION_WAIT);
    EXPECT_TRUE(to_set().empty());
    mn_region_clear_ended(&regions_, 5, false);
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 5, 2), MN_REGION_PASS);
    mn_regions_leave(&regions_, 5, 5, 2);
    flush();
    ASSERT_TRUE(mn_region_clear_starts(&regions_, 5));
    mn_region_clear_ended(&regions_, 5, true);
    EXPECT_EQ(state(5), MN_REGION_CLEAR);
    EXPECT_FALSE(mn_region_is_clearing(&regions_, 5));
    EXPECT_EQ(mn_regions_enter(&regions_, 5, 5, 2), MN_REGION_WAIT);
    EXPECT_EQ(to_set(), (std::vector<u64>{5}));
}

TEST_F(Regions, ColdestFirst)
{
    for (u64 index : {4u, 1u, 3u, 2u})
        written(index, index * 10);
    EXPECT_EQ(coldest(100, 0, limit), (std::vector<u64>{1, 2, 3, 4}));
    EXPECT_EQ(coldest(100, 0, 2), (std::vector<u64>{1, 2}));
    EXPECT_EQ(coldest(100, 75, limit), (std::vector<u64>{1, 2}));
    EXPECT_EQ(coldest(100, 91, limit), (std::vector<u64>{}));
    EXPECT_EQ(coldest(100, 0, 0), (std::vector<u64>{}));
    EXPECT_EQ(mn_regions_enter(&regions_, 1, 1, 50), MN_REGION_PASS);
    EXPECT_EQ(coldest(100, 0, 2), (std::vector<u64>{2, 3})) << "1 is under way";
}

// A write that waits for one region keeps its others from being cleared.
TEST_F(Regions, WaitingKeepsWarm)
{
    written(1, 10);
    written(2, 20);
    EXPECT_EQ(mn_regions_enter(&regions_, 0, 1, 30), MN_REGION_WAIT);
    EXPECT_EQ(coldest(40, 0, 1), (std::vector<u64>{2}));
}

// Answers that come twice or too late change nothing.
TEST_F(Regions, OnlyWhatIsUnderWayCanEnd)
{
    written(5, 1);
    EXPECT_EQ(mn_regions_enter(&regions_, 6, 6, 1), MN_REGION_WAIT);
    mn_region_clear_ended(&regions_, 5, true);
    mn_region_clear_ended(&regions_, 6, true);
    set_done({5}, false);
    EXPECT_EQ(state(5), MN_REGION_SET);
    EXPECT_EQ(state(6), MN_REGION_SETTING);
    mn_regions_leave(&regions_, 5, 5, 9);
    EXPECT_EQ(mn_region_find(&regions_, 5)->inflight, 0u);
    EXPECT_EQ(mn_region_find(&regions_, 5)->last_used, 1u);
}

TEST_F(Regions, WhatIsNotThereIsIgnored)
{
    mn_regions_leave(&regions_, 9, 9, 1);
    set_done({9}, true);
    mn_region_clear_ended(&regions_, 9, true);
    EXPECT_FALSE(mn_region_clear_starts(&regions_, 9));
    EXPECT_EQ(regions_.used, 0u);
}

}  // namespace kcore
