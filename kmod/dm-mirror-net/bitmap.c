// SPDX-License-Identifier: GPL-2.0-only
/*
 * bitmap: the durable bitmaps of one slot
 *
 * Write-back takes a page's stale bit and a snapshot of its bits together, under
 * the lock, and writes the snapshot without it. A bit that is set after that
 * makes the page stale again, so the next round writes it once more.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "bitmap.h"
#include "meta_io.h"

#define CHUNK_BLOCKS	BIT(20)	/* changed at once with the lock held */
/* looked through before others get io_lock */
#define MN_YIELD_PAGES	(8 * MN_META_BATCH_PAGES)

static const struct mn_layout *layout_of(const struct mn_bitmap *bitmap)
{
	return &bitmap->meta->layout;
}

static u32 page_of(const struct mn_bitmap *bitmap, u64 block)
{
	return div_u64(block, layout_of(bitmap)->page_bits);
}

/* First block of a page; *count: its blocks, fewer on the last page. */
static u64 page_blocks(const struct mn_bitmap *bitmap, u32 page, u32 *count)
{
	const struct mn_layout *layout = layout_of(bitmap);
	u64 first = (u64)page * layout->page_bits;

	*count = min_t(u64, layout->page_bits, layout->blocks - first);
	return first;
}

static void pages_mark(const struct mn_bitmap *bitmap, unsigned long *pages, u64 first, u64 last)
{
	u32 page = page_of(bitmap, first);

	bitmap_set(pages, page, page_of(bitmap, last) - page + 1);
}

/* Bits of blocks first..last were cleared: only a page that has any on disk must follow. */
static void pages_shrunk(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	u32 page, end = page_of(bitmap, last);

	for (page = page_of(bitmap, first); page <= end; page++)
		if (test_bit(page, bitmap->written))
			__set_bit(page, bitmap->stale);
}

/* Memory */

static void *alloc_bits(u64 bits)
{
	return mn_meta_alloc(BITS_TO_LONGS(bits) * sizeof(long));
}

static bool track_create(struct mn_bitmap *bitmap)
{
	const struct mn_layout *layout = layout_of(bitmap);
	u64 table = DIV_ROUND_UP_ULL(layout->blocks, MN_TRACK_PAGE_BITS) * sizeof(long *);

	mn_track_init(&bitmap->track, layout->blocks, alloc_bits(layout->blocks),
		      mn_meta_alloc(table), mn_meta_alloc(table));
	return bitmap->track.dirty && bitmap->track.pending[0].page &&
	       bitmap->track.pending[1].page;
}

int mn_bitmap_create(struct mn_bitmap *bitmap, struct mn_meta *meta, u8 slot, spinlock_t *lock)
{
	u32 pages = meta->layout.bitmap_pages;

	memset(bitmap, 0, sizeof(*bitmap));
	bitmap->meta = meta;
	bitmap->slot = slot;
	bitmap->lock = lock;
	mutex_init(&bitmap->io_lock);
	atomic64_set(&bitmap->writes, 0);
	bitmap->stale = alloc_bits(pages);
	bitmap->written = alloc_bits(pages);
	bitmap->unsent_stale = alloc_bits(pages);
	bitmap->wanted = alloc_bits(pages);
	bitmap->batch = mn_meta_batch_create(meta->page_bytes);
	if (!track_create(bitmap) || !bitmap->stale || !bitmap->written ||
	    !bitmap->unsent_stale || !bitmap->wanted || !bitmap->batch) {
		mn_bitmap_destroy(bitmap);
		return -ENOMEM;
	}
	bitmap_fill(bitmap->written, pages);
	return 0;
}

static void pending_destroy(struct mn_pending *pending, u32 pages)
{
	u32 page;

	for (page = 0; pending->page && page < pages; page++)
		kfree(pending->page[page]);
	vfree(pending->page);
}

static void track_destroy(struct mn_track *track)
{
	unsigned long *page;

	while ((page = mn_track_take_free(track)))
		kfree(page);
	while (track->spares)
		kfree(track->spare[--track->spares]);
	pending_destroy(&track->pending[0], track->pages);
	pending_destroy(&track->pending[1], track->pages);
	vfree(track->dirty);
}

void mn_bitmap_destroy(struct mn_bitmap *bitmap)
{
	track_destroy(&bitmap->track);
	mn_meta_batch_destroy(bitmap->batch);
	vfree(bitmap->stale);
	vfree(bitmap->written);
	vfree(bitmap->unsent_stale);
	vfree(bitmap->wanted);
	vfree(bitmap->unsent);
	mutex_destroy(&bitmap->io_lock);
	memset(bitmap, 0, sizeof(*bitmap));
}

/* Adds the page if one is wanted; returns it otherwise. *more: another one is. */
static unsigned long *offer_spare(struct mn_bitmap *bitmap, unsigned long *page, bool *more)
{
	spin_lock_irq(bitmap->lock);
	if (page && mn_track_spares_wanted(&bitmap->track)) {
		mn_track_add_spare(&bitmap->track, page);
		page = NULL;
	}
	*more = mn_track_spares_wanted(&bitmap->track);
	spin_unlock_irq(bitmap->lock);
	return page;
}

int mn_bitmap_refill(struct mn_bitmap *bitmap)
{
	unsigned long *page = NULL;
	bool more;

	offer_spare(bitmap, NULL, &more);
	while (more) {
		/* writes may wait for the caller, and memory for these writes: give up early */
		page = kzalloc(MN_TRACK_PAGE_BYTES, GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN);
		if (!page)
			return -ENOMEM;
		page = offer_spare(bitmap, page, &more);
	}
	kfree(page);
	return 0;
}

void mn_bitmap_trim(struct mn_bitmap *bitmap)
{
	unsigned long *page;

	do {
		spin_lock_irq(bitmap->lock);
		page = mn_track_take_free(&bitmap->track);
		spin_unlock_irq(bitmap->lock);
		kfree(page);
	} while (page);
}

/* Changes under the lock */

/* So many blocks became dirty; says so again. */
static u64 dirtied(struct mn_bitmap *bitmap, u64 new)
{
	if (new && bitmap->track.dirty_bits == new)
		bitmap->dirty_since = get_jiffies_64();
	return new;
}

u64 mn_bitmap_set(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	u64 new;

	lockdep_assert_held(bitmap->lock);
	new = dirtied(bitmap, mn_track_set_dirty(&bitmap->track, first, last));
	if (new)
		pages_mark(bitmap, bitmap->stale, first, last);
	return new;
}

bool mn_bitmap_take(struct mn_bitmap *bitmap, u64 block)
{
	lockdep_assert_held(bitmap->lock);
	if (!mn_track_set_pending(&bitmap->track, block, block))
		return false;
	mn_track_clear_dirty(&bitmap->track, block, block);
	return true;
}

bool mn_bitmap_sent(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	lockdep_assert_held(bitmap->lock);
	return mn_track_set_pending(&bitmap->track, first, last);
}

static void bits_cleared(void *context, u64 first, u64 count)
{
	pages_shrunk(context, first, first + count - 1);
}

void mn_bitmap_stable(struct mn_bitmap *bitmap, u64 stable, u64 last_sequence)
{
	lockdep_assert_held(bitmap->lock);
	mn_track_stable(&bitmap->track, stable, last_sequence, bits_cleared, bitmap);
}

void mn_bitmap_want_durable(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	u32 page, count, end = page_of(bitmap, last);
	u64 start;

	lockdep_assert_held(bitmap->lock);
	for (page = page_of(bitmap, first); page <= end; page++) {
		start = page_blocks(bitmap, page, &count);
		if (mn_track_any_pending(&bitmap->track, max(first, start),
					 min(last, start + count - 1)))
			__set_bit(page, bitmap->stale);
	}
}

/* Pending bits are about to become dirty ones, which must be on disk or stale. */
static void pending_want_durable(struct mn_bitmap *bitmap)
{
	const struct mn_track *track = &bitmap->track;
	u64 first, last;
	u32 page;

	for (page = 0; page < track->pages; page++) {
		if (!track->pending[0].page[page] && !track->pending[1].page[page])
			continue;
		first = (u64)page * MN_TRACK_PAGE_BITS;
		last = min(first + MN_TRACK_PAGE_BITS, track->blocks) - 1;
		mn_bitmap_want_durable(bitmap, first, last);
	}
}

u64 mn_bitmap_give_up(struct mn_bitmap *bitmap)
{
	lockdep_assert_held(bitmap->lock);
	pending_want_durable(bitmap);
	return dirtied(bitmap, mn_track_give_up(&bitmap->track));
}

void mn_bitmap_dirty_since(struct mn_bitmap *bitmap, u64 since)
{
	lockdep_assert_held(bitmap->lock);
	if (time_before64(since, bitmap->dirty_since))
		bitmap->dirty_since = since;
}

u64 mn_bitmap_or(struct mn_bitmap *bitmap, u64 first, u32 count, const u8 *bits)
{
	u64 new;

	lockdep_assert_held(bitmap->lock);
	new = dirtied(bitmap, mn_track_or_dirty(&bitmap->track, first, count, bits));
	if (new)
		pages_mark(bitmap, bitmap->stale, first, first + count - 1);
	return new;
}

void mn_bitmap_clear_unsent(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	u64 block;

	lockdep_assert_held(bitmap->lock);
	if (!bitmap->unsent_bits)
		return;
	for (block = find_next_bit(bitmap->unsent, last + 1, first); block <= last;
	     block = find_next_bit(bitmap->unsent, last + 1, block + 1)) {
		__clear_bit(block, bitmap->unsent);
		bitmap->unsent_bits--;
		__set_bit(page_of(bitmap, block), bitmap->unsent_stale);
	}
}

/* Changes of many blocks, the lock dropped in between */

static void chunks_do(struct mn_bitmap *bitmap, u64 first, u64 last,
		      void (*change)(struct mn_bitmap *bitmap, u64 first, u64 last))
{
	u64 end;

	for (; first <= last; first = end + 1) {
		end = min(first | (CHUNK_BLOCKS - 1), last);
		spin_lock_irq(bitmap->lock);
		change(bitmap, first, end);
		spin_unlock_irq(bitmap->lock);
		cond_resched();
	}
}

static void all_do(struct mn_bitmap *bitmap,
		   void (*change)(struct mn_bitmap *bitmap, u64 first, u64 last))
{
	chunks_do(bitmap, 0, layout_of(bitmap)->blocks - 1, change);
}

static void chunk_set(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	mn_bitmap_set(bitmap, first, last);
}

static void chunk_set_sent(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	u64 end;

	for (; first <= last; first = end + 1) {
		first = find_next_zero_bit(bitmap->unsent, last + 1, first);
		end = find_next_bit(bitmap->unsent, last + 1, first);
		if (first <= last)
			mn_bitmap_set(bitmap, first, end - 1);
	}
}

static void chunk_empty(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	mn_track_clear_dirty(&bitmap->track, first, last);
	pages_shrunk(bitmap, first, last);
}

/* Chunks begin at a word of both bitmaps. */
static void chunk_unsent(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	unsigned long *unsent = bitmap->unsent + BIT_WORD(first);
	u32 count = last - first + 1;

	bitmap->unsent_bits -= bitmap_weight(unsent, count);
	bitmap_complement(unsent, bitmap->track.dirty + BIT_WORD(first), count);
	if (count % BITS_PER_LONG)
		unsent[BIT_WORD(count)] &= BITMAP_LAST_WORD_MASK(count);
	bitmap->unsent_bits += bitmap_weight(unsent, count);
	pages_mark(bitmap, bitmap->unsent_stale, first, last);
}

void mn_bitmap_set_range(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	chunks_do(bitmap, first, last, chunk_set);
}

void mn_bitmap_fill(struct mn_bitmap *bitmap)
{
	all_do(bitmap, chunk_set);
}

void mn_bitmap_fill_sent(struct mn_bitmap *bitmap)
{
	all_do(bitmap, bitmap->unsent ? chunk_set_sent : chunk_set);
}

void mn_bitmap_empty(struct mn_bitmap *bitmap)
{
	spin_lock_irq(bitmap->lock);
	mn_track_give_up(&bitmap->track);
	spin_unlock_irq(bitmap->lock);
	all_do(bitmap, chunk_empty);
}

/* An empty array in place, unless there is one. */
static int unsent_create(struct mn_bitmap *bitmap)
{
	unsigned long *unsent;

	if (bitmap->unsent)
		return 0;
	unsent = alloc_bits(layout_of(bitmap)->blocks);
	if (!unsent)
		return -ENOMEM;
	spin_lock_irq(bitmap->lock);
	bitmap->unsent = unsent;
	spin_unlock_irq(bitmap->lock);
	return 0;
}

int mn_bitmap_unsent_rest(struct mn_bitmap *bitmap)
{
	int error;

	mutex_lock(&bitmap->io_lock);
	error = unsent_create(bitmap);
	if (!error)
		all_do(bitmap, chunk_unsent);
	mutex_unlock(&bitmap->io_lock);
	return error;
}

/* Reading */

static struct mn_area area_of(const struct mn_bitmap *bitmap, u8 kind)
{
	const struct mn_layout *layout = layout_of(bitmap);

	return (struct mn_area) {
		.start = kind == MN_PAGE_BITMAP ? layout->bitmap_start[bitmap->slot] :
						  layout->unsent_start[bitmap->slot],
		.pages = layout->bitmap_pages,
		.kind = kind,
		.slot = bitmap->slot,
	};
}

static bool any_bit(const struct mn_bitmap *bitmap, const u8 *bits)
{
	return memchr_inv(bits, 0, mn_page_bits_bytes(bitmap->meta));
}

static void bitmap_page_seen(void *context, u32 page, const u8 *bits)
{
	struct mn_bitmap *bitmap = context;
	bool any = bits && any_bit(bitmap, bits);
	u32 count;
	u64 first;

	first = page_blocks(bitmap, page, &count);
	spin_lock_irq(bitmap->lock);
	if (!bits) {
		mn_bitmap_set(bitmap, first, first + count - 1);
		__set_bit(page, bitmap->stale);
	} else if (any) {
		dirtied(bitmap, mn_track_or_dirty(&bitmap->track, first, count, bits));
	} else {
		__clear_bit(page, bitmap->written);
	}
	spin_unlock_irq(bitmap->lock);
}

/* Blocks of a lost page may or may not have been sent: a resync makes them sent. */
static void unsent_page_seen(void *context, u32 page, const u8 *bits)
{
	struct mn_bitmap *bitmap = context;
	u32 i, count;
	u64 first;

	first = page_blocks(bitmap, page, &count);
	spin_lock_irq(bitmap->lock);
	if (!bits) {
		mn_bitmap_set(bitmap, first, first + count - 1);
		__set_bit(page, bitmap->unsent_stale);
	}
	for (i = 0; bits && i < count; i++)
		if (test_bit_le(i, bits) && !__test_and_set_bit(first + i, bitmap->unsent))
			bitmap->unsent_bits++;
	spin_unlock_irq(bitmap->lock);
}

static int load_area(struct mn_bitmap *bitmap, u8 kind, mn_page_seen_fn seen)
{
	struct mn_area area = area_of(bitmap, kind);

	return mn_area_load(bitmap->meta, bitmap->batch, &area, seen, bitmap);
}

int mn_bitmap_load(struct mn_bitmap *bitmap, bool with_unsent)
{
	int error, unsent_error = 0;

	mutex_lock(&bitmap->io_lock);
	error = load_area(bitmap, MN_PAGE_BITMAP, bitmap_page_seen);
	if (with_unsent) {
		unsent_error = unsent_create(bitmap);
		if (!unsent_error)
			unsent_error = load_area(bitmap, MN_PAGE_UNSENT, unsent_page_seen);
	}
	mutex_unlock(&bitmap->io_lock);
	if (unsent_error == -ENOMEM || !error)
		return unsent_error;
	return unsent_error == -EIO ? unsent_error : error;
}

/* Writing back */

static unsigned long *stale_of(struct mn_bitmap *bitmap, u8 kind)
{
	return kind == MN_PAGE_BITMAP ? bitmap->stale : bitmap->unsent_stale;
}

/* first is a multiple of a word's bits; bits beyond the volume are never set. */
static void unsent_copy(const struct mn_bitmap *bitmap, u64 first, u32 count, u8 *bits)
{
	u32 i;

	if (!bitmap->unsent)
		return;
	for (i = 0; i < count; i += BITS_PER_BYTE)
		bits[i / BITS_PER_BYTE] = bitmap->unsent[BIT_WORD(first + i)] >>
					  ((first + i) % BITS_PER_LONG);
}

/* (lock) From here on any change of the page makes it stale again. */
static void page_snapshot(struct mn_bitmap *bitmap, u8 kind, u32 page, u8 *bits)
{
	u32 count;
	u64 first = page_blocks(bitmap, page, &count);

	__clear_bit(page, stale_of(bitmap, kind));
	if (kind == MN_PAGE_UNSENT) {
		unsent_copy(bitmap, first, count, bits);
		return;
	}
	mn_track_union(&bitmap->track, first, count, bits);
	if (any_bit(bitmap, bits))
		__set_bit(page, bitmap->written);
}

/*
 * Snapshots of the next pages that are stale and wanted, as many as there are
 * buffers; returns where to go on.
 */
static u32 batch_collect(struct mn_bitmap *bitmap, u8 kind, const unsigned long *wanted,
			 u32 from, u32 last)
{
	const unsigned long *stale = stale_of(bitmap, kind);
	struct mn_meta_batch *batch = bitmap->batch;
	u32 page = from;
	u8 *bits;

	batch->count = 0;
	while (page <= last && batch->count < MN_META_BATCH_PAGES) {
		spin_lock_irq(bitmap->lock);
		page = find_next_and_bit(stale, wanted, last + 1, page);
		if (page <= last) {
			bits = mn_meta_batch_add(batch, bitmap->meta, page);
			page_snapshot(bitmap, kind, page, bits);
		}
		spin_unlock_irq(bitmap->lock);
		page++;
	}
	return page;
}

/*
 * After a good write the disk is as the snapshot; after a bad one nobody knows.
 * No other write of these pages can have begun: io_lock is held.
 */
static void batch_settle(struct mn_bitmap *bitmap, u8 kind, int error)
{
	const struct mn_meta_batch *batch = bitmap->batch;
	bool any;
	u32 i;

	for (i = 0; i < batch->count; i++) {
		any = any_bit(bitmap, mn_page_bits(batch->page[i]));
		spin_lock_irq(bitmap->lock);
		if (error)
			__set_bit(batch->index[i], stale_of(bitmap, kind));
		else if (kind == MN_PAGE_BITMAP && !any)
			__clear_bit(batch->index[i], bitmap->written);
		spin_unlock_irq(bitmap->lock);
	}
	if (!error)
		atomic64_add(batch->count, &bitmap->writes);
}

static int pages_write_wanted(struct mn_bitmap *bitmap, u8 kind, const unsigned long *wanted,
			      u32 page, u32 last)
{
	struct mn_area area = area_of(bitmap, kind);
	int error = 0;

	lockdep_assert_held(&bitmap->io_lock);
	while (!error && page <= last) {
		page = batch_collect(bitmap, kind, wanted, page, last);
		if (!bitmap->batch->count)
			break;
		error = mn_meta_batch_write(bitmap->batch, bitmap->meta, &area);
		batch_settle(bitmap, kind, error);
		cond_resched();
	}
	return error;
}

/*
 * Between two batches whoever waits for io_lock has his turn: new regions wait for these. Then no
 * batch of anybody is under way, so that what was stale is written, or is still to come here;
 * what could not be written is known to `meta`.
 */
static int pages_write(struct mn_bitmap *bitmap, u8 kind, u32 page, u32 last)
{
	int error = 0;

	lockdep_assert_held(&bitmap->io_lock);
	while (!error && page <= last) {
		u32 end = min(page + MN_YIELD_PAGES - 1, last);

		error = pages_write_wanted(bitmap, kind, stale_of(bitmap, kind), page, end);
		page = end + 1;
		if (page > last)
			break;
		mutex_unlock(&bitmap->io_lock);
		cond_resched();
		mutex_lock(&bitmap->io_lock);
		error = error ?: READ_ONCE(bitmap->meta->error);
	}
	return error;
}

int mn_bitmap_write_back(struct mn_bitmap *bitmap, u64 first, u64 last)
{
	int error;

	mutex_lock(&bitmap->io_lock);
	error = pages_write(bitmap, MN_PAGE_BITMAP, page_of(bitmap, first), page_of(bitmap, last));
	mutex_unlock(&bitmap->io_lock);
	return error;
}

/* The pages of a region, one or more. */
static void region_pages(const struct mn_bitmap *bitmap, u64 region, u32 *first, u32 *last)
{
	u64 first_block, last_block;

	mn_layout_region_blocks(layout_of(bitmap), region, &first_block, &last_block);
	*first = page_of(bitmap, first_block);
	*last = page_of(bitmap, last_block);
}

int mn_bitmap_write_regions(struct mn_bitmap *bitmap, const u64 *region, u32 count)
{
	u32 i, first, last, lowest = U32_MAX, highest = 0;
	int error = 0;

	mutex_lock(&bitmap->io_lock);
	for (i = 0; i < count; i++) {
		region_pages(bitmap, region[i], &first, &last);
		bitmap_set(bitmap->wanted, first, last - first + 1);
		lowest = min(lowest, first);
		highest = max(highest, last);
	}
	if (count) {
		error = pages_write_wanted(bitmap, MN_PAGE_BITMAP, bitmap->wanted, lowest, highest);
		bitmap_clear(bitmap->wanted, lowest, highest - lowest + 1);
	}
	mutex_unlock(&bitmap->io_lock);
	return error;
}

int mn_bitmap_write_all(struct mn_bitmap *bitmap)
{
	u32 last = layout_of(bitmap)->bitmap_pages - 1;
	int error;

	mutex_lock(&bitmap->io_lock);
	spin_lock_irq(bitmap->lock);
	pending_want_durable(bitmap);
	spin_unlock_irq(bitmap->lock);
	error = pages_write(bitmap, MN_PAGE_BITMAP, 0, last);
	if (!error)
		error = pages_write(bitmap, MN_PAGE_UNSENT, 0, last);
	mutex_unlock(&bitmap->io_lock);
	return error;
}
