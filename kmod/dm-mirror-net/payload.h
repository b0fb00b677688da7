/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * payload: owned copies of data, in pages (L2)
 *
 * A payload is the one copy that the local leg, the network leg and the
 * checksum share (DESIGN 1.6). It is reference-counted; every page outlives
 * its last user. Pages are of order 0, never in high memory, filled from the
 * first on: only the last one of a payload may be used in part.
 */
#ifndef MN_PAYLOAD_H
#define MN_PAYLOAD_H

#include <linux/bio.h>
#include <linux/bvec.h>
#include <linux/mm.h>
#include <linux/refcount.h>
#include "wire.h"

#define MN_PAYLOAD_PAGES	(MN_FRAME_PAYLOAD_MAX >> PAGE_SHIFT)

struct mn_payload_pool;

struct mn_payload {
	refcount_t refs;
	u32 bytes;
	u32 pages;
	bool reserved;			/* read only: of the pool's reserve, must come back soon */
	struct mn_payload_pool *pool;
	struct bio_vec vec[];		/* [pages] */
};

/*
 * Memory for payloads: a cap on what may be out at a time, and a reserve of
 * MN_PAYLOAD_PAGES pages (and what one payload of that size needs besides)
 * which is always there in the end. -ENOMEM as an ERR_PTR. May sleep.
 */
struct mn_payload_pool *mn_payload_pool_create(u64 cap_bytes);
void mn_payload_pool_destroy(struct mn_payload_pool *pool);	/* all payloads are back */

/*
 * Any context, never waits: NULL when it cannot be had at once (GFP_NOWAIT,
 * cap, others wait already). 1..MN_FRAME_PAYLOAD_MAX bytes, contents undefined.
 */
struct mn_payload *mn_payload_try(struct mn_payload_pool *pool, u32 bytes);
/*
 * May sleep (GFP_NOIO; at most `timeout` jiffies, MAX_SCHEDULE_TIMEOUT: until
 * it is there or *cancel becomes true, checked at least every 100 ms; cancel may
 * be NULL). Those who wait are served in turn, and only one of them holds pages
 * of the reserve meanwhile, so two can never wait for each other. A payload
 * larger than the cap is served when nothing else is out. NULL: timed out or
 * cancelled; with a timeout also at once, when another's patience ended in vain and nothing
 * has come back to the pool since.
 */
struct mn_payload *mn_payload_get(struct mn_payload_pool *pool, u32 bytes, long timeout,
				  const bool *cancel);
struct mn_payload *mn_payload_hold(struct mn_payload *payload);
void mn_payload_put(struct mn_payload *payload);		/* any context; NULL is fine */

/* The bytes of a payload of at most one page, as all but WRITE frames have. */
static inline void *mn_payload_map(const struct mn_payload *payload)
{
	return page_address(payload->vec[0].bv_page);
}

/*
 * A bio from `bios` for all bytes of the payload, which must outlive it: from or to `sector` of
 * the device. The caller sets private and end_io. NULL only when gfp may not wait.
 */
struct bio *mn_payload_bio(struct mn_payload *payload, struct block_device *bdev, u64 sector,
			   blk_opf_t opf, gfp_t gfp, struct bio_set *bios);

/* The bio's remaining bytes, which are as many as the payload's. Any context. */
void mn_payload_copy_from_bio(struct mn_payload *payload, struct bio *bio);
u32 mn_payload_crc(const struct mn_payload *payload);		/* crc32c, seed ~0, not inverted */
bool mn_payload_is_zero(const struct mn_payload *payload);
/* Any context: three quarters of the cap are out. */
bool mn_payload_pool_scarce(const struct mn_payload_pool *pool);
u64 mn_payload_pool_cap(const struct mn_payload_pool *pool);	/* bytes */
/* Out now, in whole pages. For tests of the transport: nothing may be left in the end. */
u64 mn_payload_pool_bytes(const struct mn_payload_pool *pool);

#endif
