/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alone: may a source that comes up be opened? (L0, pure; SPEC 6, docs/boot.md)
 *
 * A node that was the source when its volume was activated does not know whether another one
 * has taken over. The volume stays locked until all that could have done so were heard; what
 * comes of it when one is not heard within boot-wait is what boot-alone says.
 */
#ifndef MN_ALONE_H
#define MN_ALONE_H

#include "layout.h"

/* What is known on this node of its volume, and of the others' copies, at one moment. */
struct mn_boot_facts {
	u8 role;		/* enum mn_role, as durable */
	u8 lock_reason;		/* enum mn_lock_reason, in force */
	u32 mirrors;		/* as a mask of slots: those that are used */
	u32 agreed;		/* ... whose node says that it is a target of this one */
	u32 refused;		/* ... whose node was heard, and does not say that */
	u32 outdated;		/* ... whose copy lacks, on record, what was written here */
	bool yields;		/* another node took over: this one is about to be a target */
	bool waited;		/* boot-wait is over */
	u32 alone;		/* enum mn_boot_alone */
};

/*
 * As a mask of slots: the copies that are on record as outdated, because this source went on
 * without them. None, unless something was written here: then whoever took over from one of
 * these has left this copy behind already, and to open this one adds nothing to that.
 */
u32 mn_boot_outdated(const struct mn_super *super);

/* An enum mn_boot. Total. */
u8 mn_boot_decide(const struct mn_boot_facts *facts);

#endif
