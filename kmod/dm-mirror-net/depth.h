/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * depth: how many blocks of a resync are to be on their way (L0, pure; docs/wan.md)
 *
 * As many as the target acknowledges in the time that the quickest of them took, times two: so
 * the depth doubles in every round until the link is full, and never queues more than that again.
 */
#ifndef MN_DEPTH_H
#define MN_DEPTH_H

#include <linux/types.h>

/* All zero in the beginning, which asks for nothing beyond the least. */
struct mn_depth {
	u32 latency;		/* us, the least so far; 0: nothing was acknowledged yet */
	u32 wanted;		/* blocks */
	u32 blocks;		/* acknowledged in this round */
	u64 began;		/* this round, ns; 0: not yet */
};

/* A block was acknowledged `latency` ns after it was queued, at `now` (ns, never 0 nor back). */
void mn_depth_acked(struct mn_depth *depth, u64 latency, u64 now);
/* least <= most */
u32 mn_depth_blocks(const struct mn_depth *depth, u32 least, u32 most);

#endif
