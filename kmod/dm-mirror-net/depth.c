// SPDX-License-Identifier: GPL-2.0-only
/*
 * depth: how many blocks of a resync are to be on their way (L0, pure; docs/wan.md)
 */
#include <linux/kernel.h>
#include <linux/math64.h>

#include "depth.h"

/* Clocks are as coarse as jiffies; and what takes longer than 10 s is no round trip. */
#define MN_DEPTH_LATENCY_MIN	4000u		/* us */
#define MN_DEPTH_LATENCY_MAX	10000000u

#define MN_DEPTH_BLOCKS_MAX	1048576u	/* of a round: more are not counted */

static void note_latency(struct mn_depth *depth, u64 ns)
{
	u32 us = clamp_t(u64, div_u64(ns, 1000), MN_DEPTH_LATENCY_MIN, MN_DEPTH_LATENCY_MAX);

	if (!depth->latency || us < depth->latency)
		depth->latency = us;
}

/* A slow round is not believed at once: the next may be a quick one. */
static void end_round(struct mn_depth *depth, u64 us)
{
	u32 wanted = div64_u64(2ull * depth->blocks * depth->latency, us) + 1;

	depth->wanted = max_t(u32, wanted, depth->wanted - depth->wanted / 8);
}

void mn_depth_acked(struct mn_depth *depth, u64 latency, u64 now)
{
	u64 us;

	note_latency(depth, latency);
	if (depth->began) {
		if (depth->blocks < MN_DEPTH_BLOCKS_MAX)
			depth->blocks++;
		us = div_u64(now - depth->began, 1000);
		if (us < depth->latency)
			return;
		end_round(depth, us);
	}
	/* what comes with this one belongs to the next round */
	depth->began = now;
	depth->blocks = 0;
}

u32 mn_depth_blocks(const struct mn_depth *depth, u32 least, u32 most)
{
	return clamp_t(u32, depth->wanted, least, most);
}
