/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * split: the loser of a split brain, as a step on its superblock (L0, pure; docs/split-brain.md)
 */
#ifndef MN_SPLIT_H
#define MN_SPLIT_H

#include "layout.h"

/*
 * This copy becomes a target's, of the generation that it and the peer in this slot last had in
 * common: what it wrote since is marked in the slot, and may be overwritten. `generation` is one
 * of the two that the slot names; 0: nobody knows which one it is, so that the copy needs
 * everything. NULL: the superblock was changed, make it durable; else why nothing may be.
 */
const char *mn_split_give_up(struct mn_super *super, u8 slot, u64 generation);

#endif
