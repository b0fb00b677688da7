/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_cache: pages that just came back, for the next payload (L2)
 *
 * Distributions zero every page that the allocator hands out, which costs as
 * much as copying the payload does. A payload is overwritten whole anyway, so
 * its pages are passed on as they are, within one pool (so within one volume).
 */
#ifndef MN_PAGE_CACHE_H
#define MN_PAGE_CACHE_H

#include <linux/bvec.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct mn_page_cache {
	spinlock_t lock;		/* irq-safe; guards what follows */
	struct list_head pages;		/* by page->lru */
	u32 count;
	u32 unused;			/* lowest count since the last trim: nobody needed these */
	struct delayed_work trim;	/* frees what is unused, until nothing is left */
};

/* May sleep. */
void mn_page_cache_init(struct mn_page_cache *cache);
void mn_page_cache_destroy(struct mn_page_cache *cache);

/* Any context. Fills bv_page of at most max vectors, returns of how many. */
u32 mn_page_cache_take(struct mn_page_cache *cache, struct bio_vec *vec, u32 max);
/*
 * Any context. Keeps pages of the vectors, from the first on, as far as there is
 * room; returns of how many. Nobody else may hold a reference to them.
 */
u32 mn_page_cache_give(struct mn_page_cache *cache, const struct bio_vec *vec, u32 count);

#endif
