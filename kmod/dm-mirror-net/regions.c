// SPDX-License-Identifier: GPL-2.0-only
/*
 * regions: which regions have a durable intent (L0, pure)
 *
 * A hash table with chains by table number; entries of the free list have the
 * state clear. Flushes are numbered as they start; an entry remembers the
 * number in force when its last write ended, and a flush covers it if its own
 * number is higher.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>

#include "regions.h"

#define MN_GOLDEN_64	0x9e3779b97f4a7c15ULL	/* 2^64 / golden ratio, odd */

static u32 buckets_for(u32 limit)
{
	return roundup_pow_of_two(limit);
}

size_t mn_regions_bytes(u32 limit)
{
	return (size_t)limit * sizeof(struct mn_region) +
		(size_t)buckets_for(limit) * sizeof(u32);
}

void mn_regions_init(struct mn_regions *regions, void *memory, u32 limit)
{
	u32 i;

	memset(regions, 0, sizeof(*regions));
	memset(memory, 0, mn_regions_bytes(limit));
	regions->table = memory;
	regions->bucket = (u32 *)(regions->table + limit);
	regions->limit = limit;
	regions->buckets = buckets_for(limit);
	for (i = 0; i < regions->buckets; i++)
		regions->bucket[i] = MN_REGION_NONE;
	for (i = 0; i < limit; i++)
		regions->table[i].next = i + 1 < limit ? i + 1 : MN_REGION_NONE;
}

/* Neighbours and strides of any length spread alike. */
static u32 *bucket_of(const struct mn_regions *regions, u64 index)
{
	u32 high = (index * MN_GOLDEN_64) >> 32;

	return &regions->bucket[(high >> 8) & (regions->buckets - 1)];
}

struct mn_region *mn_region_find(struct mn_regions *regions, u64 index)
{
	u32 at = *bucket_of(regions, index);

	while (at != MN_REGION_NONE && regions->table[at].index != index)
		at = regions->table[at].next;
	return at == MN_REGION_NONE ? NULL : &regions->table[at];
}

static void set_state(struct mn_regions *regions, struct mn_region *region, u8 state)
{
	regions->setting += state == MN_REGION_SETTING;
	regions->setting -= region->state == MN_REGION_SETTING;
	region->state = state;
}

static struct mn_region *add(struct mn_regions *regions, u64 index, u64 now)
{
	u32 *bucket = bucket_of(regions, index);
	u32 at = regions->free;
	struct mn_region *region;

	if (at == MN_REGION_NONE)
		return NULL;
	region = &regions->table[at];
	regions->free = region->next;
	regions->used++;
	memset(region, 0, sizeof(*region));
	region->index = index;
	region->last_used = now;
	region->next = *bucket;
	*bucket = at;
	set_state(regions, region, MN_REGION_SETTING);
	return region;
}

static void drop(struct mn_regions *regions, struct mn_region *region)
{
	u32 at = region - regions->table;
	u32 *link = bucket_of(regions, region->index);

	while (*link != at)
		link = &regions->table[*link].next;
	*link = region->next;
	set_state(regions, region, MN_REGION_CLEAR);
	region->next = regions->free;
	regions->free = at;
	regions->used--;
}

/*
 * Touches every region of the span, so that none of them is cleared as cold
 * while the write waits for the others.
 */
static enum mn_region_answer prepare(struct mn_regions *regions, u64 index, u64 now)
{
	struct mn_region *region = mn_region_find(regions, index);

	if (!region)
		return add(regions, index, now) ? MN_REGION_WAIT : MN_REGION_FULL;
	region->last_used = now;
	return region->state == MN_REGION_SET ? MN_REGION_PASS : MN_REGION_WAIT;
}

enum mn_region_answer mn_regions_enter(struct mn_regions *regions, u64 first, u64 last, u64 now)
{
	enum mn_region_answer worst = MN_REGION_PASS;
	u64 index;

	for (index = first; index <= last; index++)
		worst = max(worst, prepare(regions, index, now));
	if (worst != MN_REGION_PASS)
		return worst;
	for (index = first; index <= last; index++)
		mn_region_find(regions, index)->inflight++;
	return MN_REGION_PASS;
}

void mn_regions_leave(struct mn_regions *regions, u64 first, u64 last, u64 now)
{
	struct mn_region *region;
	u64 index;

	for (index = first; index <= last; index++) {
		region = mn_region_find(regions, index);
		if (!region || !region->inflight)
			continue;
		region->inflight--;
		region->last_used = now;
		region->last_epoch = regions->epoch;
		region->unflushed = true;
	}
}

u32 mn_regions_to_set(const struct mn_regions *regions, u64 *index, u32 max)
{
	u32 count = 0;
	u32 i;

	max = min(max, regions->setting);
	for (i = 0; i < regions->limit && count < max; i++)
		if (regions->table[i].state == MN_REGION_SETTING)
			index[count++] = regions->table[i].index;
	return count;
}

void mn_regions_set_done(struct mn_regions *regions, const u64 *index, u32 count, bool ok)
{
	struct mn_region *region;
	u32 i;

	for (i = 0; i < count; i++) {
		region = mn_region_find(regions, index[i]);
		if (!region || region->state != MN_REGION_SETTING)
			continue;
		if (ok)
			set_state(regions, region, MN_REGION_SET);
		else
			drop(regions, region);
	}
}

u64 mn_regions_flush_starts(struct mn_regions *regions)
{
	return ++regions->epoch;
}

void mn_regions_flush_ended(struct mn_regions *regions, u64 epoch)
{
	u32 i;

	for (i = 0; i < regions->limit; i++)
		if (regions->table[i].last_epoch < epoch)
			regions->table[i].unflushed = false;
}

static bool is_cold(const struct mn_region *region, u64 now, u64 idle)
{
	return region->state == MN_REGION_SET && !region->inflight &&
		region->last_used + idle <= now;
}

/*
 * Put entry `at` into pick[], which holds `count` table numbers, coldest first, and
 * has room for max. Returns the new count.
 */
static u32 pick_insert(const struct mn_regions *regions, u64 *pick, u32 count, u32 max, u32 at)
{
	const struct mn_region *table = regions->table;
	u32 to;

	if (count == max && table[pick[count - 1]].last_used <= table[at].last_used)
		return count;
	if (count < max)
		count++;
	for (to = count - 1; to && table[pick[to - 1]].last_used > table[at].last_used; to--)
		pick[to] = pick[to - 1];
	pick[to] = at;
	return count;
}

u32 mn_regions_coldest(const struct mn_regions *regions, u64 now, u64 idle, u64 *index, u32 max)
{
	u32 count = 0;
	u32 i;

	for (i = 0; max && i < regions->limit; i++)
		if (is_cold(&regions->table[i], now, idle))
			count = pick_insert(regions, index, count, max, i);
	for (i = 0; i < count; i++)
		index[i] = regions->table[index[i]].index;
	return count;
}

bool mn_region_clear_starts(struct mn_regions *regions, u64 index)
{
	struct mn_region *region = mn_region_find(regions, index);

	if (!region || region->state != MN_REGION_SET || region->inflight || region->unflushed)
		return false;
	set_state(regions, region, MN_REGION_CLEARING);
	return true;
}

static bool is_clearing(const struct mn_region *region)
{
	return region && region->state == MN_REGION_CLEARING;
}

bool mn_region_is_clearing(struct mn_regions *regions, u64 index)
{
	return is_clearing(mn_region_find(regions, index));
}

void mn_region_clear_ended(struct mn_regions *regions, u64 index, bool ok)
{
	struct mn_region *region = mn_region_find(regions, index);

	if (!is_clearing(region))
		return;
	if (ok)
		drop(regions, region);
	else
		set_state(regions, region, MN_REGION_SET);
}
