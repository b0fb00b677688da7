/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * state: the one state machine of a mirror (L0, pure; SPEC 2)
 *
 * Engines report events; the machine says what the mirror is now and why. It
 * is a total function: every event has a defined outcome in every state.
 */
#ifndef MN_STATE_H
#define MN_STATE_H

#include <linux/types.h>
#include <linux/dm_mirror_net.h>

enum mn_mirror_event {
	MN_EV_ADDED,		/* bound to a slot; link wanted */
	MN_EV_SYNC_STARTED,	/* there is something to resync and the target is ready */
	MN_EV_CATCHING_UP,	/* nothing to resync: in sync when what is queued has arrived */
	MN_EV_AWAITS_TURN,	/* there is, and other resyncs of this node come first */
	MN_EV_IN_SYNC,		/* equal: nothing (left) to resync, durably */
	MN_EV_QUEUE_FULL,	/* in sync: writes are tracked until the queue has drained */
	MN_EV_FALLS_BEHIND,	/* resync: a write found no room, for this reason */
	MN_EV_KEEPS_UP,		/* resync: in a whole pass all writes found room */
	MN_EV_LINK_LOST,	/* with a reason that ends by itself, or not */
	MN_EV_CUT_OFF,		/* LINK_LOST of a stream that goes on, or of a target at work */
	MN_EV_REFUSED,		/* the verdict was not to go on; reason from it */
	MN_EV_USER_PAUSE,
	MN_EV_USER_CONTINUE,
	MN_EV_USER_BREAK,
	MN_EV_USER_RESYNC,
	MN_EV_SHUTDOWN,
	MN_EV_SOURCE_ERROR,
	MN_EV_METADATA_ERROR,
	MN_EV_REMOVED,
	__MN_EV_MAX,
};

struct mn_state {
	s8 state;		/* enum mn_mirror_state */
	u8 reason;		/* enum mn_reason; none while mirroring */
};

/* What happens to the fencing of a mirror's other copy. */
enum mn_fence_event {
	MN_FENCE_EV_LOST,	/* the target was in sync, gets no writes, and that is on record */
	MN_FENCE_EV_WRITE,	/* a write has ended that it lacks */
	MN_FENCE_EV_CONFIRMED,	/* told by MIRROR_FENCED */
	MN_FENCE_EV_UNFIT,	/* the target says that it has itself on record as inconsistent */
	MN_FENCE_EV_EXPIRED,	/* fence-timeout has passed */
	MN_FENCE_EV_OVER,	/* in sync again, removed, or not asked for any more */
	__MN_FENCE_EV_MAX,
};

/* Total, as mn_state_next(): what does not concern it changes nothing. An enum mn_fence. */
u8 mn_fence_next(u8 now, enum mn_fence_event event);
/* Must a write that the target lacks not return? */
bool mn_fence_is_open(u8 now);

struct mn_state mn_state_next(struct mn_state now, enum mn_mirror_event event, u8 reason);

/* SPEC 2's column: does a mirror that stands for this reason go on without a person? */
bool mn_reason_ends_by_itself(u8 reason);
/*
 * How long a mirror that paused for this reason waits before it wants a link again, the `times`th
 * time in a row (from 1); seconds, 0: not at all.
 */
u32 mn_reason_rest(u8 reason, u32 times);
/* Does the mirror want a link (and reconnects)? */
bool mn_state_wants_link(struct mn_state now);
/* Must the state survive a restart of this node as it is? (user, broken, ...) */
bool mn_state_is_durable(struct mn_state now);
/* Are writes tracked in the bitmap? (all but none and broken) */
bool mn_state_tracks(struct mn_state now);

const char *mn_state_text(s8 state);
const char *mn_reason_text(u8 reason);
const char *mn_role_text(u8 role);
const char *mn_data_state_text(u8 data_state);
const char *mn_lock_reason_text(u8 reason);

#endif
