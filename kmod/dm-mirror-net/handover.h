/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * handover: a planned change of roles, as steps on two superblocks (L0, pure; docs/takeover.md)
 *
 * The source gives its role to one target, which takes it or refuses it. Each step is one change of
 * one superblock, and counts when that is durable. A handover has a number; the source never
 * uses one twice, and the target answers each for good: a request that comes late, or twice,
 * finds the answer that was given.
 */
#ifndef MN_HANDOVER_H
#define MN_HANDOVER_H

#include <linux/types.h>
#include "layout.h"

enum mn_handover_answer {
	MN_HANDOVER_DONE = 0,	/* the superblock was changed: make it durable */
	MN_HANDOVER_ALREADY,	/* it says so already */
	MN_HANDOVER_NO,		/* nothing may be changed; *why says why */
};

/* Has this source given its role away, and nobody has told it what became of that? */
bool mn_handover_is_open(const struct mn_super *super);

/* At the source, which is locked, and whose target in this slot has everything. */
enum mn_handover_answer mn_handover_give(struct mn_super *super, u8 slot, const char **why);

/*
 * At the target: become the source, with the generation `fresh`, if that handover was not refused
 * and this copy is still the one that it was given for.
 */
enum mn_handover_answer mn_handover_take(struct mn_super *super, u8 slot, u64 number,
					 u64 generation, u64 fresh, const char **why);

/*
 * At the target: it has not taken the role in this handover, and will not. NO: it has, or it became
 * the source in another way, or its copy is not that of the handover any more.
 */
enum mn_handover_answer mn_handover_refuse(struct mn_super *super, u8 slot, u64 number,
					   u64 generation, const char **why);

/* At the old source: the target refused this handover, durably. */
enum mn_handover_answer mn_handover_take_back(struct mn_super *super, u64 number,
					      const char **why);

/*
 * At the old source: another node is the source. What this one has is a target's copy, of an
 * earlier time. `unwritten`: nothing was written since it took its generation, which it gives up.
 */
void mn_handover_yield(struct mn_super *super, bool unwritten);

/* Was nothing written since this source took its generation, which nobody else has? */
bool mn_handover_is_unwritten(const struct mn_super *super);
/*
 * Can this node not go back to the generation before? It wrote in the present one, or is a source
 * of which a target may have it: that one would follow nobody any more.
 */
bool mn_handover_moved_on(const struct mn_super *super);

/*
 * At the source, which is locked: it lays its role down. Where a target that may have its
 * generation lacks something (`lacking`, a mask of slots), it takes the generation `fresh`, so that
 * the two do not pass for equal. What was written behind our back is worth no more than before.
 */
void mn_handover_lay_down(struct mn_super *super, u32 lacking, u64 fresh);

/* Nothing is handed over any more: for every other change of the role. */
void mn_handover_forget(struct mn_super *super);

/*
 * A target that becomes the source: with a generation of its own, in which nothing was written.
 * Its slots prove what the others may lack, but for those that name no generation.
 */
void mn_handover_promote(struct mn_super *super, u64 fresh);

#endif
