// SPDX-License-Identifier: GPL-2.0-or-later
// Dirty and pending, step by step.
#include "tracked.hpp"

namespace kcore {

constexpr u64 page = MN_TRACK_PAGE_BITS;

class Track : public Test {
protected:
    static std::pair<u64, u64> span(u64 sector, u32 sectors)
    {
        u64 first, last;

        mn_track_span(sector, sectors, &first, &last);
        return {first, last};
    }
};

TEST_F(Track, SpansOfSectors)
{
    using Span = std::pair<u64, u64>;

    EXPECT_EQ(span(0, 1), (Span{0, 0}));
    EXPECT_EQ(span(0, 128), (Span{0, 0}));
    EXPECT_EQ(span(127, 2), (Span{0, 1}));
    EXPECT_EQ(span(128, 128), (Span{1, 1}));
    EXPECT_EQ(span(100, 2048), (Span{0, 16}));
    EXPECT_EQ(span(MN_VOLUME_SECTORS_MAX - 1, 1), (Span{(1ull << 34) - 1, (1ull << 34) - 1}));
}

TEST_F(Track, DirtyBitsAreCounted)
{
    Tracked track(1000);

    EXPECT_EQ(mn_track_set_dirty(&track.track, 60, 200), 141u);
    EXPECT_EQ(mn_track_set_dirty(&track.track, 0, 63), 60u);
    EXPECT_EQ(mn_track_clear_dirty(&track.track, 190, 999), 11u);
    EXPECT_EQ(track->dirty_bits, 190u);
    EXPECT_TRUE(mn_track_all_dirty(&track.track, 0, 189));
    EXPECT_FALSE(mn_track_all_dirty(&track.track, 0, 190));
    EXPECT_EQ(mn_track_next_dirty(&track.track, 189), 189u);
    EXPECT_EQ(mn_track_next_dirty(&track.track, 190), 1000u);
}

TEST_F(Track, NextDirty)
{
    Tracked track(1000);

    EXPECT_EQ(mn_track_next_dirty(&track.track, 0), 1000u);
    mn_track_set_dirty(&track.track, 64, 64);
    mn_track_set_dirty(&track.track, 999, 999);
    EXPECT_EQ(mn_track_next_dirty(&track.track, 0), 64u);
    EXPECT_EQ(mn_track_next_dirty(&track.track, 64), 64u);
    EXPECT_EQ(mn_track_next_dirty(&track.track, 65), 999u);
    EXPECT_EQ(mn_track_next_dirty(&track.track, 1000), 1000u);
    EXPECT_EQ(mn_track_next_dirty(&track.track, ~0ull), 1000u);
}

TEST_F(Track, PendingNeedsPagesFromTheCaller)
{
    Tracked track(3 * page);

    EXPECT_EQ(mn_track_spares_wanted(&track.track), 4u);
    EXPECT_FALSE(mn_track_set_pending(&track.track, page - 1, page));
    track.add_spare();
    EXPECT_FALSE(mn_track_set_pending(&track.track, page - 1, page)) << "two pages are needed";
    EXPECT_FALSE(track.pending(page - 1)) << "nothing was changed";
    track.add_spare();
    EXPECT_TRUE(mn_track_set_pending(&track.track, page - 1, page));
    EXPECT_TRUE(track.pending(page - 1));
    EXPECT_TRUE(track.pending(page));
    EXPECT_FALSE(track.pending(page + 1));
    EXPECT_EQ(mn_track_spares_wanted(&track.track), 4u);
    EXPECT_TRUE(mn_track_set_pending(&track.track, 0, 0)) << "the page is there";
}

TEST_F(Track, MoreSparesThanWantedAreKept)
{
    Tracked track(8 * page);

    for (int i = 0; i < 6; i++)
        track.add_spare();
    EXPECT_EQ(mn_track_spares_wanted(&track.track), 0u);
    for (u64 at = 0; at < 6; at++)
        EXPECT_TRUE(mn_track_set_pending(&track.track, at * page, at * page));
    EXPECT_FALSE(mn_track_set_pending(&track.track, 6 * page, 6 * page));
}

TEST_F(Track, PendingBitsAreCountedOnce)
{
    Tracked track(page);

    track.set_pending(5, 6);
    track.set_pending(6, 70);
    EXPECT_EQ(track->pending[0].bits, 66u);
    track.stable(0, 1);
    track.set_pending(6, 6);
    EXPECT_EQ(track->pending[0].bits + track->pending[1].bits, 67u) << "one in each generation";
}

// Write 1 is collected; as old it waits for all that was given out by then.
TEST_F(Track, PendingGoesWhenItsMarkIsStable)
{
    Tracked track(page);

    track.set_pending(5, 6);
    track.stable(0, 3);
    EXPECT_TRUE(track.pending(5));
    track.set_pending(7, 7);
    track.stable(2, 9);
    EXPECT_TRUE(track.pending(5)) << "3 had been given out";
    track.stable(3, 9);
    EXPECT_FALSE(track.pending(5));
    EXPECT_TRUE(track.pending(7)) << "only now old, with mark 9";
    EXPECT_EQ(track.reported, std::vector<u64>{0});
    track.stable(8, 12);
    EXPECT_TRUE(track.pending(7));
    track.stable(9, 12);
    EXPECT_FALSE(track.pending(7));
}

TEST_F(Track, ABlockWrittenAgainStaysPending)
{
    Tracked track(page);

    track.set_pending(5, 5);
    track.stable(0, 1);
    track.set_pending(5, 5);
    track.stable(1, 2);
    EXPECT_TRUE(track.pending(5)) << "the second write is not stable";
    track.stable(2, 2);
    EXPECT_FALSE(track.pending(5));
}

// The last acknowledgement of a stream that falls quiet clears everything.
TEST_F(Track, NothingIsLeftWhenAllIsStable)
{
    Tracked track(2 * page);

    track.set_pending(1, 1);
    track.stable(0, 1);
    track.set_pending(page, page);
    track.stable(2, 2);
    EXPECT_FALSE(mn_track_any_pending(&track.track, 0, 2 * page - 1));
    EXPECT_EQ(track.reported, (std::vector<u64>{0, page}));
    EXPECT_EQ(track->pending[0].bits + track->pending[1].bits, 0u);
}

// Interrupts are off meanwhile: nobody looks at pages behind the last bit.
TEST_F(Track, EmptyingEndsWithTheLastBit)
{
    Tracked track(8 * page);
    auto *unreadable = reinterpret_cast<unsigned long *>(sizeof(long));

    for (bool give_up : {false, true}) {
        unsigned long **table = track->pending[track->collecting].page;

        track.set_pending(1, 1);
        track.set_pending(2 * page, 2 * page);
        table[5] = unreadable;
        if (give_up)
            mn_track_give_up(&track.track);
        else
            track.stable(1, 1);
        EXPECT_EQ(table[5], unreadable);
        table[5] = nullptr;
        EXPECT_EQ(track->pending[0].bits + track->pending[1].bits, 0u);
        EXPECT_EQ(table[2], nullptr);
    }
}

TEST_F(Track, OnlySpansWithBitsAreReported)
{
    Tracked track(page + 5000);

    track.set_pending(4095, 4096);
    track.set_pending(page + 4096, page + 4096);
    track.stable(1, 1);
    EXPECT_EQ(track.reported, (std::vector<u64>{0, 4096, page + 4096}));
}

TEST_F(Track, EmptiedPagesAreUsedAgainAndClean)
{
    Tracked track(4 * page);

    track.add_spare();
    ASSERT_TRUE(mn_track_set_pending(&track.track, 0, page - 1));
    track.stable(1, 1);
    ASSERT_TRUE(mn_track_set_pending(&track.track, 3 * page + 1, 3 * page + 1));
    EXPECT_FALSE(track.pending(3 * page));
    EXPECT_FALSE(track.pending(3 * page + 2));
    EXPECT_EQ(track->free_pages, 0u);
}

TEST_F(Track, GivingUpMakesPendingDirty)
{
    Tracked track(2 * page);

    mn_track_set_dirty(&track.track, 10, 12);
    track.set_pending(11, 13);
    track.stable(0, 5);
    track.set_pending(page + 1, page + 2);
    track.set_pending(13, 13);
    EXPECT_EQ(mn_track_give_up(&track.track), 3u);
    EXPECT_EQ(track->dirty_bits, 6u);
    EXPECT_FALSE(mn_track_any_pending(&track.track, 0, 2 * page - 1));
    EXPECT_TRUE(mn_track_all_dirty(&track.track, page + 1, page + 2));
    track.stable(100, 100);
    EXPECT_TRUE(track.reported.empty());
    EXPECT_EQ(track->dirty_bits, 6u) << "what was given up is not cleared by a late answer";
}

TEST_F(Track, UnionOfAnyWindow)
{
    Tracked track(150);

    mn_track_set_dirty(&track.track, 63, 64);
    track.set_pending(149, 149);
    EXPECT_EQ(track.union_of(62, 4), (std::vector<bool>{false, true, true, false}));
    EXPECT_EQ(track.union_of(147, 3), (std::vector<bool>{false, false, true}));
    EXPECT_EQ(track.union_of(0, 150).at(149), true);
}

TEST_F(Track, BitsOfTheOtherSideBecomeDirty)
{
    Tracked track(131);

    mn_track_set_dirty(&track.track, 61, 61);
    EXPECT_EQ(track.or_dirty(60, {true, true, false, true, true, true}), 4u);
    EXPECT_EQ(track.or_dirty(125, {true, false, true, false, true, true}), 4u);
    EXPECT_EQ(track.union_of(60, 6), (std::vector<bool>{true, true, false, true, true, true}));
    EXPECT_EQ(track->dirty_bits, 9u);
}

// A bug of a caller: no memory is touched, and the answer is the careful one.
TEST_F(Track, BlocksThatDoNotExist)
{
    Tracked track(100);
    u8 bits[16]{};

    expect_warnings(7);
    EXPECT_EQ(mn_track_set_dirty(&track.track, 99, 100), 0u);
    EXPECT_EQ(mn_track_set_dirty(&track.track, 5, 4), 0u);
    EXPECT_EQ(mn_track_clear_dirty(&track.track, 100, 100), 0u);
    EXPECT_FALSE(mn_track_all_dirty(&track.track, 100, 100));
    EXPECT_TRUE(mn_track_any_pending(&track.track, 100, 100));
    EXPECT_TRUE(mn_track_set_pending(&track.track, 100, 100));
    EXPECT_EQ(mn_track_or_dirty(&track.track, 90, 11, bits), 0u);
}

}  // namespace kcore
