// SPDX-License-Identifier: GPL-2.0-only
/*
 * intent: the durable intent log
 *
 * The image keeps the bits in the order they have on disk, so a page is copied
 * out of it as it is. It is always a superset of what the disk holds: a bit
 * leaves it for good only when the page without it is durable.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "intent.h"
#include "meta_io.h"

static struct mn_area intent_area(const struct mn_intent *intent)
{
	const struct mn_layout *layout = &intent->meta->layout;

	return (struct mn_area) {
		.start = layout->intent_start,
		.pages = layout->intent_pages,
		.kind = MN_PAGE_INTENT,
	};
}

static u32 region_page(const struct mn_intent *intent, u64 region)
{
	return div_u64(region, intent->meta->layout.page_bits);
}

/* The bytes of the image that page `index` shows, and how many regions they hold. */
static u8 *image_page(const struct mn_intent *intent, u32 index, u32 *regions)
{
	const struct mn_layout *layout = &intent->meta->layout;
	u64 first = (u64)index * layout->page_bits;

	*regions = min_t(u64, layout->page_bits, layout->regions - first);
	return (u8 *)intent->image + first / BITS_PER_BYTE;
}

int mn_intent_create(struct mn_intent *intent, struct mn_meta *meta)
{
	const struct mn_layout *layout = &meta->layout;

	memset(intent, 0, sizeof(*intent));
	intent->meta = meta;
	atomic64_set(&intent->writes, 0);
	intent->image = mn_meta_alloc(BITS_TO_LONGS(layout->regions) * sizeof(long));
	intent->touched = mn_meta_alloc(BITS_TO_LONGS(layout->intent_pages) * sizeof(long));
	intent->batch = mn_meta_batch_create(meta->page_bytes);
	if (intent->image && intent->touched && intent->batch)
		return 0;
	mn_intent_destroy(intent);
	return -ENOMEM;
}

void mn_intent_destroy(struct mn_intent *intent)
{
	mn_meta_batch_destroy(intent->batch);
	vfree(intent->touched);
	vfree(intent->image);
	memset(intent, 0, sizeof(*intent));
}

static bool image_set(struct mn_intent *intent, u64 region)
{
	bool new = !__test_and_set_bit_le(region, intent->image);

	intent->set_bits += new;
	return new;
}

static void image_clear(struct mn_intent *intent, u64 region)
{
	if (__test_and_clear_bit_le(region, intent->image))
		intent->set_bits--;
}

static void page_seen(void *context, u32 index, const u8 *bits)
{
	struct mn_intent *intent = context;
	u64 region = (u64)index * intent->meta->layout.page_bits;
	u32 i, regions;

	image_page(intent, index, &regions);
	for (i = 0; i < regions; i++)
		if (!bits || test_bit_le(i, bits))
			image_set(intent, region + i);
}

int mn_intent_load(struct mn_intent *intent)
{
	struct mn_area area = intent_area(intent);

	return mn_area_load(intent->meta, intent->batch, &area, page_seen, intent);
}

/* Write the pages in `touched` from the image, as many at a time as there are buffers. */
static int touched_write(struct mn_intent *intent)
{
	struct mn_area area = intent_area(intent);
	u32 index = 0, regions;
	const u8 *image;
	int error = 0;
	u8 *bits;

	while (!error) {
		intent->batch->count = 0;
		for_each_set_bit_from(index, intent->touched, area.pages) {
			if (intent->batch->count == MN_META_BATCH_PAGES)
				break;
			bits = mn_meta_batch_add(intent->batch, intent->meta, index);
			image = image_page(intent, index, &regions);
			memcpy(bits, image, DIV_ROUND_UP(regions, BITS_PER_BYTE));
		}
		if (!intent->batch->count)
			break;
		error = mn_meta_batch_write(intent->batch, intent->meta, &area);
		if (!error)
			atomic64_add(intent->batch->count, &intent->writes);
	}
	return error;
}

static void touch(struct mn_intent *intent, const u64 *region, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		__set_bit(region_page(intent, region[i]), intent->touched);
}

static void untouch(struct mn_intent *intent, const u64 *region, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		__clear_bit(region_page(intent, region[i]), intent->touched);
}

/*
 * A set bit is written even when the image has it already: the image may be
 * ahead of the disk after a failure, and I1 wants it durable.
 */
int mn_intent_update(struct mn_intent *intent, const u64 *set, u32 sets,
		     const u64 *clear, u32 clears)
{
	int error = READ_ONCE(intent->meta->error);
	u32 i;

	if (error)
		return error;
	for (i = 0; i < clears; i++)
		image_clear(intent, clear[i]);
	for (i = 0; i < sets; i++)
		image_set(intent, set[i]);
	touch(intent, set, sets);
	touch(intent, clear, clears);
	error = touched_write(intent);
	untouch(intent, set, sets);
	untouch(intent, clear, clears);
	if (error)
		for (i = 0; i < clears; i++)
			image_set(intent, clear[i]);
	return error;
}

/* The next page with a set bit at or after `index`, or intent_pages. */
static u32 next_used_page(const struct mn_intent *intent, u32 index)
{
	const struct mn_layout *layout = &intent->meta->layout;
	u64 region = mn_intent_next(intent, (u64)index * layout->page_bits);

	return region < layout->regions ? region_page(intent, region) : layout->intent_pages;
}

static void image_forget_page(struct mn_intent *intent, u32 index)
{
	u32 regions;
	u8 *image = image_page(intent, index, &regions);

	intent->set_bits -= memweight(image, DIV_ROUND_UP(regions, BITS_PER_BYTE));
	memset(image, 0, DIV_ROUND_UP(regions, BITS_PER_BYTE));
}

int mn_intent_clear_all(struct mn_intent *intent)
{
	struct mn_area area = intent_area(intent);
	struct mn_meta_batch *batch = intent->batch;
	u32 index = 0, i;
	int error;

	for (;;) {
		batch->count = 0;
		while (batch->count < MN_META_BATCH_PAGES &&
		       (index = next_used_page(intent, index)) < area.pages)
			mn_meta_batch_add(batch, intent->meta, index++);
		if (!batch->count)
			return 0;
		error = mn_meta_batch_write(batch, intent->meta, &area);
		if (error)
			return error;
		atomic64_add(batch->count, &intent->writes);
		for (i = 0; i < batch->count; i++)
			image_forget_page(intent, batch->index[i]);
	}
}

u64 mn_intent_next(const struct mn_intent *intent, u64 from)
{
	return find_next_bit_le(intent->image, intent->meta->layout.regions, from);
}
