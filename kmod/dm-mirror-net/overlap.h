/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * overlap: who may touch which sectors now (L0, pure; I9, I12)
 *
 * Ranges enter in order and get a ticket. A range may run when no overlapping range with a
 * smaller ticket is in the tree; until then it waits in the tree itself, so
 * that nobody overtakes it. All calls under the owner's spinlock.
 */
#ifndef MN_OVERLAP_H
#define MN_OVERLAP_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct mn_span {
	struct rb_node node;
	u64 start;		/* first sector */
	u64 last;		/* last sector, included */
	u64 subtree_last;
	u64 ticket;
	bool waiting;
	/* Called under the lock when a waiting span may run. */
	void (*run)(struct mn_span *span);
};

struct mn_overlap {
	struct rb_root_cached root;
	u64 tickets;
	unsigned int waiting;
};

void mn_overlap_init(struct mn_overlap *overlap);
/* True: may run. False: span->run() will be called when it may. */
bool mn_overlap_enter(struct mn_overlap *overlap, struct mn_span *span, u64 sector, u32 sectors);
/* Leaves, waiting or not; runs those that waited for it alone. */
void mn_overlap_leave(struct mn_overlap *overlap, struct mn_span *span);

#endif
