// SPDX-License-Identifier: GPL-2.0-only
/*
 * handover: a planned change of roles, as steps on two superblocks (L0, pure; docs/takeover.md)
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "generation.h"
#include "handover.h"

static enum mn_handover_answer no(const char **why, const char *text)
{
	*why = text;
	return MN_HANDOVER_NO;
}

bool mn_handover_is_open(const struct mn_super *super)
{
	return super->locked == MN_LOCK_HANDED_OVER;
}

enum mn_handover_answer mn_handover_give(struct mn_super *super, u8 slot, const char **why)
{
	if (super->role != MN_ROLE_SOURCE)
		return no(why, "this node is not the source: it has no role to give");
	if (mn_handover_is_open(super)) {
		if (!memcmp(super->handed_to, super->slot[slot].peer_uuid, MN_UUID_LEN))
			return MN_HANDOVER_ALREADY;
		return no(why, "the role was handed to another node: finish that first");
	}
	if (super->locked == MN_LOCK_NONE)
		return no(why, "the volume is open for use: lock it first");
	if (super->locked == MN_LOCK_FOREIGN_WRITE || super->locked == MN_LOCK_FENCED)
		return no(why, "a person has to decide about this copy first: see its lock");
	super->handover++;
	memcpy(super->handed_to, super->slot[slot].peer_uuid, MN_UUID_LEN);
	super->locked = MN_LOCK_HANDED_OVER;
	return MN_HANDOVER_DONE;
}

void mn_handover_forget(struct mn_super *super)
{
	memset(super->handed_to, 0, MN_UUID_LEN);
}

/* ---- at the target ---- */

/* Has this handover, or a later one, got its answer? */
static bool was_answered(const struct mn_slot *slot, u64 number)
{
	return slot->handover >= number;
}

static bool was_taken(const struct mn_slot *slot, u64 number)
{
	return slot->handover == number && slot->flags & MN_SLOT_F_TOOK;
}

static void answer(struct mn_slot *slot, u64 number, bool took)
{
	slot->handover = number;
	slot->flags &= ~MN_SLOT_F_TOOK;
	if (took)
		slot->flags |= MN_SLOT_F_TOOK;
}

static int used_slots(const struct mn_super *super)
{
	int i, used = 0;

	for (i = 0; i < MN_SLOTS; i++)
		used += super->slot[i].used;
	return used;
}

/* The source that this copy came from has its generation. */
static void only_peer_has(struct mn_slot *slot, u64 generation)
{
	slot->base = generation;
	slot->old_base = generation;
}

/*
 * The others have what the slots name, and what they lack of this copy, and it of them, is
 * marked (I13). A slot that names nothing proves nothing.
 */
static void peers_may_have(struct mn_super *super, u64 generation)
{
	bool inconsistent = super->data_state == MN_DATA_INCONSISTENT;
	bool alone = used_slots(super) == 1;
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_slot *slot = &super->slot[i];

		if (!slot->used)
			continue;
		slot->flags &= ~MN_SLOT_F_BLANK;
		if (alone && generation)
			only_peer_has(slot, generation);
		else if (!slot->base || !generation)
			slot->flags |= MN_SLOT_F_FULL_NEEDED;
		if (inconsistent)
			slot->flags |= MN_SLOT_F_DECLARED;
	}
}

void mn_handover_promote(struct mn_super *super, u64 fresh)
{
	peers_may_have(super, super->generation);
	super->role = MN_ROLE_SOURCE;
	super->data_state = MN_DATA_CURRENT;
	super->flags &= ~(MN_SUPER_F_WRITTEN | MN_SUPER_F_MOVED_ON);
	mn_generation_advance(&super->generation, super->history, fresh);
}

/* NULL: it is the copy that the source had when it gave its role. */
static const char *why_not_that_copy(const struct mn_super *super, const struct mn_slot *slot,
				     u64 generation)
{
	if (super->role != MN_ROLE_TARGET)
		return "this node is not a target of the volume now";
	if (super->generation != generation || !generation)
		return "this copy is of another generation than the one handed over";
	if (super->data_state != MN_DATA_CURRENT || super->flags & MN_SUPER_F_WRITTEN)
		return "this copy is not current: it was written, or a resync has not ended";
	if (super->locked == MN_LOCK_NONE)
		return "this copy is open for use: lock it first";
	if (slot->flags & (MN_SLOT_F_FULL_NEEDED | MN_SLOT_F_BLANK))
		return "this copy needs a full resync";
	return NULL;
}

enum mn_handover_answer mn_handover_take(struct mn_super *super, u8 slot, u64 number,
					 u64 generation, u64 fresh, const char **why)
{
	struct mn_slot *of = &super->slot[slot];

	if (was_taken(of, number) && super->role == MN_ROLE_SOURCE)
		return MN_HANDOVER_ALREADY;
	if (was_answered(of, number))
		return no(why, "this handover was answered before: begin a new one");
	*why = why_not_that_copy(super, of, generation);
	if (*why)
		return MN_HANDOVER_NO;
	answer(of, number, true);
	mn_handover_promote(super, fresh);
	super->locked = MN_LOCK_NONE;
	return MN_HANDOVER_DONE;
}

enum mn_handover_answer mn_handover_refuse(struct mn_super *super, u8 slot, u64 number,
					   u64 generation, const char **why)
{
	struct mn_slot *of = &super->slot[slot];

	if (was_taken(of, number))
		return no(why, "this node took the role in that handover");
	if (of->handover > number)
		return no(why, "a later handover was answered: that one is over");
	if (super->role != MN_ROLE_TARGET || super->generation != generation)
		return no(why, "this copy went another way: it was made source, or made anew");
	if (was_answered(of, number))
		return MN_HANDOVER_ALREADY;
	answer(of, number, false);
	return MN_HANDOVER_DONE;
}

/* ---- at the old source, with an answer ---- */

/* It was in sync when it gave its role: only a start that distrusts the data asks for more. */
static bool was_written_behind(const struct mn_super *super)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (super->slot[i].used && !(super->slot[i].flags & MN_SLOT_F_FULL_NEEDED))
			return false;
	return true;
}

enum mn_handover_answer mn_handover_take_back(struct mn_super *super, u64 number,
					      const char **why)
{
	if (super->role != MN_ROLE_SOURCE)
		return no(why, "this node is not the source any more");
	if (!mn_handover_is_open(super))
		return super->handover >= number ? MN_HANDOVER_ALREADY :
			no(why, "there was no such handover");
	if (super->handover != number)
		return no(why, "that is the answer to an earlier handover");
	mn_handover_forget(super);
	super->locked = was_written_behind(super) ? MN_LOCK_FOREIGN_WRITE : MN_LOCK_HANDING_OVER;
	return MN_HANDOVER_DONE;
}

static bool passes_for_one(const struct mn_super *super, u32 slots)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (super->slot[i].used && slots & BIT(i) &&
		    mn_generation_may_be_held(super->generation, super->slot[i].base,
					      super->slot[i].old_base))
			return true;
	return false;
}

void mn_handover_lay_down(struct mn_super *super, u32 lacking, u64 fresh)
{
	if (passes_for_one(super, lacking)) {
		mn_generation_advance(&super->generation, super->history, fresh);
		super->flags |= MN_SUPER_F_MOVED_ON;
	}
	if (super->locked == MN_LOCK_FOREIGN_WRITE)
		super->data_state = MN_DATA_INCONSISTENT;
	super->role = MN_ROLE_NONE;
	super->locked = MN_LOCK_USER;
}

bool mn_handover_is_unwritten(const struct mn_super *super)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (super->slot[i].used &&
		    mn_generation_may_be_held(super->generation, super->slot[i].base,
					      super->slot[i].old_base))
			return false;
	return !(super->flags & MN_SUPER_F_MOVED_ON) && super->history[0];
}

bool mn_handover_moved_on(const struct mn_super *super)
{
	return super->flags & MN_SUPER_F_MOVED_ON ||
	       (super->role == MN_ROLE_SOURCE && super->history[0] &&
		!mn_handover_is_unwritten(super));
}

void mn_handover_yield(struct mn_super *super, bool unwritten)
{
	if (unwritten)
		mn_generation_step_back(&super->generation, super->history);
	mn_handover_forget(super);
	super->role = MN_ROLE_TARGET;
	super->locked = MN_LOCK_TARGET;
	if (super->data_state == MN_DATA_CURRENT)
		super->data_state = MN_DATA_OUTDATED;
	super->flags &= ~MN_SUPER_F_MOVED_ON;
}
