// SPDX-License-Identifier: GPL-2.0-or-later
// The state machine, told as the stories of SPEC 2, and its words.
#include "kcore.hpp"

#include <set>
#include <string>

// Beside the kernel's type, where GoogleTest finds them.
static bool operator==(const mn_state &a, const mn_state &b)
{
    return a.state == b.state && a.reason == b.reason;
}

static void PrintTo(const mn_state &state, std::ostream *out)
{
    *out << mn_state_text(state.state) << "(" << mn_reason_text(state.reason) << ")";
}

namespace kcore {

constexpr mn_state none{MN_STATE_NONE, 0};
constexpr mn_state mirroring{MN_STATE_MIRRORING, 0};
constexpr mn_state resync{MN_STATE_RESYNC, 0};
constexpr mn_state pending{MN_STATE_RESYNC_PENDING, 0};
constexpr mn_state broken{MN_STATE_BROKEN, MN_REASON_USER};

constexpr mn_state paused(u8 reason)
{
    return {MN_STATE_PAUSED, reason};
}

class State : public Test {
protected:
    static mn_state after(mn_state now, mn_mirror_event event, u8 reason = 0)
    {
        return mn_state_next(now, event, reason);
    }
};

TEST_F(State, FromCreationToMirroringAndAway)
{
    EXPECT_EQ(after(none, MN_EV_ADDED), pending);
    EXPECT_EQ(after(pending, MN_EV_SYNC_STARTED), resync);
    EXPECT_EQ(after(resync, MN_EV_IN_SYNC), mirroring);
    EXPECT_EQ(after(pending, MN_EV_IN_SYNC), mirroring);
    EXPECT_EQ(after(mirroring, MN_EV_REMOVED), none);
}

TEST_F(State, ALostLinkComesBackByItself)
{
    mn_state lost = after(mirroring, MN_EV_LINK_LOST, MN_REASON_PEER_SILENT);

    EXPECT_EQ(lost, paused(MN_REASON_PEER_SILENT));
    EXPECT_TRUE(mn_state_wants_link(lost));
    EXPECT_FALSE(mn_state_is_durable(lost));
    EXPECT_EQ(after(lost, MN_EV_SYNC_STARTED), resync);
    EXPECT_EQ(after(lost, MN_EV_IN_SYNC), mirroring);
    EXPECT_EQ(after(resync, MN_EV_LINK_LOST), paused(MN_REASON_LINK_LOST));
}

// A full queue drains over the same link, and the resync follows by itself.
TEST_F(State, AFullQueueDrains)
{
    mn_state full = after(mirroring, MN_EV_QUEUE_FULL, MN_REASON_QUEUE_LIMIT);

    EXPECT_EQ(full, paused(MN_REASON_QUEUE_LIMIT));
    EXPECT_TRUE(mn_state_wants_link(full));
    EXPECT_TRUE(mn_state_tracks(full));
    EXPECT_FALSE(mn_state_is_durable(full));
    EXPECT_EQ(after(full, MN_EV_SYNC_STARTED), resync);
    EXPECT_EQ(after(full, MN_EV_LINK_LOST, MN_REASON_PEER_SILENT), paused(MN_REASON_PEER_SILENT));
    EXPECT_EQ(after(resync, MN_EV_QUEUE_FULL, MN_REASON_QUEUE_LIMIT), resync);
}

// The other resyncs of the node come first: there is a link, and nothing is sent.
TEST_F(State, AResyncThatWaitsForItsTurn)
{
    const mn_state lost = paused(MN_REASON_LINK_LOST), full = paused(MN_REASON_QUEUE_LIMIT);

    for (const mn_state &now : {pending, lost, full})
        EXPECT_EQ(after(now, MN_EV_AWAITS_TURN), pending);
    EXPECT_EQ(after(pending, MN_EV_SYNC_STARTED), resync);
    for (const mn_state &now : {mirroring, resync, paused(MN_REASON_USER), paused(MN_REASON_METADATA_ERROR)})
        EXPECT_EQ(after(now, MN_EV_AWAITS_TURN), now);
}

// A resync that may not end says so, until it keeps up again; nothing else has this reason.
TEST_F(State, AResyncThatFallsBehind)
{
    mn_state behind = after(resync, MN_EV_FALLS_BEHIND, MN_REASON_QUEUE_LIMIT);

    EXPECT_EQ(behind, (mn_state{MN_STATE_RESYNC, MN_REASON_QUEUE_LIMIT}));
    EXPECT_EQ(after(behind, MN_EV_KEEPS_UP), resync);
    EXPECT_EQ(after(behind, MN_EV_IN_SYNC), mirroring);
    EXPECT_EQ(after(behind, MN_EV_LINK_LOST), paused(MN_REASON_LINK_LOST));
    EXPECT_EQ(after(resync, MN_EV_FALLS_BEHIND, MN_REASON_SPLIT_BRAIN), resync);
    for (mn_state other : {none, mirroring, pending, broken, paused(MN_REASON_USER)}) {
        EXPECT_EQ(after(other, MN_EV_FALLS_BEHIND, MN_REASON_QUEUE_LIMIT), other);
        EXPECT_EQ(after(other, MN_EV_KEEPS_UP), other);
    }
}

TEST_F(State, SomeFaultsAreNotTriedAgainAtOnce)
{
    EXPECT_EQ(mn_reason_rest(MN_REASON_LINK_LOST, 1), 0u);
    EXPECT_EQ(mn_reason_rest(MN_REASON_USER, 1), 0u);
    EXPECT_EQ(mn_reason_rest(200, 1), 0u);
    for (u32 times : {0u, 1u, 2u, 1000u})
        EXPECT_EQ(mn_reason_rest(MN_REASON_RESYNC_PASSES, times), 60u);
    u32 seconds[] = {10, 20, 40, 80, 160, 300, 300};
    for (u32 times = 1; times <= 7; times++)
        EXPECT_EQ(mn_reason_rest(MN_REASON_TARGET_ERROR, times), seconds[times - 1]);
    EXPECT_EQ(mn_reason_rest(MN_REASON_TARGET_ERROR, ~0u), 300u);
}

// The link ends because of the first trouble: that is what people want to read.
TEST_F(State, TheFirstReasonIsKept)
{
    for (u8 reason : {MN_REASON_TARGET_ERROR, MN_REASON_SHUTDOWN, MN_REASON_QUEUE_LIMIT})
        EXPECT_EQ(after(paused(reason), MN_EV_LINK_LOST, MN_REASON_LINK_LOST), paused(reason));
    EXPECT_EQ(after(paused(MN_REASON_LINK_LOST), MN_EV_LINK_LOST, MN_REASON_NO_MEMORY),
              paused(MN_REASON_NO_MEMORY));
    EXPECT_EQ(after(paused(MN_REASON_SPLIT_BRAIN), MN_EV_LINK_LOST, MN_REASON_LINK_LOST),
              paused(MN_REASON_SPLIT_BRAIN));
    EXPECT_EQ(after(paused(MN_REASON_SPLIT_BRAIN), MN_EV_REFUSED, MN_REASON_OPERATION),
              paused(MN_REASON_SPLIT_BRAIN));
    EXPECT_EQ(after(paused(MN_REASON_OTHER_SOURCE), MN_EV_REFUSED, MN_REASON_SPLIT_BRAIN),
              paused(MN_REASON_SPLIT_BRAIN));
}

TEST_F(State, WaitingForALinkGoesOnWaiting)
{
    mn_state waiting = after(pending, MN_EV_LINK_LOST, MN_REASON_PEER_BUSY);

    EXPECT_EQ(waiting, (mn_state{MN_STATE_RESYNC_PENDING, MN_REASON_PEER_BUSY}));
    EXPECT_EQ(after(waiting, MN_EV_SYNC_STARTED), resync);
    EXPECT_EQ(after(pending, MN_EV_LINK_LOST, MN_REASON_VERSION), paused(MN_REASON_VERSION));
}

TEST_F(State, ARefusalThatNeedsAPersonWaitsForOne)
{
    mn_state stuck = after(pending, MN_EV_REFUSED, MN_REASON_ROLLED_BACK);

    EXPECT_EQ(stuck, paused(MN_REASON_ROLLED_BACK));
    EXPECT_FALSE(mn_state_wants_link(stuck));
    EXPECT_TRUE(mn_state_is_durable(stuck));
    EXPECT_EQ(after(stuck, MN_EV_SYNC_STARTED), stuck);
    EXPECT_EQ(after(stuck, MN_EV_IN_SYNC), stuck);
    EXPECT_EQ(after(stuck, MN_EV_SHUTDOWN), stuck);
    EXPECT_EQ(after(stuck, MN_EV_USER_CONTINUE), pending);
    EXPECT_EQ(after(stuck, MN_EV_USER_PAUSE), paused(MN_REASON_USER));
}

TEST_F(State, APersonsPauseHoldsUntilAPersonContinues)
{
    mn_state held = after(mirroring, MN_EV_USER_PAUSE);

    EXPECT_EQ(held, paused(MN_REASON_USER));
    EXPECT_TRUE(mn_state_tracks(held));
    EXPECT_TRUE(mn_state_is_durable(held));
    EXPECT_FALSE(mn_state_wants_link(held));
    EXPECT_EQ(after(held, MN_EV_LINK_LOST, MN_REASON_LINK_LOST), held);
    EXPECT_EQ(after(held, MN_EV_SHUTDOWN), held);
    EXPECT_EQ(after(held, MN_EV_USER_CONTINUE), pending);
    EXPECT_EQ(after(held, MN_EV_USER_RESYNC), pending);
}

TEST_F(State, BrokenEndsOnlyByResync)
{
    EXPECT_EQ(after(mirroring, MN_EV_USER_BREAK), broken);
    EXPECT_FALSE(mn_state_tracks(broken));
    EXPECT_FALSE(mn_state_wants_link(broken));
    EXPECT_EQ(after(broken, MN_EV_USER_CONTINUE), broken);
    EXPECT_EQ(after(broken, MN_EV_USER_PAUSE), broken);
    EXPECT_EQ(after(broken, MN_EV_USER_RESYNC), pending);
    EXPECT_EQ(after(broken, MN_EV_REMOVED), none);
}

TEST_F(State, UnknownCausesCountAsAPersons)
{
    EXPECT_EQ(after(mirroring, MN_EV_REFUSED, MN_REASON_NONE), paused(MN_REASON_USER));
    EXPECT_EQ(after(mirroring, MN_EV_LINK_LOST, 200), paused(MN_REASON_USER));
    EXPECT_TRUE(mn_state_is_durable(paused(MN_REASON_NONE)));
    EXPECT_FALSE(mn_state_wants_link(paused(MN_REASON_NONE)));
    EXPECT_EQ(after(paused(MN_REASON_NONE), MN_EV_SYNC_STARTED), paused(MN_REASON_NONE));
    EXPECT_EQ(after(paused(250), MN_EV_IN_SYNC), paused(250));
}

TEST_F(State, ErrorsOfThisSide)
{
    EXPECT_EQ(after(resync, MN_EV_SOURCE_ERROR, MN_REASON_LINK_LOST), paused(MN_REASON_SOURCE_ERROR));
    EXPECT_EQ(after(mirroring, MN_EV_METADATA_ERROR), paused(MN_REASON_METADATA_ERROR));
    EXPECT_EQ(after(mirroring, MN_EV_SHUTDOWN), paused(MN_REASON_SHUTDOWN));
    EXPECT_EQ(after(paused(MN_REASON_USER), MN_EV_SOURCE_ERROR), paused(MN_REASON_USER));
}

TEST_F(State, Words)
{
    EXPECT_STREQ(mn_state_text(MN_STATE_INVALID), "invalid");
    EXPECT_STREQ(mn_state_text(MN_STATE_MIRRORING), "mirroring");
    EXPECT_STREQ(mn_state_text(MN_STATE_RESYNC_PENDING), "resync-pending");
    EXPECT_STREQ(mn_state_text(-2), "invalid");
    EXPECT_STREQ(mn_state_text(6), "invalid");
    EXPECT_STREQ(mn_role_text(MN_ROLE_TARGET), "target");
    EXPECT_STREQ(mn_role_text(3), "unknown");
    EXPECT_STREQ(mn_data_state_text(MN_DATA_INCONSISTENT), "inconsistent");
    EXPECT_STREQ(mn_data_state_text(4), "unknown");
    EXPECT_STREQ(mn_lock_reason_text(MN_LOCK_WAIT_PEER), "wait-peer");
    EXPECT_STREQ(mn_lock_reason_text(MN_LOCK_FENCED), "fenced");
    EXPECT_STREQ(mn_lock_reason_text(MN_LOCK_HANDED_OVER), "handed-over");
    EXPECT_STREQ(mn_lock_reason_text(MN_LOCK_HANDING_OVER), "handing-over");
    EXPECT_STREQ(mn_lock_reason_text(MN_LOCK_HANDING_OVER + 1), "unknown");
    EXPECT_STREQ(mn_reason_text(__MN_REASON_MAX), "unknown");
}

// SPEC 2, the list of reasons, word by word.
TEST_F(State, ReasonsAsInTheSpecification)
{
    const std::set<std::string> by_itself{"none", "shutdown", "link-lost", "peer-silent", "peer-busy",
        "target-error", "queue-limit", "resync-passes", "no-memory", "size-mismatch", "config-missing",
        "device-removed", "operation"};
    const std::set<std::string> person{"user", "source-error", "metadata-error", "sector-mismatch",
        "target-unlocked", "rolled-back", "other-source", "split-brain", "not-trusted", "version", "fenced",
        "maintenance"};
    std::set<std::string> ends, waits;

    for (u8 reason = 0; reason < __MN_REASON_MAX; reason++)
        (mn_reason_ends_by_itself(reason) ? ends : waits).insert(mn_reason_text(reason));
    EXPECT_EQ(ends, by_itself);
    EXPECT_EQ(waits, person);
    EXPECT_FALSE(mn_reason_ends_by_itself(__MN_REASON_MAX));
    EXPECT_FALSE(mn_reason_ends_by_itself(255));
}

// docs/fence.md: who ends a wait, and what a write waits for.
TEST(Fence, EveryStepOfAFence)
{
    EXPECT_EQ(mn_fence_next(MN_FENCE_NONE, MN_FENCE_EV_LOST), MN_FENCE_DUE);
    EXPECT_EQ(mn_fence_next(MN_FENCE_DUE, MN_FENCE_EV_WRITE), MN_FENCE_WANTED);
    EXPECT_EQ(mn_fence_next(MN_FENCE_WANTED, MN_FENCE_EV_CONFIRMED), MN_FENCE_CONFIRMED);
    EXPECT_EQ(mn_fence_next(MN_FENCE_WANTED, MN_FENCE_EV_EXPIRED), MN_FENCE_EXPIRED);
    EXPECT_EQ(mn_fence_next(MN_FENCE_WANTED, MN_FENCE_EV_UNFIT), MN_FENCE_CONFIRMED);
    EXPECT_EQ(mn_fence_next(MN_FENCE_EXPIRED, MN_FENCE_EV_UNFIT), MN_FENCE_CONFIRMED);
    EXPECT_TRUE(mn_fence_is_open(MN_FENCE_DUE));
    EXPECT_TRUE(mn_fence_is_open(MN_FENCE_WANTED));
    for (u8 now : {MN_FENCE_NONE, MN_FENCE_CONFIRMED, MN_FENCE_EXPIRED, MN_FENCE_OUTDATED})
        EXPECT_FALSE(mn_fence_is_open(now));
}

// Nothing but a confirmation, the copy's own word, time or the end of its cause lets a write go.
TEST(Fence, NothingElseOpensIt)
{
    for (int event = 0; event < __MN_FENCE_EV_MAX; event++) {
        const auto what = static_cast<mn_fence_event>(event);
        const bool lets_go = event == MN_FENCE_EV_CONFIRMED || event == MN_FENCE_EV_UNFIT ||
                             event == MN_FENCE_EV_EXPIRED || event == MN_FENCE_EV_OVER;

        EXPECT_EQ(!mn_fence_is_open(mn_fence_next(MN_FENCE_WANTED, what)), lets_go) << event;
        // nobody was asked yet: only the copy itself, or the end of the cause
        EXPECT_EQ(!mn_fence_is_open(mn_fence_next(MN_FENCE_DUE, what)),
                  event == MN_FENCE_EV_UNFIT || event == MN_FENCE_EV_OVER) << event;
    }
    for (int now = MN_FENCE_NONE; now <= MN_FENCE_EXPIRED; now++) {
        // each loss has to be confirmed anew, and the end of the cause is the end
        EXPECT_TRUE(mn_fence_is_open(mn_fence_next(static_cast<u8>(now), MN_FENCE_EV_LOST))) << now;
        EXPECT_EQ(mn_fence_next(static_cast<u8>(now), MN_FENCE_EV_OVER), MN_FENCE_NONE) << now;
    }
    EXPECT_EQ(mn_fence_next(MN_FENCE_NONE, MN_FENCE_EV_WRITE), MN_FENCE_NONE);
    EXPECT_EQ(mn_fence_next(MN_FENCE_OUTDATED, MN_FENCE_EV_LOST), MN_FENCE_OUTDATED);
    EXPECT_EQ(mn_fence_next(MN_FENCE_WANTED, __MN_FENCE_EV_MAX), MN_FENCE_WANTED);
}

}  // namespace kcore
