/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * meta_io: I/O on a metadata device (L1, used by meta, bitmap and intent only)
 *
 * All functions block (GFP_NOIO) and are called without spinlocks. Memory for
 * I/O is taken from pools filled at creation: write-back and intents are what
 * writers wait for, so they make progress when there is no memory to be had.
 */
#ifndef MN_META_IO_H
#define MN_META_IO_H

#include "meta.h"

#define MN_META_BATCH_PAGES	32	/* pages under way at once, per user */
#define MN_RUN_PAGES		16	/* neighbours in one bio */

/* Buffers for the pages that are written (or read) together. */
struct mn_meta_batch {
	u32 count;			/* in use */
	u32 index[MN_META_BATCH_PAGES];	/* number of the page in its area */
	void *page[MN_META_BATCH_PAGES];	/* of page_bytes: struct mn_disk_page, bits */
};

/* An area of pages, as its users name it. */
struct mn_area {
	u64 start;		/* byte */
	u32 pages;
	u8 kind;		/* enum mn_page_kind */
	u8 slot;
};

/* A page was read; bits NULL: it is damaged or unreadable. May block. */
typedef void (*mn_page_seen_fn)(void *context, u32 index, const u8 *bits);

/* The pool of bios and the superblock's buffer: once per metadata device. */
int mn_meta_io_create(struct mn_meta *meta, struct block_device *bdev);
void mn_meta_io_destroy(struct mn_meta *meta);

/* Zeroed memory for bits or tables, of any size; free it with vfree. NULL: none. */
void *mn_meta_alloc(u64 bytes);

/* Copy 0 or 1 of the superblock, from or to meta->buffer. */
int mn_meta_io_super(struct mn_meta *meta, blk_opf_t opf, u8 copy);

/* As mn_meta_write_pages(), but with any operation and without the sticky error. */
int mn_meta_io_pages(struct mn_meta *meta, blk_opf_t opf, u64 area_start,
		     const u32 *index, void *const *page, u32 count);

/* Record a failed write: sticky. The first one is told to the owner (meta->failed). */
void mn_meta_fail(struct mn_meta *meta, int error);

struct mn_meta_batch *mn_meta_batch_create(u32 page_bytes);	/* NULL: no memory */
void mn_meta_batch_destroy(struct mn_meta_batch *batch);	/* NULL is fine */

/* Take the next buffer for page `index`: returns its bits, all zero. Not when it is full. */
u8 *mn_meta_batch_add(struct mn_meta_batch *batch, const struct mn_meta *meta, u32 index);

/* Seal the batch and write it, durably (mn_meta_write_pages). It stays as it is. */
int mn_meta_batch_write(struct mn_meta_batch *batch, struct mn_meta *meta,
			const struct mn_area *area);

/*
 * Read a whole area and report page by page, ascending. -EIO: some page was
 * unreadable; -EUCLEAN: none was, but some was damaged.
 */
int mn_area_load(struct mn_meta *meta, struct mn_meta_batch *batch, const struct mn_area *area,
		 mn_page_seen_fn seen, void *context);

static inline u8 *mn_page_bits(void *page)
{
	return (u8 *)page + sizeof(struct mn_disk_page);
}

static inline u32 mn_page_bits_bytes(const struct mn_meta *meta)
{
	return meta->page_bytes - sizeof(struct mn_disk_page);
}

#endif
