// SPDX-License-Identifier: GPL-2.0-only
/*
 * alone: may a source that comes up be opened? (L0, pure; SPEC 6, docs/boot.md)
 */
#include <linux/bits.h>
#include <linux/kernel.h>

#include "alone.h"
#include "generation.h"

u32 mn_boot_outdated(const struct mn_super *super)
{
	u32 mask = 0;
	int i;

	if (super->role != MN_ROLE_SOURCE || !(super->flags & MN_SUPER_F_MOVED_ON))
		return 0;
	for (i = 0; i < MN_SLOTS; i++) {
		const struct mn_slot *slot = &super->slot[i];

		if (slot->used && !mn_generation_may_be_held(super->generation, slot->base,
							     slot->old_base))
			mask |= BIT(i);
	}
	return mask;
}

/* The nodes that were not heard have nothing that this one lacks, or a person takes the risk. */
static bool may_go_on_alone(const struct mn_boot_facts *facts, u32 silent)
{
	switch (facts->alone) {
	case MN_BOOT_ALONE_SOURCE:
		return true;
	case MN_BOOT_ALONE_SAFE:
		return !(silent & ~facts->outdated);
	default:
		return false;
	}
}

u8 mn_boot_decide(const struct mn_boot_facts *facts)
{
	u32 silent = facts->mirrors & ~facts->agreed & ~facts->refused;

	if (facts->role != MN_ROLE_SOURCE || facts->lock_reason != MN_LOCK_WAIT_PEER)
		return MN_BOOT_NONE;
	/* who was heard and says otherwise is not overruled by any option */
	if (facts->yields || (facts->mirrors & facts->refused))
		return MN_BOOT_REFUSED;
	if (!silent)
		return MN_BOOT_OPENS;
	if (!facts->waited)
		return MN_BOOT_WAITS;
	return may_go_on_alone(facts, silent) ? MN_BOOT_ALONE : MN_BOOT_STAYS;
}
