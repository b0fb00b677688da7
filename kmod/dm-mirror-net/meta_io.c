// SPDX-License-Identifier: GPL-2.0-only
/*
 * meta_io: I/O on a metadata device
 *
 * Bios come from a pool of their own and are submitted one by one, never two
 * held at a time, so any pool size makes progress.
 */
#define pr_fmt(fmt) "dm-mirror-net: " fmt

#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "meta_io.h"

#define MN_META_BIOS	8	/* in the pool; more when there is memory */

/* One call: counts its bios, and one for itself while it submits. */
struct meta_io {
	atomic_t left;
	int error;		/* the first one */
	struct completion done;
};

static void meta_io_put(struct meta_io *io)
{
	if (atomic_dec_and_test(&io->left))
		complete(&io->done);
}

static void meta_io_ended(struct bio *bio)
{
	struct meta_io *io = bio->bi_private;

	if (bio->bi_status)
		cmpxchg(&io->error, 0, blk_status_to_errno(bio->bi_status));
	bio_put(bio);
	meta_io_put(io);
}

static void meta_io_start(struct meta_io *io)
{
	atomic_set(&io->left, 1);
	io->error = 0;
	init_completion(&io->done);
}

static int meta_io_wait(struct meta_io *io)
{
	meta_io_put(io);
	wait_for_completion_io(&io->done);
	return io->error;
}

/* Submit `count` buffers of `bytes` each that follow each other on the device. */
static void meta_io_submit(struct mn_meta *meta, struct meta_io *io, blk_opf_t opf,
			   u64 start, void *const *buffer, u32 bytes, u32 count)
{
	struct bio *bio = bio_alloc_bioset(meta->bdev, count, opf, GFP_NOIO, &meta->bios);
	u32 i;

	bio->bi_iter.bi_sector = start >> SECTOR_SHIFT;
	bio->bi_end_io = meta_io_ended;
	bio->bi_private = io;
	for (i = 0; i < count; i++)
		__bio_add_page(bio, virt_to_page(buffer[i]), bytes, offset_in_page(buffer[i]));
	atomic_inc(&io->left);
	submit_bio(bio);
}

int mn_meta_io_super(struct mn_meta *meta, blk_opf_t opf, u8 copy)
{
	void *buffer = meta->buffer;
	struct meta_io io;

	meta_io_start(&io);
	meta_io_submit(meta, &io, opf | REQ_SYNC | REQ_META, (u64)copy * MN_SUPER_BYTES,
		       &buffer, MN_SUPER_BYTES, 1);
	return meta_io_wait(&io);
}

/* How many of the pages follow each other on the device, from the first on. */
static u32 run_length(const u32 *index, u32 count)
{
	u32 length = 1;

	while (length < min_t(u32, count, MN_RUN_PAGES) && index[length] == index[0] + length)
		length++;
	return length;
}

int mn_meta_io_pages(struct mn_meta *meta, blk_opf_t opf, u64 area_start,
		     const u32 *index, void *const *page, u32 count)
{
	struct blk_plug plug;
	struct meta_io io;
	u32 i, run;

	meta_io_start(&io);
	blk_start_plug(&plug);
	for (i = 0; i < count; i += run) {
		run = run_length(index + i, count - i);
		meta_io_submit(meta, &io, opf | REQ_SYNC | REQ_META,
			       area_start + (u64)index[i] * meta->page_bytes,
			       page + i, meta->page_bytes, run);
	}
	blk_finish_plug(&plug);
	return meta_io_wait(&io);
}

void mn_meta_fail(struct mn_meta *meta, int error)
{
	pr_err_ratelimited("%pg: writing metadata failed (error %d)\n", meta->bdev, error);
	if (!cmpxchg(&meta->error, 0, error) && meta->failed)
		meta->failed(meta, error);
}

int mn_meta_io_create(struct mn_meta *meta, struct block_device *bdev)
{
	int error;

	meta->bdev = bdev;
	meta->page_bytes = bdev_logical_block_size(bdev);
	meta->buffer = kzalloc(MN_SUPER_BYTES, GFP_NOIO);
	if (!meta->buffer)
		return -ENOMEM;
	error = bioset_init(&meta->bios, MN_META_BIOS, 0, BIOSET_NEED_BVECS);
	if (error)
		kfree(meta->buffer);
	return error;
}

void mn_meta_io_destroy(struct mn_meta *meta)
{
	bioset_exit(&meta->bios);
	kfree(meta->buffer);
	meta->buffer = NULL;
}

/*
 * Fails rather than trying for ever: without __GFP_FS nobody would be killed for
 * an allocation that cannot succeed.
 */
void *mn_meta_alloc(u64 bytes)
{
	void *memory = NULL;

	if (bytes <= SIZE_MAX)
		memory = __vmalloc(bytes, GFP_NOIO | __GFP_ZERO | __GFP_NOWARN |
				   __GFP_RETRY_MAYFAIL);
	if (!memory)
		pr_err("no memory for %llu KiB of bitmap: the volume or mirror cannot be started, its data was not touched\n",
		       (unsigned long long)bytes >> 10);
	return memory;
}

struct mn_meta_batch *mn_meta_batch_create(u32 page_bytes)
{
	struct mn_meta_batch *batch = kzalloc(sizeof(*batch), GFP_NOIO);
	u32 i;

	for (i = 0; batch && i < MN_META_BATCH_PAGES; i++) {
		batch->page[i] = kzalloc(page_bytes, GFP_NOIO);
		if (!batch->page[i]) {
			mn_meta_batch_destroy(batch);
			batch = NULL;
		}
	}
	return batch;
}

void mn_meta_batch_destroy(struct mn_meta_batch *batch)
{
	u32 i;

	for (i = 0; batch && i < MN_META_BATCH_PAGES; i++)
		kfree(batch->page[i]);
	kfree(batch);
}

u8 *mn_meta_batch_add(struct mn_meta_batch *batch, const struct mn_meta *meta, u32 index)
{
	u8 *bits = mn_page_bits(batch->page[batch->count]);

	memset(bits, 0, mn_page_bits_bytes(meta));
	batch->index[batch->count++] = index;
	return bits;
}

int mn_meta_batch_write(struct mn_meta_batch *batch, struct mn_meta *meta,
			const struct mn_area *area)
{
	u32 i;

	for (i = 0; i < batch->count; i++)
		mn_page_seal(batch->page[i], meta->page_bytes, meta->super.volume_uuid,
			     area->kind, area->slot, batch->index[i]);
	return mn_meta_write_pages(meta, area->start, batch->index, batch->page, batch->count);
}

/* A bio of several pages fails as a whole: find out which of them it was. */
static int reread(struct mn_meta *meta, struct mn_meta_batch *batch, u64 start, u32 i)
{
	return mn_meta_read_page(meta, start, batch->index[i], batch->page[i]);
}

static int batch_check(struct mn_meta *meta, struct mn_meta_batch *batch,
		       const struct mn_area *area, bool failed, u32 i)
{
	if (failed && reread(meta, batch, area->start, i))
		return -EIO;
	if (!mn_page_check(batch->page[i], meta->page_bytes, meta->super.volume_uuid,
			   area->kind, area->slot, batch->index[i]))
		return -EUCLEAN;
	return 0;
}

static void batch_fill(struct mn_meta_batch *batch, u32 first, u32 pages)
{
	u32 i;

	batch->count = min_t(u32, pages, MN_META_BATCH_PAGES);
	for (i = 0; i < batch->count; i++)
		batch->index[i] = first + i;
}

int mn_area_load(struct mn_meta *meta, struct mn_meta_batch *batch, const struct mn_area *area,
		 mn_page_seen_fn seen, void *context)
{
	int error, worst = 0;
	u32 first, i;
	bool failed;

	for (first = 0; first < area->pages; first += batch->count) {
		batch_fill(batch, first, area->pages - first);
		failed = mn_meta_io_pages(meta, REQ_OP_READ, area->start, batch->index,
					  batch->page, batch->count);
		for (i = 0; i < batch->count; i++) {
			error = batch_check(meta, batch, area, failed, i);
			if (worst != -EIO && error)
				worst = error;
			seen(context, batch->index[i],
			     error ? NULL : mn_page_bits(batch->page[i]));
		}
		cond_resched();
	}
	return worst;
}
