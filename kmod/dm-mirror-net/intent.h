/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intent: the durable intent log (L1)
 *
 * One bit per region on disk, kept as an image in memory. All block; callers hold
 * volume->intent_lock, but at the volume's start and stop, when there is nobody else.
 * Which bits to set or clear is the business of regions (L0) and of the engines.
 */
#ifndef MN_INTENT_H
#define MN_INTENT_H

#include "meta.h"

struct mn_meta_batch;

struct mn_intent {
	struct mn_meta *meta;
	unsigned long *image;		/* superset of the disk, in its order of bits: _le */
	unsigned long *touched;		/* [intent_pages] bits: to be written by this update */
	struct mn_meta_batch *batch;	/* buffers of load and update */
	u64 set_bits;			/* in image */
	atomic64_t writes;		/* pages written */
};

/* -ENOMEM, logged with the amount. Nothing is read. */
int mn_intent_create(struct mn_intent *intent, struct mn_meta *meta);
void mn_intent_destroy(struct mn_intent *intent);

/*
 * Read the log. -EUCLEAN: a page is damaged, -EIO: a page is unreadable; its
 * regions all count as set, the others as read. In every case image holds the
 * regions that may differ afterwards.
 */
int mn_intent_load(struct mn_intent *intent);

/*
 * Set and clear bits as given and write every page concerned once, FUA, in
 * parallel (group commit). A region in both lists is set. On failure the
 * cleared bits are set again in the image and it keeps the set ones (a superset
 * is always safe), and the errno is returned; which of the bits are on disk is
 * open. While meta->error is set nothing changes and it is returned.
 */
int mn_intent_update(struct mn_intent *intent, const u64 *set, u32 sets,
		     const u64 *clear, u32 clears);

/*
 * Clear the whole log, durably (orderly stop, or after its regions are in every
 * bitmap). On failure the regions of the pages not written are still set.
 */
int mn_intent_clear_all(struct mn_intent *intent);

/* Next region set at or after from, or layout.regions. */
u64 mn_intent_next(const struct mn_intent *intent, u64 from);

#endif
