/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * turn: parallel-resyncs, the resyncs that this node sends at a time (L3; docs/resync.md)
 */
#ifndef MN_TURN_H
#define MN_TURN_H

#include "session.h"
#include "volume.h"

struct mn_turn_counts {
	u32 limit;	/* 0: none */
	u32 held;	/* resyncs that count */
	u32 waiting;
};

void mn_turn_init(void);
/* Any context; at once. The limit, 0: none. Lower than what runs: that goes on. */
void mn_turn_set_limit(u32 limit);
void mn_turn_count(struct mn_turn_counts *counts);

/*
 * Under track: may this link begin a resync now? If not, the work is queued (session_wq) when it
 * may; never for a link that has ended. True again until mn_turn_give().
 */
bool mn_turn_take(struct mn_session *session, struct work_struct *work);
/* Any context. The resync is over, or is not wanted any more. */
void mn_turn_give(struct mn_mirror *mirror);
/* Under track: does the mirror wait for its turn? */
bool mn_turn_is_awaited(const struct mn_mirror *mirror);
/* Under track: it stands still; where others wait it does not count any more. */
void mn_turn_pass_on(struct mn_mirror *mirror);

#endif
