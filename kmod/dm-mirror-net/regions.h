/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * regions: which regions have a durable intent (L0, pure)
 *
 * The table holds an entry for every region that is not clear, at most
 * `limit` of them; the memory is the caller's. States: clear -> setting -> set
 * -> clearing -> clear; only *set* lets a write pass (I1). Nothing here locks:
 * all calls are made under one lock of the caller.
 *
 * Times are any monotonic count (the module passes jiffies).
 */
#ifndef MN_REGIONS_H
#define MN_REGIONS_H

#include <linux/types.h>

#define MN_REGION_NONE 0xffffffffu	/* no such slot of the table */

enum mn_region_state {
	MN_REGION_CLEAR = 0,	/* not in the table */
	MN_REGION_SETTING,	/* its bit is being written */
	MN_REGION_SET,		/* its bit is durable */
	MN_REGION_CLEARING,	/* its bit is being taken back */
};

struct mn_region {
	u64 index;		/* number of the region */
	u64 last_used;		/* last enter or leave */
	u64 last_epoch;		/* flush epoch in which its last write ended */
	u32 inflight;		/* writes under way in it */
	u32 next;		/* in its bucket, or in the free list */
	u8 state;		/* enum mn_region_state */
	bool unflushed;		/* written since the last good flush that covers it */
};

struct mn_regions {
	struct mn_region *table;
	u32 *bucket;
	u32 limit;
	u32 buckets;		/* a power of two */
	u32 free;
	u32 used;		/* entries in the table, whatever their state */
	u32 setting;		/* entries in state setting */
	u64 epoch;		/* counts flushes that began */
};

enum mn_region_answer {
	MN_REGION_PASS,		/* all set; inflight was raised in each */
	MN_REGION_WAIT,		/* some are being set or cleared: ask again after that */
	MN_REGION_FULL,		/* the table is full: regions must be cleared first */
};

size_t mn_regions_bytes(u32 limit);
void mn_regions_init(struct mn_regions *regions, void *memory, u32 limit);

struct mn_region *mn_region_find(struct mn_regions *regions, u64 index);

/*
 * A write wants to start in regions first..last (both included; at most a
 * quarter of the limit, or FULL may never end). All or nothing: PASS raises inflight in every one.
 * Otherwise those which were clear enter the table as *setting* as far as there
 * is room, and the caller arranges for them to be written.
 */
enum mn_region_answer mn_regions_enter(struct mn_regions *regions, u64 first, u64 last, u64 now);

/* The write has ended on the data device (well or not). */
void mn_regions_leave(struct mn_regions *regions, u64 first, u64 last, u64 now);

/*
 * The entries in state setting, to be written: fills index[] with at most max,
 * returns how many. They stay *setting* until mn_regions_set_done().
 */
u32 mn_regions_to_set(const struct mn_regions *regions, u64 *index, u32 max);
/* ok: -> set; otherwise -> clear (out of the table). */
void mn_regions_set_done(struct mn_regions *regions, const u64 *index, u32 count, bool ok);

/*
 * A flush of the data device starts; the result is passed to flush_ended when it
 * has ended well: writes that had ended before the start are stable then.
 */
u64 mn_regions_flush_starts(struct mn_regions *regions);
void mn_regions_flush_ended(struct mn_regions *regions, u64 epoch);

/*
 * Choose at most max of the coldest regions that may be cleared as far as this node
 * knows (set, nothing under way, flushed or not), not used for at least
 * `idle`; coldest first. They stay *set*.
 */
u32 mn_regions_coldest(const struct mn_regions *regions, u64 now, u64 idle, u64 *index, u32 max);

/* set -> clearing, if nothing is under way in it and all of it is flushed. */
bool mn_region_clear_starts(struct mn_regions *regions, u64 index);
bool mn_region_is_clearing(struct mn_regions *regions, u64 index);
/* ok: -> clear; otherwise back to set. */
void mn_region_clear_ended(struct mn_regions *regions, u64 index, bool ok);

#endif
