// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/used_blocks.hpp"

#include <gtest/gtest.h>
#include <random>

using namespace mirrornet::ops;

namespace {

constexpr std::uint64_t mib = 1 << 20;
constexpr std::uint64_t volume = 1024 * mib;

bool covers(const std::vector<ByteRange>& ranges, std::uint64_t byte)
{
    for (const auto& range : ranges)
        if (byte >= range.start && byte < range.end())
            return true;
    return false;
}

} // namespace

TEST(UsedBlocks, WithoutFreeExtentsEverythingIsUsed)
{
    EXPECT_EQ(ranges_in_use(volume, {}), (std::vector<ByteRange>{{0, volume}}));
}

TEST(UsedBlocks, TheEdgesAreSentThoughTheyAreFree)
{
    EXPECT_EQ(ranges_in_use(volume, {{0, volume}}),
              (std::vector<ByteRange>{{0, edge_bytes}, {volume - edge_bytes, edge_bytes}}));
}

TEST(UsedBlocks, AFreeExtentInTheMiddleIsLeftOut)
{
    EXPECT_EQ(ranges_in_use(volume, {{100 * mib, mib}}),
              (std::vector<ByteRange>{{0, 100 * mib}, {101 * mib, volume - 101 * mib}}));
}

TEST(UsedBlocks, ABlockThatIsPartlyUsedIsSent)
{
    const auto used = ranges_in_use(volume, {{100 * mib + 4096, mib}});
    EXPECT_TRUE(covers(used, 100 * mib + 4096));
    EXPECT_FALSE(covers(used, 100 * mib + block_bytes));
    EXPECT_TRUE(covers(used, 101 * mib));
}

TEST(UsedBlocks, NeighboursThatShareABlockAreJoined)
{
    const auto used =
        ranges_in_use(volume, {{100 * mib, block_bytes / 2}, {100 * mib + block_bytes / 2, block_bytes / 2}});
    EXPECT_FALSE(covers(used, 100 * mib));
}

TEST(UsedBlocks, WhatLiesBeyondTheFileSystemIsSent)
{
    const auto used = ranges_in_use(volume, {{10 * mib, 500 * mib}}); // the rest is unmentioned
    EXPECT_TRUE(covers(used, 600 * mib));
}

TEST(UsedBlocks, FreeBeyondTheEndDoesNoHarm)
{
    const auto used = ranges_in_use(volume, {{500 * mib, 4096 * mib}});
    EXPECT_EQ(used.back(), (ByteRange{volume - edge_bytes, edge_bytes}));
}

TEST(UsedBlocks, AVolumeSmallerThanTheEdgesIsSentWhole)
{
    EXPECT_EQ(ranges_in_use(5 * mib, {{0, 5 * mib}}), (std::vector<ByteRange>{{0, 5 * mib}}));
}

TEST(UsedBlocks, AnOddSizeEndsInsideABlock)
{
    const std::uint64_t odd = 64 * mib + 512;
    EXPECT_EQ(ranges_in_use(odd, {{0, odd}}).back().end(), odd);
    EXPECT_EQ(count_blocks(odd), 1025U);
}

TEST(UsedBlocks, CountsBlocksTouched)
{
    EXPECT_EQ(count_blocks({{0, block_bytes}, {10 * block_bytes, 1}}), 2U);
}

// Whatever is free and whatever the order: no used byte is ever left out.
TEST(UsedBlocks, NeverLeavesOutAUsedByte)
{
    std::mt19937_64 random(20260101);
    constexpr std::uint64_t small = 64 * mib, grain = 4096;
    for (int round = 0; round < 300; round++) {
        std::vector<bool> is_free(small / grain, false);
        std::vector<ByteRange> free;
        for (int extents = static_cast<int>(random() % 40); extents > 0; extents--) {
            const std::uint64_t start = random() % (small / grain);
            const std::uint64_t length = 1 + random() % 200;
            free.push_back({start * grain, length * grain});
            for (auto at = start; at < std::min(start + length, small / grain); at++)
                is_free[at] = true;
        }
        const auto used = ranges_in_use(small, free);
        for (std::uint64_t at = 0; at < small / grain; at++)
            ASSERT_TRUE(is_free[at] || covers(used, at * grain)) << "round " << round;
        for (std::size_t at = 1; at < used.size(); at++)
            ASSERT_LT(used[at - 1].end(), used[at].start);
    }
}
