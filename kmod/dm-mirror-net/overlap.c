// SPDX-License-Identifier: GPL-2.0-only
/*
 * overlap: an interval tree of what is under way, with waiting in order (L0, pure)
 */
#include <linux/interval_tree_generic.h>
#include "overlap.h"

#define SPAN_START(span) ((span)->start)
#define SPAN_LAST(span) ((span)->last)

INTERVAL_TREE_DEFINE(struct mn_span, node, u64, subtree_last,
		     SPAN_START, SPAN_LAST, static, span_tree)

void mn_overlap_init(struct mn_overlap *overlap)
{
	overlap->root = RB_ROOT_CACHED;
	overlap->tickets = 0;
	overlap->waiting = 0;
}

/* Does an older span overlap this one? */
static bool blocked(struct mn_overlap *overlap, const struct mn_span *span)
{
	struct mn_span *other = span_tree_iter_first(&overlap->root, span->start, span->last);

	while (other) {
		if (other->ticket < span->ticket)
			return true;
		other = span_tree_iter_next(other, span->start, span->last);
	}
	return false;
}

bool mn_overlap_enter(struct mn_overlap *overlap, struct mn_span *span, u64 sector, u32 sectors)
{
	span->start = sector;
	span->last = sector + sectors - 1;
	span->ticket = ++overlap->tickets;
	span->waiting = blocked(overlap, span);
	if (span->waiting)
		overlap->waiting++;
	span_tree_insert(span, &overlap->root);
	return !span->waiting;
}

void mn_overlap_leave(struct mn_overlap *overlap, struct mn_span *span)
{
	struct mn_span *other;

	span_tree_remove(span, &overlap->root);
	if (span->waiting) {
		span->waiting = false;
		overlap->waiting--;
	}
	if (!overlap->waiting)
		return;
	other = span_tree_iter_first(&overlap->root, span->start, span->last);
	while (other) {
		if (other->waiting && !blocked(overlap, other)) {
			other->waiting = false;
			overlap->waiting--;
			other->run(other);
		}
		other = span_tree_iter_next(other, span->start, span->last);
	}
}
