/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * track: dirty and pending blocks of one slot (L0, pure)
 *
 * A block is *dirty* when the resync must send it, *pending* when it was sent
 * (live or by the resync) but is not known to be stable on the target. Disk
 * holds the union (L1, bitmap). Writes that are queued or sent but not yet
 * applied are known to the engine by their requests; from *applied* on they are
 * pending here.
 *
 * Pending blocks stand in two generations of a sparse bitmap: *new* collects;
 * when *old* is empty, new becomes old and remembers the last sequence given
 * out so far as its mark. Once everything up to the mark is stable, old is
 * emptied. So a bit is never cleared before the last write that set it is
 * stable (I3), and no record per block is needed. For this to hold, a block is
 * made pending only when the write that makes it so has got its sequence: one
 * given out later could lie beyond the mark.
 *
 * Nothing here locks or allocates: all calls are made under one lock of the
 * caller, who also provides pages of bits (mn_track_spares_wanted, mn_track_add_spare).
 */
#ifndef MN_TRACK_H
#define MN_TRACK_H

#include <linux/types.h>

#define MN_TRACK_PAGE_BYTES	4096
#define MN_TRACK_PAGE_BITS	(MN_TRACK_PAGE_BYTES * 8)	/* blocks: 2 GiB */
#define MN_TRACK_SPAN_BITS	4096	/* blocks: how finely cleared bits are reported */
#define MN_TRACK_SPARES		4

struct mn_pending {
	unsigned long **page;	/* [pages], NULL: no bit set there */
	u64 mark;		/* old only: empty it when this is stable */
	u64 bits;		/* bits set */
};

struct mn_track {
	u64 blocks;
	u32 pages;		/* of each pending generation */
	unsigned long *dirty;	/* blocks bits */
	u64 dirty_bits;
	struct mn_pending pending[2];
	u8 collecting;		/* which of the two is *new* */
	u8 spares;
	unsigned long *spare[MN_TRACK_SPARES]; /* pages put in by the caller for bits to come */
	unsigned long *free;	/* pages no longer used, chained by their first word */
	u32 free_pages;
};

/* Memory is the caller's: zeroed arrays for dirty and for the two page tables. */
void mn_track_init(struct mn_track *track, u64 blocks, unsigned long *dirty,
		   unsigned long **table0, unsigned long **table1);

/* Blocks first..last (both included) of a byte range; sectors > 0. */
void mn_track_span(u64 sector, u32 sectors, u64 *first, u64 *last);

/* Returns how many bits were clear before. */
u64 mn_track_set_dirty(struct mn_track *track, u64 first, u64 last);
u64 mn_track_clear_dirty(struct mn_track *track, u64 first, u64 last);
bool mn_track_all_dirty(const struct mn_track *track, u64 first, u64 last);
/* The next dirty block at or after from, or track->blocks. */
u64 mn_track_next_dirty(const struct mn_track *track, u64 from);

/*
 * Sent and applied but not stable. True: done. False: a page is missing (put
 * one in with mn_track_add_spare and call again); then nothing was changed. A
 * write touches two pages at most, so full spares always suffice.
 */
bool mn_track_set_pending(struct mn_track *track, u64 first, u64 last);
bool mn_track_any_pending(const struct mn_track *track, u64 first, u64 last);
u32 mn_track_spares_wanted(const struct mn_track *track);	/* 0..MN_TRACK_SPARES */
/* More than wanted do no harm: they wait among the free pages. */
void mn_track_add_spare(struct mn_track *track, unsigned long *zeroed_page);

/*
 * Everything up to `stable` is stable; `last_sequence` is the last one given
 * out. Clears old when its mark is reached, then turns new into old. Calls
 * cleared(context, first_block, count) for every aligned span of at most MN_TRACK_SPAN_BITS
 * blocks in which bits were cleared, so that the caller writes it back some time; the bits
 * are gone by then. Pages that became empty are used again, or handed back by
 * mn_track_take_free().
 */
void mn_track_stable(struct mn_track *track, u64 stable, u64 last_sequence,
		     void (*cleared)(void *context, u64 first, u64 count), void *context);

/* The stream was given up: everything pending becomes dirty. Returns new dirty bits. */
u64 mn_track_give_up(struct mn_track *track);

/* Copy the union of dirty and pending of blocks first..first+count-1 to bits (LSB first, bytes). */
void mn_track_union(const struct mn_track *track, u64 first, u32 count, u8 *bits);
/* OR bits from disk or from the wire into dirty. Returns new dirty bits. */
u64 mn_track_or_dirty(struct mn_track *track, u64 first, u32 count, const u8 *bits);

/*
 * A page of bits no longer used, or NULL. Its contents are garbage. All pages
 * come back by mn_track_give_up(), then this until NULL, then spare[].
 */
unsigned long *mn_track_take_free(struct mn_track *track);

#endif
