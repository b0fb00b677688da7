// SPDX-License-Identifier: GPL-2.0-only
/*
 * fingerprint: was the data device written behind our back? (L3; DESIGN 1.5)
 *
 * Read with bios of our own, past every page cache, because what counts is
 * what the disk holds. Superblocks of file systems, LVM, md and partition
 * tables all lie in the two ends; whoever mounts or assembles the device writes there.
 */
#include <crypto/sha2.h>
#include <linux/bio.h>
#include "fingerprint.h"

#define CHUNK_PAGES 16

/* What is read at once. */
struct chunk {
	struct page *page[CHUNK_PAGES];
	u32 pages;
};

/* As many pages as there are: one will do. */
static int chunk_alloc(struct chunk *chunk)
{
	struct page *page;

	for (chunk->pages = 0; chunk->pages < CHUNK_PAGES; chunk->pages++) {
		page = alloc_page(GFP_NOIO);
		if (!page)
			break;
		chunk->page[chunk->pages] = page;
	}
	return chunk->pages ? 0 : -ENOMEM;
}

static void chunk_free(struct chunk *chunk)
{
	while (chunk->pages)
		__free_page(chunk->page[--chunk->pages]);
}

static u32 bytes_of_page(u32 at, u32 bytes)
{
	return min_t(u32, bytes - at, PAGE_SIZE);
}

static int chunk_read(struct mn_volume *volume, u64 sector, u32 bytes, struct chunk *chunk)
{
	struct bio_vec vec[CHUNK_PAGES];
	struct bio bio;
	u32 at;
	int err;

	bio_init(&bio, volume->data.bdev, vec, CHUNK_PAGES, REQ_OP_READ | REQ_META);
	bio.bi_iter.bi_sector = sector;
	for (at = 0; at < bytes; at += PAGE_SIZE)
		__bio_add_page(&bio, chunk->page[at >> PAGE_SHIFT], bytes_of_page(at, bytes), 0);
	err = submit_bio_wait(&bio);
	bio_uninit(&bio);
	return err;
}

static void chunk_hash(const struct chunk *chunk, u32 bytes, struct sha256_state *state)
{
	u32 at;

	for (at = 0; at < bytes; at += PAGE_SIZE)
		sha256_update(state, page_address(chunk->page[at >> PAGE_SHIFT]),
			      bytes_of_page(at, bytes));
}

static int hash_span(struct mn_volume *volume, struct sha256_state *state, u64 from, u64 to,
		     struct chunk *chunk)
{
	int err = 0;

	while (from < to && !err) {
		u32 bytes = min_t(u64, chunk->pages * PAGE_SIZE, (to - from) << SECTOR_SHIFT);

		err = chunk_read(volume, from, bytes, chunk);
		if (!err)
			chunk_hash(chunk, bytes, state);
		from += bytes >> SECTOR_SHIFT;
	}
	return err;
}

int mn_fingerprint_take(struct mn_volume *volume, u8 digest[MN_FINGERPRINT_BYTES])
{
	u64 head = min_t(u64, volume->sectors, MN_FINGERPRINT_HEAD >> SECTOR_SHIFT);
	u64 tail = volume->sectors - min_t(u64, volume->sectors,
					   MN_FINGERPRINT_TAIL >> SECTOR_SHIFT);
	struct sha256_state state;
	struct chunk chunk;
	int err = chunk_alloc(&chunk);

	if (err)
		return err;
	sha256_init(&state);
	err = hash_span(volume, &state, 0, head, &chunk);
	if (!err)
		err = hash_span(volume, &state, max(head, tail), volume->sectors, &chunk);
	sha256_final(&state, digest);
	chunk_free(&chunk);
	return err;
}
