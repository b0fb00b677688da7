// SPDX-License-Identifier: GPL-2.0-only
/*
 * split: the loser of a split brain, as a step on its superblock (L0, pure; docs/split-brain.md)
 */
#include <linux/kernel.h>

#include "generation.h"
#include "handover.h"
#include "split.h"

/* NULL: nothing is against it. */
static const char *why_not(const struct mn_super *super, const struct mn_slot *slot,
			   u64 generation)
{
	if (mn_handover_is_open(super))
		return "the role was handed to another node: repeat mirrorctl switchover";
	if (generation && !mn_generation_may_be_held(generation, slot->base, slot->old_base))
		return "this copy had another generation in common with that node";
	return NULL;
}

const char *mn_split_give_up(struct mn_super *super, u8 slot, u64 generation)
{
	struct mn_slot *of = &super->slot[slot];
	const char *why = why_not(super, of, generation);

	if (why)
		return why;
	mn_handover_yield(super, false);
	super->flags &= ~MN_SUPER_F_WRITTEN;
	of->state = MN_STATE_NONE;
	of->reason = MN_REASON_NONE;
	of->flags &= ~MN_SLOT_F_DECLARED;
	if (generation) {
		of->base = generation;
		of->old_base = generation;
		mn_generation_advance(&super->generation, super->history, generation);
	} else {
		of->flags |= MN_SLOT_F_FULL_NEEDED | MN_SLOT_F_BLANK;
	}
	return NULL;
}
