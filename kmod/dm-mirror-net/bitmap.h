/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bitmap: the durable bitmaps of one slot (L1)
 *
 * In memory: struct mn_track (dirty, pending) and, while the slot has any, the
 * unsent bits. On disk: the union of dirty and pending, and in an area of its
 * own unsent, page by page, written back lazily.
 *
 * What is promised of the disk: a *dirty* bit is on disk, or its page is
 * `stale` or being written. A *pending* bit need not be: its region's intent
 * covers it until mn_bitmap_want_durable() and a write-back, so a mirror in
 * steady state costs no bitmap write. A bit that was cleared makes its page
 * stale only if the page on disk holds any (`written`).
 *
 * Changes in memory are made under `lock`, the volume's classification lock, by
 * the functions marked (lock) and through these only; the others block and take
 * it themselves (GFP_NOIO; no spinlock held).
 */
#ifndef MN_BITMAP_H
#define MN_BITMAP_H

#include "meta.h"
#include "track.h"

struct mn_meta_batch;

struct mn_bitmap {
	struct mn_meta *meta;
	u8 slot;
	spinlock_t *lock;		/* the volume's classification lock, irq-safe */
	struct mutex io_lock;		/* one write-back at a time: outside *lock */
	struct mn_track track;		/* under *lock */
	unsigned long *stale;		/* [bitmap_pages], under *lock: must be written back */
	unsigned long *written;		/* [bitmap_pages], under *lock: disk may hold a bit */
	unsigned long *unsent;		/* [blocks] bits, under *lock; NULL: none */
	u64 unsent_bits;
	u64 dirty_since;		/* jiffies64, under *lock: while any block is dirty */
	unsigned long *unsent_stale;	/* [bitmap_pages], under *lock */
	struct mn_meta_batch *batch;	/* buffers of load and write-back; under io_lock */
	unsigned long *wanted;		/* [bitmap_pages], under io_lock: of the regions asked */
	atomic64_t writes;		/* pages written */
};

/*
 * Allocate (vmalloc, zeroed) for a volume of layout.blocks; -ENOMEM, logged
 * with the amount. Nothing is read: what the slot's pages on disk hold counts
 * as unknown, so mn_bitmap_fill() or mn_bitmap_empty() makes all of them stale.
 */
int mn_bitmap_create(struct mn_bitmap *bitmap, struct mn_meta *meta, u8 slot, spinlock_t *lock);
void mn_bitmap_destroy(struct mn_bitmap *bitmap);

/*
 * Blocks. Read the slot's pages from disk and OR them into dirty (and unsent
 * when with_unsent). -EUCLEAN: a page is damaged; -EIO: a page is unreadable.
 * In both cases its blocks are all dirty, the others are as read: the bitmap is
 * a superset of what it was; the caller logs it and goes on, or prefers a full
 * resync. Unsent is as the pages of its own say: what was never sent stays so
 * until the resync has sent it; of a damaged page of these nothing is unsent.
 * -ENOMEM: unsent cannot be held; dirty is loaded.
 */
int mn_bitmap_load(struct mn_bitmap *bitmap, bool with_unsent);

/* (lock) Mark blocks first..last dirty and their pages stale. Returns new bits. */
u64 mn_bitmap_set(struct mn_bitmap *bitmap, u64 first, u64 last);
/* (lock) The cursor took the block: dirty -> pending. False: a spare page is missing. */
bool mn_bitmap_take(struct mn_bitmap *bitmap, u64 block);
/* (lock) Live write applied: pending. False: a spare page is missing. */
bool mn_bitmap_sent(struct mn_bitmap *bitmap, u64 first, u64 last);
/* (lock) As mn_track_stable(), and marks the pages of cleared bits stale. */
void mn_bitmap_stable(struct mn_bitmap *bitmap, u64 stable, u64 last_sequence);
/* (lock) As mn_track_give_up(). */
u64 mn_bitmap_give_up(struct mn_bitmap *bitmap);
/* (lock) Some block is dirty since then (jiffies64), unless one is for longer. */
void mn_bitmap_dirty_since(struct mn_bitmap *bitmap, u64 since);
/* (lock) Bits received from the peer. Returns new dirty bits. */
u64 mn_bitmap_or(struct mn_bitmap *bitmap, u64 first, u32 count, const u8 *bits);
/* (lock) The block was sent or written whole: no longer unsent. */
void mn_bitmap_clear_unsent(struct mn_bitmap *bitmap, u64 first, u64 last);
/*
 * (lock) Before an intent goes: mark the pages stale that hold pending bits of
 * these blocks (those of dirty bits are stale or on disk already). After a
 * good mn_bitmap_write_back() of the same blocks all their bits are durable.
 */
void mn_bitmap_want_durable(struct mn_bitmap *bitmap, u64 first, u64 last);

/* Blocks. Provide spare pages for pending bits as track wants; returns -ENOMEM (GFP_NOIO). */
int mn_bitmap_refill(struct mn_bitmap *bitmap);
/* Blocks. Free pages of bits that are no longer used. */
void mn_bitmap_trim(struct mn_bitmap *bitmap);

/*
 * Blocks. Write the stale pages (at most those covering blocks first..last)
 * back, durably, and wait for those that another caller is writing. A page that
 * fails becomes stale again and the errno is returned. Bits set meanwhile
 * make the page stale again, never lost. Unsent is not written.
 */
int mn_bitmap_write_back(struct mn_bitmap *bitmap, u64 first, u64 last);
/*
 * Blocks. The same for the stale pages of many regions at once, in any order:
 * as few rounds of I/O as there are buffers for.
 */
int mn_bitmap_write_regions(struct mn_bitmap *bitmap, const u64 *region, u32 count);
/*
 * Blocks. Everything: stale pages, those with pending bits, unsent. After a good
 * return every bit that was set when it was called is durable, so the intent
 * log may go. The lazy write-back in steady state is mn_bitmap_write_back() of
 * all blocks, which leaves pending bits to their intents.
 */
int mn_bitmap_write_all(struct mn_bitmap *bitmap);

/* Blocks. mn_bitmap_set() of any number of blocks; the lock is dropped now and then. */
void mn_bitmap_set_range(struct mn_bitmap *bitmap, u64 first, u64 last);
/*
 * Blocks. Set every block dirty, or clear every bit (dirty, pending), in memory;
 * pages stale where the disk differs. The lock is dropped now and then: a bit
 * set while mn_bitmap_empty() runs may or may not survive it.
 */
void mn_bitmap_fill(struct mn_bitmap *bitmap);
/* Blocks. The same, but for blocks that are unsent. */
void mn_bitmap_fill_sent(struct mn_bitmap *bitmap);
void mn_bitmap_empty(struct mn_bitmap *bitmap);
/* Blocks. Make every block unsent but those that are dirty now; allocates. -ENOMEM. */
int mn_bitmap_unsent_rest(struct mn_bitmap *bitmap);

#endif
