// SPDX-License-Identifier: GPL-2.0-only
/*
 * payload: owned copies of data, in pages (L2)
 *
 * Fast way: take the bytes from the cap, then pages from the allocator, without
 * waiting. Slow way: queue for `turn`; whoever has it is the only one that waits
 * for the cap and the only one that takes pages of the reserve. Freed pages
 * refill the reserve before they go back to the allocator, and everything that
 * is out comes back without needing the pool (it is with the network or with a
 * disk), so the one whose turn it is gets on in the end.
 */
#include <linux/crc32c.h>
#include <linux/highmem.h>
#include <linux/mempool.h>
#include <linux/semaphore.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include "page_cache.h"
#include "payload.h"

/* How often somebody who waits looks whether it was cancelled. */
#define MN_PAYLOAD_POLL		max(HZ / 10, 1)

struct mn_payload_pool {
	u64 cap;			/* bytes */
	atomic64_t out;			/* bytes, in whole pages */
	atomic_t waiting;		/* in the slow way: others do not overtake */
	bool in_vain;			/* a patience ended, and nothing has come back since */
	struct semaphore turn;		/* who may wait for the cap and use the reserve */
	wait_queue_head_t room;		/* something came back; only `turn` waits here */
	struct mn_page_cache cache;
	mempool_t pages;		/* the reserve */
	mempool_t spare;		/* one struct mn_payload of full size */
};

struct mn_payload_pool *mn_payload_pool_create(u64 cap_bytes)
{
	struct mn_payload_pool *pool = kzalloc(sizeof(*pool), GFP_KERNEL);

	if (!pool)
		return ERR_PTR(-ENOMEM);
	pool->cap = cap_bytes;
	sema_init(&pool->turn, 1);
	init_waitqueue_head(&pool->room);
	mn_page_cache_init(&pool->cache);
	if (mempool_init_page_pool(&pool->pages, MN_PAYLOAD_PAGES, 0))
		goto no_pages;
	if (mempool_init_kmalloc_pool(&pool->spare, 1,
				      sizeof(struct mn_payload) +
				      MN_PAYLOAD_PAGES * sizeof(struct bio_vec)))
		goto no_spare;
	return pool;

no_spare:
	mempool_exit(&pool->pages);
no_pages:
	kfree(pool);
	return ERR_PTR(-ENOMEM);
}

void mn_payload_pool_destroy(struct mn_payload_pool *pool)
{
	if (IS_ERR_OR_NULL(pool))
		return;
	WARN_ON_ONCE(atomic64_read(&pool->out));
	mn_page_cache_destroy(&pool->cache);
	mempool_exit(&pool->spare);
	mempool_exit(&pool->pages);
	kfree(pool);
}

/* Bytes are taken from the cap before there are pages, so it is never exceeded. */
static bool cap_take(struct mn_payload_pool *pool, u64 bytes)
{
	u64 out = atomic64_add_return(bytes, &pool->out);

	if (out <= pool->cap || out == bytes)
		return true;
	atomic64_sub(bytes, &pool->out);
	return false;
}

static void cap_return(struct mn_payload_pool *pool, u64 bytes)
{
	atomic64_sub(bytes, &pool->out);
	WRITE_ONCE(pool->in_vain, false);
	if (wq_has_sleeper(&pool->room))
		wake_up(&pool->room);
}

static void payload_init(struct mn_payload *payload, struct mn_payload_pool *pool, u32 bytes)
{
	refcount_set(&payload->refs, 1);
	payload->pool = pool;
	payload->bytes = bytes;
	payload->pages = 0;
	payload->reserved = false;
}

/* All pages are there: give the vectors their lengths. */
static struct mn_payload *payload_finish(struct mn_payload *payload)
{
	u32 i;

	for (i = 0; i < payload->pages; i++) {
		payload->vec[i].bv_offset = 0;
		payload->vec[i].bv_len = min_t(u32, payload->bytes - i * PAGE_SIZE, PAGE_SIZE);
	}
	return payload;
}

static bool reserve_is_short(const struct mn_payload_pool *pool)
{
	return READ_ONCE(pool->pages.curr_nr) < pool->pages.min_nr;
}

/* The reserve comes first; the cache takes what it can. */
static void recycle_pages(struct mn_payload_pool *pool, const struct bio_vec *vec, u32 pages)
{
	u32 kept = 0;

	if (!reserve_is_short(pool))
		kept = mn_page_cache_give(&pool->cache, vec, pages);
	while (kept < pages)
		mempool_free(vec[kept++].bv_page, &pool->pages);
}

/* A page that a socket still refers to must not be overwritten: it goes its own way. */
static void free_page_vec(struct mn_payload_pool *pool, const struct bio_vec *vec, u32 pages)
{
	u32 ours;

	while (pages) {
		for (ours = 0; ours < pages && page_count(vec[ours].bv_page) == 1; ours++)
			;
		if (ours)
			recycle_pages(pool, vec, ours);
		if (ours < pages)
			put_page(vec[ours++].bv_page);
		vec += ours;
		pages -= ours;
	}
}

/* With the pages that it has so far. */
static void payload_free(struct mn_payload *payload)
{
	struct mn_payload_pool *pool = payload->pool;

	free_page_vec(pool, payload->vec, payload->pages);
	if (payload->reserved)
		mempool_free(payload, &pool->spare);
	else
		kfree(payload);
}

/* Bytes are in the cap already. NULL when the allocator has not got it all. */
static struct mn_payload *payload_allocate(struct mn_payload_pool *pool, u32 bytes, gfp_t gfp)
{
	u32 pages = DIV_ROUND_UP(bytes, PAGE_SIZE);
	struct mn_payload *payload;
	struct page *page;

	gfp |= __GFP_NOWARN;
	payload = kmalloc(struct_size(payload, vec, pages), gfp);
	if (!payload)
		return NULL;
	payload_init(payload, pool, bytes);
	payload->pages = mn_page_cache_take(&pool->cache, payload->vec, pages);
	while (payload->pages < pages) {
		page = alloc_page(gfp);
		if (!page) {
			payload_free(payload);
			return NULL;
		}
		payload->vec[payload->pages++].bv_page = page;
	}
	return payload_finish(payload);
}

struct mn_payload *mn_payload_try(struct mn_payload_pool *pool, u32 bytes)
{
	u64 charge = PAGE_ALIGN(bytes);
	struct mn_payload *payload;

	if (WARN_ON_ONCE(!bytes || bytes > MN_FRAME_PAYLOAD_MAX))
		return NULL;
	if (atomic_read(&pool->waiting) || !cap_take(pool, charge))
		return NULL;
	payload = payload_allocate(pool, bytes, GFP_NOWAIT);
	if (!payload)
		cap_return(pool, charge);
	return payload;
}

/* Somebody's patience: until when, and unless cancelled. */
struct patience {
	unsigned long end;		/* jiffies */
	bool forever;
	const bool *cancel;
};

/* How long to sleep next, in jiffies; 0: no longer. */
static long patience_left(const struct patience *patience)
{
	long left = patience->end - jiffies;

	if (patience->cancel && READ_ONCE(*patience->cancel))
		return 0;
	if (patience->forever)
		return MN_PAYLOAD_POLL;
	return clamp_t(long, left, 0, MN_PAYLOAD_POLL);
}

static bool turn_take(struct mn_payload_pool *pool, const struct patience *patience)
{
	long left;

	while ((left = patience_left(patience)) > 0) {
		if (!down_timeout(&pool->turn, left))
			return true;
	}
	return false;
}

static bool wait_for_cap(struct mn_payload_pool *pool, u64 charge,
			 const struct patience *patience)
{
	long left;

	while ((left = patience_left(patience)) > 0) {
		if (wait_event_idle_timeout(pool->room, cap_take(pool, charge), left))
			return true;
	}
	return false;
}

/* One page, or one struct, from the reserve: it refills as payloads come back. */
static void *reserve_take(struct mn_payload_pool *pool, mempool_t *reserve,
			  const struct patience *patience)
{
	const gfp_t gfp = GFP_NOWAIT | __GFP_NOWARN;
	void *element = mempool_alloc(reserve, gfp);
	long left;

	while (!element && (left = patience_left(patience)) > 0)
		wait_event_idle_timeout(pool->room, (element = mempool_alloc(reserve, gfp)), left);
	return element;
}

/* The allocator has failed; bytes are in the cap; it is our turn. */
static struct mn_payload *payload_from_reserve(struct mn_payload_pool *pool, u32 bytes,
					       const struct patience *patience)
{
	u32 pages = DIV_ROUND_UP(bytes, PAGE_SIZE);
	struct mn_payload *payload;
	struct page *page;

	payload = reserve_take(pool, &pool->spare, patience);
	if (!payload)
		return NULL;
	payload_init(payload, pool, bytes);
	payload->reserved = true;
	while (payload->pages < pages) {
		page = reserve_take(pool, &pool->pages, patience);
		if (!page) {
			payload_free(payload);
			return NULL;
		}
		payload->vec[payload->pages++].bv_page = page;
	}
	return payload_finish(payload);
}

static struct mn_payload *payload_wait(struct mn_payload_pool *pool, u32 bytes,
				       const struct patience *patience)
{
	u64 charge = PAGE_ALIGN(bytes);
	struct mn_payload *payload = NULL;

	if (!turn_take(pool, patience))
		return NULL;
	if (wait_for_cap(pool, charge, patience)) {
		payload = payload_allocate(pool, bytes, GFP_NOIO | __GFP_NORETRY);
		if (!payload)
			payload = payload_from_reserve(pool, bytes, patience);
		if (!payload)
			cap_return(pool, charge);
	}
	up(&pool->turn);
	return payload;
}

struct mn_payload *mn_payload_get(struct mn_payload_pool *pool, u32 bytes, long timeout,
				  const bool *cancel)
{
	struct mn_payload *payload = mn_payload_try(pool, bytes);
	struct patience patience = {
		.end = jiffies + timeout,
		.forever = timeout == MAX_SCHEDULE_TIMEOUT,
		.cancel = cancel,
	};

	if (payload || !bytes || bytes > MN_FRAME_PAYLOAD_MAX)
		return payload;
	/* one write after the other would be late by its patience */
	if (!patience.forever && READ_ONCE(pool->in_vain))
		return NULL;
	atomic_inc(&pool->waiting);
	payload = payload_wait(pool, bytes, &patience);
	atomic_dec(&pool->waiting);
	if (!payload && !patience.forever)
		WRITE_ONCE(pool->in_vain, true);
	return payload;
}

struct mn_payload *mn_payload_hold(struct mn_payload *payload)
{
	refcount_inc(&payload->refs);
	return payload;
}

void mn_payload_put(struct mn_payload *payload)
{
	struct mn_payload_pool *pool;
	u64 charge;

	if (!payload || !refcount_dec_and_test(&payload->refs))
		return;
	pool = payload->pool;
	charge = PAGE_ALIGN(payload->bytes);
	payload_free(payload);
	cap_return(pool, charge);
}

struct bio *mn_payload_bio(struct mn_payload *payload, struct block_device *bdev, u64 sector,
			   blk_opf_t opf, gfp_t gfp, struct bio_set *bios)
{
	struct bio *bio = bio_alloc_bioset(bdev, 0, opf, gfp, bios);

	if (!bio)
		return NULL;
	bio_set_flag(bio, BIO_CLONED);	/* the vector is the payload's */
	bio->bi_io_vec = payload->vec;
	bio->bi_vcnt = payload->pages;
	bio->bi_iter.bi_size = payload->bytes;
	bio->bi_iter.bi_sector = sector;
	return bio;
}

/* Copy one segment to offset `at` of the payload; it may cross its pages. */
static void payload_copy_segment(struct mn_payload *payload, u32 at, const char *from, u32 bytes)
{
	while (bytes) {
		struct bio_vec *to = &payload->vec[at >> PAGE_SHIFT];
		u32 offset = offset_in_page(at);
		u32 n = min_t(u32, bytes, PAGE_SIZE - offset);

		memcpy(page_address(to->bv_page) + offset, from, n);
		at += n;
		from += n;
		bytes -= n;
	}
}

void mn_payload_copy_from_bio(struct mn_payload *payload, struct bio *bio)
{
	struct bvec_iter iter;
	struct bio_vec from;
	char *mapped;
	u32 at = 0;

	if (WARN_ON_ONCE(bio->bi_iter.bi_size != payload->bytes))
		return;
	bio_for_each_segment(from, bio, iter) {
		mapped = bvec_kmap_local(&from);
		payload_copy_segment(payload, at, mapped, from.bv_len);
		kunmap_local(mapped);
		at += from.bv_len;
	}
}

u32 mn_payload_crc(const struct mn_payload *payload)
{
	u32 crc = ~0;
	u32 i;

	for (i = 0; i < payload->pages; i++)
		crc = crc32c(crc, page_address(payload->vec[i].bv_page), payload->vec[i].bv_len);
	return crc;
}

bool mn_payload_is_zero(const struct mn_payload *payload)
{
	u32 i;

	for (i = 0; i < payload->pages; i++) {
		const struct bio_vec *vec = &payload->vec[i];

		if (memchr_inv(page_address(vec->bv_page), 0, vec->bv_len))
			return false;
	}
	return true;
}

bool mn_payload_pool_scarce(const struct mn_payload_pool *pool)
{
	return atomic64_read(&pool->out) > pool->cap - pool->cap / 4;
}

u64 mn_payload_pool_cap(const struct mn_payload_pool *pool)
{
	return pool->cap;
}

u64 mn_payload_pool_bytes(const struct mn_payload_pool *pool)
{
	return atomic64_read(&pool->out);
}
