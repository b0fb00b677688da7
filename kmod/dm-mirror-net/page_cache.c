// SPDX-License-Identifier: GPL-2.0-only
/*
 * page_cache: pages that just came back, for the next payload (L2)
 */
#include <linux/mm.h>
#include <linux/sizes.h>
#include "page_cache.h"

#define MN_PAGE_CACHE_MAX	(SZ_4M >> PAGE_SHIFT)
#define MN_PAGE_CACHE_PERIOD	(2 * HZ)

static void free_pages_list(struct list_head *pages)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
}

/* Under lock: move n pages to the list. */
static void cache_remove(struct mn_page_cache *cache, u32 n, struct list_head *to)
{
	cache->count -= n;
	while (n--)
		list_move(cache->pages.next, to);
}

static void cache_trim(struct work_struct *work)
{
	struct mn_page_cache *cache =
		container_of(to_delayed_work(work), struct mn_page_cache, trim);
	LIST_HEAD(unused);
	bool again;

	spin_lock_irq(&cache->lock);
	cache_remove(cache, cache->unused, &unused);
	cache->unused = cache->count;
	again = cache->count;
	spin_unlock_irq(&cache->lock);
	free_pages_list(&unused);
	if (again)
		schedule_delayed_work(&cache->trim, MN_PAGE_CACHE_PERIOD);
}

void mn_page_cache_init(struct mn_page_cache *cache)
{
	spin_lock_init(&cache->lock);
	INIT_LIST_HEAD(&cache->pages);
	cache->count = 0;
	cache->unused = 0;
	INIT_DELAYED_WORK(&cache->trim, cache_trim);
}

void mn_page_cache_destroy(struct mn_page_cache *cache)
{
	cancel_delayed_work_sync(&cache->trim);
	free_pages_list(&cache->pages);
}

u32 mn_page_cache_take(struct mn_page_cache *cache, struct bio_vec *vec, u32 max)
{
	unsigned long flags;
	struct page *page;
	u32 n = 0;

	if (!READ_ONCE(cache->count))
		return 0;
	spin_lock_irqsave(&cache->lock, flags);
	while (n < max && !list_empty(&cache->pages)) {
		page = list_first_entry(&cache->pages, struct page, lru);
		list_del(&page->lru);
		vec[n++].bv_page = page;
	}
	WRITE_ONCE(cache->count, cache->count - n);
	cache->unused = min(cache->unused, cache->count);
	spin_unlock_irqrestore(&cache->lock, flags);
	return n;
}

u32 mn_page_cache_give(struct mn_page_cache *cache, const struct bio_vec *vec, u32 count)
{
	unsigned long flags;
	bool first;
	u32 n;

	spin_lock_irqsave(&cache->lock, flags);
	first = !cache->count;
	count = min_t(u32, count, MN_PAGE_CACHE_MAX - cache->count);
	for (n = 0; n < count; n++)
		list_add(&vec[n].bv_page->lru, &cache->pages);
	WRITE_ONCE(cache->count, cache->count + count);
	spin_unlock_irqrestore(&cache->lock, flags);
	if (first && count)
		schedule_delayed_work(&cache->trim, MN_PAGE_CACHE_PERIOD);
	return count;
}
