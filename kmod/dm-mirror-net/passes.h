/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * passes: what follows a pass of a resync (L0, pure; SPEC 4; docs/resync.md)
 */
#ifndef MN_PASSES_H
#define MN_PASSES_H

#include <linux/types.h>

/* A pass that is over. */
struct mn_pass {
	u64 dirty;		/* blocks left */
	u64 failed;		/* blocks that could not be read in this pass */
	u32 number;		/* from 1 */
	/* options */
	u32 most;		/* max-resync-passes */
	u32 low_water;		/* resync-low-water, blocks; 0: never delay writers */
	u32 block_timeout;	/* resync-block-writes-timeout, ms; 0: never delay writers */
};

enum mn_pass_next {
	MN_PASS_DONE,		/* nothing is left */
	MN_PASS_HOPELESS,	/* only what cannot be read is left */
	MN_PASS_TOO_MANY,	/* pause, and try again later */
	MN_PASS_AGAIN,		/* another pass */
	MN_PASS_DELAY_WRITERS,	/* another pass, during which nothing becomes dirty */
};

enum mn_pass_next mn_pass_next(const struct mn_pass *pass);

#endif
