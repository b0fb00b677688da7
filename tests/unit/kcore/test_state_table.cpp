// SPDX-License-Identifier: GPL-2.0-or-later
// All states, all events, all reasons: what must hold everywhere.
#include "kcore.hpp"

#include <string>

namespace kcore {

// Every value there is, and some that are not.
template <typename Visit> void for_all(Visit visit)
{
    for (int state = MN_STATE_INVALID - 1; state <= MN_STATE_RESYNC_PENDING + 1; state++)
        for (unsigned int held = 0; held <= __MN_REASON_MAX + 1; held++)
            for (int event = -1; event <= __MN_EV_MAX; event++)
                for (unsigned int reason = 0; reason <= __MN_REASON_MAX + 1; reason++) {
                    mn_state now{static_cast<s8>(state), static_cast<u8>(held)};

                    visit(now, static_cast<mn_mirror_event>(event), static_cast<u8>(reason));
                    ASSERT_FALSE(testing::Test::HasFailure())
                        << mn_state_text(now.state) << "(" << mn_reason_text(now.reason) << ") event " << event
                        << " reason " << mn_reason_text(static_cast<u8>(reason));
                }
}

static bool same(const mn_state &a, const mn_state &b)
{
    return a.state == b.state && a.reason == b.reason;
}

static bool is_a_persons(int event)
{
    return event == MN_EV_USER_PAUSE || event == MN_EV_USER_CONTINUE || event == MN_EV_USER_BREAK ||
           event == MN_EV_USER_RESYNC || event == MN_EV_ADDED || event == MN_EV_REMOVED;
}

class StateTable : public Test {};

TEST_F(StateTable, ResultsAreStatesOfTheSpecification)
{
    for_all([](mn_state now, mn_mirror_event event, u8 reason) {
        mn_state next = mn_state_next(now, event, reason);

        if (same(now, next))
            return;
        EXPECT_GE(next.state, MN_STATE_NONE);
        EXPECT_LE(next.state, MN_STATE_RESYNC_PENDING);
        EXPECT_LT(next.reason, __MN_REASON_MAX);
        if (next.state == MN_STATE_MIRRORING || next.state == MN_STATE_NONE)
            EXPECT_EQ(next.reason, MN_REASON_NONE);
        if (next.state == MN_STATE_RESYNC)
            EXPECT_TRUE(mn_reason_ends_by_itself(next.reason));
        if (next.state == MN_STATE_PAUSED || next.state == MN_STATE_BROKEN)
            EXPECT_NE(next.reason, MN_REASON_NONE);
    });
}

TEST_F(StateTable, WhatNeedsAPersonWaitsForAPerson)
{
    for_all([](mn_state now, mn_mirror_event event, u8 reason) {
        bool waits = now.state == MN_STATE_BROKEN ||
                     (now.state == MN_STATE_PAUSED &&
                      (now.reason == MN_REASON_NONE || !mn_reason_ends_by_itself(now.reason)));
        mn_state next = mn_state_next(now, event, reason);

        EXPECT_EQ(mn_state_is_durable(now), waits);
        if (!waits || is_a_persons(event))
            return;
        EXPECT_TRUE(mn_state_is_durable(next));
        EXPECT_EQ(next.state, now.state);
        EXPECT_FALSE(mn_state_wants_link(next));
        if (now.state == MN_STATE_BROKEN || now.reason == MN_REASON_USER)
            EXPECT_TRUE(same(now, next));
    });
}

TEST_F(StateTable, TrackingIsLostByBreakAndRemoveOnly)
{
    for_all([](mn_state now, mn_mirror_event event, u8 reason) {
        bool before = mn_state_tracks(now), after = mn_state_tracks(mn_state_next(now, event, reason));

        if (before && !after)
            EXPECT_TRUE(event == MN_EV_USER_BREAK || event == MN_EV_REMOVED);
        if (!before && after)
            EXPECT_TRUE(event == MN_EV_ADDED || event == MN_EV_USER_RESYNC);
    });
}

TEST_F(StateTable, EventsThatAlwaysDoTheSame)
{
    for_all([](mn_state now, mn_mirror_event event, u8 reason) {
        mn_state next = mn_state_next(now, event, reason);
        bool there = mn_state_tracks(now) || now.state == MN_STATE_BROKEN;

        if (event == MN_EV_REMOVED)
            EXPECT_EQ(next.state, MN_STATE_NONE);
        if (event == MN_EV_USER_BREAK && there)
            EXPECT_EQ(next.state, MN_STATE_BROKEN);
        if (event < 0 || event >= __MN_EV_MAX)
            EXPECT_TRUE(same(now, next));
        if (now.state == MN_STATE_NONE && event != MN_EV_ADDED)
            EXPECT_TRUE(same(now, next) || next.state == MN_STATE_NONE);
        if (event == MN_EV_USER_CONTINUE && now.state == MN_STATE_PAUSED)
            EXPECT_EQ(next.state, MN_STATE_RESYNC_PENDING);
    });
}

TEST_F(StateTable, MirroringIsReachedInSyncOnly)
{
    for_all([](mn_state now, mn_mirror_event event, u8 reason) {
        mn_state next = mn_state_next(now, event, reason);

        if (next.state == MN_STATE_MIRRORING && now.state != MN_STATE_MIRRORING)
            EXPECT_EQ(event, MN_EV_IN_SYNC);
        if (next.state == MN_STATE_RESYNC && now.state != MN_STATE_RESYNC)
            EXPECT_EQ(event, MN_EV_SYNC_STARTED);
        if (event == MN_EV_LINK_LOST || event == MN_EV_CUT_OFF || event == MN_EV_REFUSED || event == MN_EV_SHUTDOWN)
            EXPECT_TRUE(next.state != MN_STATE_MIRRORING && next.state != MN_STATE_RESYNC);
    });
}

// One line per state, one letter per event: N none, M mirroring, R resync,
// B broken, P paused, Q resync-pending, . unchanged. Events in their order.
TEST_F(StateTable, TheTable)
{
    struct Line {
        mn_state state;
        const char *expected;
    };
    const Line table[] = {
        //                                         added started catching-up awaits-turn in-sync queue-full
        //                                         falls-behind keeps-up lost cut-off refused pause continue break resync shutdown
        //                                         source-error metadata-error removed
        {{MN_STATE_NONE, 0},                       "Q.................."},
        {{MN_STATE_MIRRORING, 0},                  ".R...P..PPPP.BQPPPN"},
        {{MN_STATE_RESYNC, 0},                     "....M.R.PPPP.B.PPPN"},
        {{MN_STATE_RESYNC_PENDING, 0},             ".R..MP..QPPP.B.PPPN"},
        {{MN_STATE_PAUSED, MN_REASON_PEER_SILENT}, ".RQQM.....PPQBQPPPN"},
        {{MN_STATE_PAUSED, MN_REASON_SPLIT_BRAIN}, "...........PQBQ.PPN"},
        {{MN_STATE_PAUSED, MN_REASON_USER},        "............QBQ...N"},
        {{MN_STATE_BROKEN, MN_REASON_USER},        "..............Q...N"},
        {{MN_STATE_INVALID, 0},                    "Q..........P.BQ.PPN"},
    };

    for (const Line &line : table) {
        std::string actual;

        for (int event = 0; event < __MN_EV_MAX; event++) {
            mn_state next = mn_state_next(line.state, static_cast<mn_mirror_event>(event), MN_REASON_LINK_LOST);

            actual += same(next, line.state) ? '.' : "NMRBPQ"[next.state];
        }
        EXPECT_EQ(actual, line.expected) << mn_state_text(line.state.state);
    }
}

}  // namespace kcore
