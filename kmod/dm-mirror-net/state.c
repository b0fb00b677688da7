// SPDX-License-Identifier: GPL-2.0-only
/*
 * state: the one state machine of a mirror (L0, pure; SPEC 2)
 *
 * One table of what happens, a row per standing and a column per event. A
 * standing is the state, with *paused* told apart by who ends it: by itself,
 * a person who has to decide, or the person who asked for it. A second, small table
 * says how far the fencing of a lost copy is (docs/fence.md).
 */
#include <linux/kernel.h>

#include "state.h"

enum standing {
	ST_INVALID,
	ST_NONE,
	ST_MIRRORING,
	ST_RESYNC,
	ST_PENDING,
	ST_PAUSED,	/* ends by itself */
	ST_STUCK,	/* paused, a person must decide */
	ST_HELD,	/* paused by a person, or nobody knows why */
	ST_BROKEN,
	__ST_MAX,
};

enum action {
	STAY = 0,
	TO_NONE,
	TO_MIRRORING,
	TO_RESYNC,
	FALL_BEHIND,	/* resync that says why it may not end, if it can */
	TO_PENDING,
	PAUSE,		/* for the event's reason */
	PAUSE_ANEW,	/* the same, unless the old reason says more */
	PAUSE_WORSE,	/* the same, if the new reason needs a person too */
	WAIT,		/* stay pending if the event's reason ends by itself, else PAUSE */
	HOLD,		/* paused by a person */
	BREAK,
};

static const u8 actions[__ST_MAX][__MN_EV_MAX] = {
	[ST_INVALID] = {
		[MN_EV_ADDED] = TO_PENDING,
		[MN_EV_USER_PAUSE] = HOLD,
		[MN_EV_USER_BREAK] = BREAK,
		[MN_EV_USER_RESYNC] = TO_PENDING,
		[MN_EV_SOURCE_ERROR] = PAUSE,
		[MN_EV_METADATA_ERROR] = PAUSE,
		[MN_EV_REMOVED] = TO_NONE,
	},
	[ST_NONE] = {
		[MN_EV_ADDED] = TO_PENDING,
	},
	[ST_MIRRORING] = {
		[MN_EV_SYNC_STARTED] = TO_RESYNC,
		[MN_EV_QUEUE_FULL] = PAUSE,
		[MN_EV_LINK_LOST] = PAUSE,
		[MN_EV_CUT_OFF] = PAUSE,
		[MN_EV_REFUSED] = PAUSE,
		[MN_EV_USER_PAUSE] = HOLD,
		[MN_EV_USER_BREAK] = BREAK,
		[MN_EV_USER_RESYNC] = TO_PENDING,
		[MN_EV_SHUTDOWN] = PAUSE,
		[MN_EV_SOURCE_ERROR] = PAUSE,
		[MN_EV_METADATA_ERROR] = PAUSE,
		[MN_EV_REMOVED] = TO_NONE,
	},
	[ST_RESYNC] = {
		[MN_EV_IN_SYNC] = TO_MIRRORING,
		[MN_EV_FALLS_BEHIND] = FALL_BEHIND,
		[MN_EV_KEEPS_UP] = TO_RESYNC,
		[MN_EV_LINK_LOST] = PAUSE,
		[MN_EV_CUT_OFF] = PAUSE,
		[MN_EV_REFUSED] = PAUSE,
		[MN_EV_USER_PAUSE] = HOLD,
		[MN_EV_USER_BREAK] = BREAK,
		[MN_EV_SHUTDOWN] = PAUSE,
		[MN_EV_SOURCE_ERROR] = PAUSE,
		[MN_EV_METADATA_ERROR] = PAUSE,
		[MN_EV_REMOVED] = TO_NONE,
	},
	[ST_PENDING] = {
		[MN_EV_CATCHING_UP] = TO_PENDING,
		[MN_EV_AWAITS_TURN] = TO_PENDING,
		[MN_EV_QUEUE_FULL] = PAUSE,
		[MN_EV_SYNC_STARTED] = TO_RESYNC,
		[MN_EV_IN_SYNC] = TO_MIRRORING,
		[MN_EV_LINK_LOST] = WAIT,
		[MN_EV_CUT_OFF] = PAUSE,
		[MN_EV_REFUSED] = PAUSE,
		[MN_EV_USER_PAUSE] = HOLD,
		[MN_EV_USER_BREAK] = BREAK,
		[MN_EV_SHUTDOWN] = PAUSE,
		[MN_EV_SOURCE_ERROR] = PAUSE,
		[MN_EV_METADATA_ERROR] = PAUSE,
		[MN_EV_REMOVED] = TO_NONE,
	},
	[ST_PAUSED] = {
		[MN_EV_CATCHING_UP] = TO_PENDING,
		[MN_EV_AWAITS_TURN] = TO_PENDING,
		[MN_EV_SYNC_STARTED] = TO_RESYNC,
		[MN_EV_IN_SYNC] = TO_MIRRORING,
		[MN_EV_LINK_LOST] = PAUSE_ANEW,
		[MN_EV_CUT_OFF] = PAUSE_ANEW,
		[MN_EV_REFUSED] = PAUSE,
		[MN_EV_USER_PAUSE] = HOLD,
		[MN_EV_USER_CONTINUE] = TO_PENDING,
		[MN_EV_USER_BREAK] = BREAK,
		[MN_EV_USER_RESYNC] = TO_PENDING,
		[MN_EV_SHUTDOWN] = PAUSE,
		[MN_EV_SOURCE_ERROR] = PAUSE,
		[MN_EV_METADATA_ERROR] = PAUSE,
		[MN_EV_REMOVED] = TO_NONE,
	},
	[ST_STUCK] = {
		[MN_EV_LINK_LOST] = PAUSE_WORSE,
		[MN_EV_CUT_OFF] = PAUSE_WORSE,
		[MN_EV_REFUSED] = PAUSE_WORSE,
		[MN_EV_USER_PAUSE] = HOLD,
		[MN_EV_USER_CONTINUE] = TO_PENDING,
		[MN_EV_USER_BREAK] = BREAK,
		[MN_EV_USER_RESYNC] = TO_PENDING,
		[MN_EV_SOURCE_ERROR] = PAUSE,
		[MN_EV_METADATA_ERROR] = PAUSE,
		[MN_EV_REMOVED] = TO_NONE,
	},
	[ST_HELD] = {
		[MN_EV_USER_PAUSE] = HOLD,
		[MN_EV_USER_CONTINUE] = TO_PENDING,
		[MN_EV_USER_BREAK] = BREAK,
		[MN_EV_USER_RESYNC] = TO_PENDING,
		[MN_EV_REMOVED] = TO_NONE,
	},
	[ST_BROKEN] = {
		[MN_EV_USER_RESYNC] = TO_PENDING,
		[MN_EV_REMOVED] = TO_NONE,
	},
};

static const u8 fences[MN_FENCE_EXPIRED + 1][__MN_FENCE_EV_MAX] = {
	[MN_FENCE_NONE] = {
		[MN_FENCE_EV_LOST] = MN_FENCE_DUE,
	},
	[MN_FENCE_DUE] = {
		[MN_FENCE_EV_LOST] = MN_FENCE_DUE,
		[MN_FENCE_EV_WRITE] = MN_FENCE_WANTED,
		[MN_FENCE_EV_CONFIRMED] = MN_FENCE_DUE,
		[MN_FENCE_EV_UNFIT] = MN_FENCE_CONFIRMED,
		[MN_FENCE_EV_EXPIRED] = MN_FENCE_DUE,
	},
	[MN_FENCE_WANTED] = {
		[MN_FENCE_EV_LOST] = MN_FENCE_WANTED,
		[MN_FENCE_EV_WRITE] = MN_FENCE_WANTED,
		[MN_FENCE_EV_CONFIRMED] = MN_FENCE_CONFIRMED,
		[MN_FENCE_EV_UNFIT] = MN_FENCE_CONFIRMED,
		[MN_FENCE_EV_EXPIRED] = MN_FENCE_EXPIRED,
	},
	/* it may have come into sync before the source heard of that */
	[MN_FENCE_CONFIRMED] = {
		[MN_FENCE_EV_LOST] = MN_FENCE_DUE,
		[MN_FENCE_EV_WRITE] = MN_FENCE_CONFIRMED,
		[MN_FENCE_EV_CONFIRMED] = MN_FENCE_CONFIRMED,
		[MN_FENCE_EV_UNFIT] = MN_FENCE_CONFIRMED,
		[MN_FENCE_EV_EXPIRED] = MN_FENCE_CONFIRMED,
	},
	[MN_FENCE_EXPIRED] = {
		[MN_FENCE_EV_LOST] = MN_FENCE_DUE,
		[MN_FENCE_EV_WRITE] = MN_FENCE_EXPIRED,
		[MN_FENCE_EV_CONFIRMED] = MN_FENCE_EXPIRED,
		[MN_FENCE_EV_UNFIT] = MN_FENCE_CONFIRMED,
		[MN_FENCE_EV_EXPIRED] = MN_FENCE_EXPIRED,
	},
};

struct reason_word {
	const char *text;
	bool ends_by_itself;
};

static const struct reason_word reasons[__MN_REASON_MAX] = {
	[MN_REASON_NONE] = { "none", true },
	[MN_REASON_USER] = { "user", false },
	[MN_REASON_SHUTDOWN] = { "shutdown", true },
	[MN_REASON_LINK_LOST] = { "link-lost", true },
	[MN_REASON_PEER_SILENT] = { "peer-silent", true },
	[MN_REASON_PEER_BUSY] = { "peer-busy", true },
	[MN_REASON_TARGET_ERROR] = { "target-error", true },
	[MN_REASON_SOURCE_ERROR] = { "source-error", false },
	[MN_REASON_METADATA_ERROR] = { "metadata-error", false },
	[MN_REASON_QUEUE_LIMIT] = { "queue-limit", true },
	[MN_REASON_RESYNC_PASSES] = { "resync-passes", true },
	[MN_REASON_NO_MEMORY] = { "no-memory", true },
	[MN_REASON_SIZE_MISMATCH] = { "size-mismatch", true },
	[MN_REASON_SECTOR_MISMATCH] = { "sector-mismatch", false },
	[MN_REASON_TARGET_UNLOCKED] = { "target-unlocked", false },
	[MN_REASON_ROLLED_BACK] = { "rolled-back", false },
	[MN_REASON_OTHER_SOURCE] = { "other-source", false },
	[MN_REASON_SPLIT_BRAIN] = { "split-brain", false },
	[MN_REASON_NOT_TRUSTED] = { "not-trusted", false },
	[MN_REASON_VERSION] = { "version", false },
	[MN_REASON_CONFIG_MISSING] = { "config-missing", true },
	[MN_REASON_DEVICE_REMOVED] = { "device-removed", true },
	[MN_REASON_FENCED] = { "fenced", false },
	[MN_REASON_OPERATION] = { "operation", true },
	[MN_REASON_MAINTENANCE] = { "maintenance", false },
};

/* Indexed by state + 1: the first is -1. */
static const char * const state_texts[] = {
	"invalid", "none", "mirroring", "resync", "broken", "paused", "resync-pending",
};

static const char * const role_texts[] = { "none", "source", "target" };

static const char * const data_state_texts[] = {
	"unknown", "current", "outdated", "inconsistent",
};

static const char * const lock_reason_texts[] = {
	[MN_LOCK_NONE] = "unlocked",
	[MN_LOCK_TARGET] = "target",
	[MN_LOCK_USER] = "user",
	[MN_LOCK_WAIT_PEER] = "wait-peer",
	[MN_LOCK_FOREIGN_WRITE] = "foreign-write",
	[MN_LOCK_METADATA] = "metadata",
	[MN_LOCK_FENCED] = "fenced",
	[MN_LOCK_HANDED_OVER] = "handed-over",
	[MN_LOCK_HANDING_OVER] = "handing-over",
};

bool mn_reason_ends_by_itself(u8 reason)
{
	return reason < __MN_REASON_MAX && reasons[reason].ends_by_itself;
}

static enum standing standing_paused(u8 reason)
{
	if (reason == MN_REASON_NONE || reason == MN_REASON_USER || reason >= __MN_REASON_MAX)
		return ST_HELD;
	return mn_reason_ends_by_itself(reason) ? ST_PAUSED : ST_STUCK;
}

static enum standing standing(struct mn_state now)
{
	switch (now.state) {
	case MN_STATE_NONE:
		return ST_NONE;
	case MN_STATE_MIRRORING:
		return ST_MIRRORING;
	case MN_STATE_RESYNC:
		return ST_RESYNC;
	case MN_STATE_BROKEN:
		return ST_BROKEN;
	case MN_STATE_PAUSED:
		return standing_paused(now.reason);
	case MN_STATE_RESYNC_PENDING:
		return ST_PENDING;
	default:
		return ST_INVALID;
	}
}

/* An unknown cause counts as a person's wish: it must not end by itself. */
static u8 reason_of(enum mn_mirror_event event, u8 reason)
{
	switch (event) {
	case MN_EV_SHUTDOWN:
		return MN_REASON_SHUTDOWN;
	case MN_EV_SOURCE_ERROR:
		return MN_REASON_SOURCE_ERROR;
	case MN_EV_METADATA_ERROR:
		return MN_REASON_METADATA_ERROR;
	case MN_EV_LINK_LOST:
	case MN_EV_CUT_OFF:
		if (reason == MN_REASON_NONE)
			return MN_REASON_LINK_LOST;
		break;
	default:
		break;
	}
	if (reason == MN_REASON_NONE || reason >= __MN_REASON_MAX)
		return MN_REASON_USER;
	return reason;
}

static struct mn_state made(s8 state, u8 reason)
{
	return (struct mn_state){ .state = state, .reason = reason };
}

/* The actions which pause, or would if the reasons were others. */
static struct mn_state pause_for(struct mn_state now, enum action action, u8 reason)
{
	bool ends = mn_reason_ends_by_itself(reason);

	if (action == PAUSE_ANEW && reason == MN_REASON_LINK_LOST)
		return now;
	if (action == PAUSE_WORSE && ends)
		return now;
	if (action == WAIT && ends)
		return made(MN_STATE_RESYNC_PENDING, reason);
	return made(MN_STATE_PAUSED, reason);
}

struct mn_state mn_state_next(struct mn_state now, enum mn_mirror_event event, u8 reason)
{
	u8 action = (u32)event < __MN_EV_MAX ? actions[standing(now)][event] : STAY;

	switch (action) {
	case STAY:
		return now;
	case TO_NONE:
		return made(MN_STATE_NONE, MN_REASON_NONE);
	case TO_MIRRORING:
		return made(MN_STATE_MIRRORING, MN_REASON_NONE);
	case TO_RESYNC:
		return made(MN_STATE_RESYNC, MN_REASON_NONE);
	case FALL_BEHIND:
		return mn_reason_ends_by_itself(reason) ? made(MN_STATE_RESYNC, reason) : now;
	case TO_PENDING:
		return made(MN_STATE_RESYNC_PENDING, MN_REASON_NONE);
	case HOLD:
		return made(MN_STATE_PAUSED, MN_REASON_USER);
	case BREAK:
		return made(MN_STATE_BROKEN, MN_REASON_USER);
	default:
		return pause_for(now, action, reason_of(event, reason));
	}
}

/* Seconds. What comes back for the same reason is not tried at once. */
#define REST_PASSES	60
#define REST_TARGET	10
#define REST_MOST	300

u32 mn_reason_rest(u8 reason, u32 times)
{
	u32 doublings = times ? min(times - 1, 5u) : 0;

	switch (reason) {
	case MN_REASON_RESYNC_PASSES:
		return REST_PASSES;
	case MN_REASON_TARGET_ERROR:
		return min(REST_TARGET << doublings, REST_MOST);
	default:
		return 0;
	}
}

u8 mn_fence_next(u8 now, enum mn_fence_event event)
{
	if (now > MN_FENCE_EXPIRED || (u32)event >= __MN_FENCE_EV_MAX)
		return now;
	return fences[now][event];
}

bool mn_fence_is_open(u8 now)
{
	return now == MN_FENCE_DUE || now == MN_FENCE_WANTED;
}

bool mn_state_wants_link(struct mn_state now)
{
	switch (standing(now)) {
	case ST_MIRRORING:
	case ST_RESYNC:
	case ST_PENDING:
	case ST_PAUSED:
		return true;
	default:
		return false;
	}
}

bool mn_state_is_durable(struct mn_state now)
{
	enum standing where = standing(now);

	return where == ST_BROKEN || where == ST_HELD || where == ST_STUCK;
}

bool mn_state_tracks(struct mn_state now)
{
	enum standing where = standing(now);

	return where != ST_NONE && where != ST_BROKEN;
}

const char *mn_state_text(s8 state)
{
	if (state < MN_STATE_INVALID || state > MN_STATE_RESYNC_PENDING)
		return "invalid";
	return state_texts[state - MN_STATE_INVALID];
}

const char *mn_reason_text(u8 reason)
{
	return reason < __MN_REASON_MAX ? reasons[reason].text : "unknown";
}

const char *mn_role_text(u8 role)
{
	return role < ARRAY_SIZE(role_texts) ? role_texts[role] : "unknown";
}

const char *mn_data_state_text(u8 data_state)
{
	return data_state < ARRAY_SIZE(data_state_texts) ?
		data_state_texts[data_state] : "unknown";
}

const char *mn_lock_reason_text(u8 reason)
{
	return reason < ARRAY_SIZE(lock_reason_texts) ? lock_reason_texts[reason] : "unknown";
}
