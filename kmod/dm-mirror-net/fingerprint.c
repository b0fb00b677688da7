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

#define CHUNK_BYTES (64u << 10)
#define CHUNK_ORDER get_order(CHUNK_BYTES)

static int read_chunk(struct mn_volume *volume, u64 sector, u32 bytes, struct page *page)
{
	struct bio_vec vec;
	struct bio bio;
	int err;

	bio_init(&bio, volume->data.bdev, &vec, 1, REQ_OP_READ | REQ_META);
	bio.bi_iter.bi_sector = sector;
	__bio_add_page(&bio, page, bytes, 0);
	err = submit_bio_wait(&bio);
	bio_uninit(&bio);
	return err;
}

static int hash_span(struct mn_volume *volume, struct sha256_state *state, u64 from, u64 to,
		     struct page *page)
{
	int err = 0;

	while (from < to && !err) {
		u32 bytes = min_t(u64, CHUNK_BYTES, (to - from) << SECTOR_SHIFT);

		err = read_chunk(volume, from, bytes, page);
		if (!err)
			sha256_update(state, page_address(page), bytes);
		from += bytes >> SECTOR_SHIFT;
	}
	return err;
}

int mn_fingerprint_take(struct mn_volume *volume, u8 digest[MN_FINGERPRINT_BYTES])
{
	struct page *page = alloc_pages(GFP_NOIO, CHUNK_ORDER);
	u64 head = min_t(u64, volume->sectors, MN_FINGERPRINT_HEAD >> SECTOR_SHIFT);
	u64 tail = volume->sectors - min_t(u64, volume->sectors,
					   MN_FINGERPRINT_TAIL >> SECTOR_SHIFT);
	struct sha256_state state;
	int err;

	if (!page)
		return -ENOMEM;
	sha256_init(&state);
	err = hash_span(volume, &state, 0, head, page);
	if (!err)
		err = hash_span(volume, &state, max(head, tail), volume->sectors, page);
	sha256_final(&state, digest);
	__free_pages(page, CHUNK_ORDER);
	return err;
}
