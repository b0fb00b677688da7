/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * overflow: a queue that is full, and how the mirror comes back from it (L3; docs/modes.md)
 */
#ifndef MN_OVERFLOW_H
#define MN_OVERFLOW_H

#include "volume.h"

/* Under track: may nothing more be queued for this mirror now? */
bool mn_overflow_is_full(const struct mn_mirror *mirror);
/*
 * Under track: do writes to this mirror wait until its queue has room? newcomer: behind others
 * that do, too.
 */
bool mn_overflow_blocks(const struct mn_mirror *mirror, bool newcomer);
/*
 * Under track: ms since the target last moved on while something waits for it: a writer, or the
 * end of a queue that drains. 0: nothing does.
 */
u32 mn_overflow_stalled_ms(const struct mn_mirror *mirror);
/* Under track: do writes that would enter the stream wait for the end of a resync (endgame.c)? */
bool mn_overflow_delays(const struct mn_mirror *mirror);
/*
 * Under track. A write begins, or goes on, to wait for room in this queue; a write does not wait
 * any more: when it was the last one, the stall of all queues is over.
 */
void mn_overflow_crowded(struct mn_mirror *mirror);
void mn_overflow_uncrowded(struct mn_volume *volume);
/* Under track: the queue has become shorter. */
void mn_overflow_drained_some(struct mn_mirror *mirror);
/*
 * Under track. The mirror is in sync and takes writes; the one at hand cannot be queued, for this
 * reason. From now on writes are tracked, and what is queued drains. done collects what completes.
 */
void mn_overflow_locked(struct mn_mirror *mirror, u8 reason, struct list_head *done);
/* Under track: something ended that the way back may wait for. */
void mn_overflow_check(struct mn_mirror *mirror);
/* Under track: let the first writer that waits for room try again; it lets the next one. */
void mn_overflow_wake_next(struct mn_volume *volume);
/* Under track: let all of them. */
void mn_overflow_wake(struct mn_volume *volume);
/* Work of a session, on session_wq: the queue is empty, the stream goes on with a resync. */
void mn_overflow_drained_work(struct work_struct *work);

#endif
