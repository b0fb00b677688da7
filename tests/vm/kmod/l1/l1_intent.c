// SPDX-License-Identifier: GPL-2.0-only
/* mn-l1-test: the intent log; regions are given as first and last */
#include <linux/slab.h>
#include "l1.h"

static u64 *regions_of(u64 first, u64 last, u32 *count)
{
	u64 *region = kvmalloc_array(last - first + 1, sizeof(*region), GFP_KERNEL);
	u32 i;

	*count = last - first + 1;
	for (i = 0; region && i < *count; i++)
		region[i] = first + i;
	return region;
}

/* intent_update SET_FIRST SET_LAST CLEAR_FIRST CLEAR_LAST */
static int run_update(const u64 *arg)
{
	u32 sets, clears;
	u64 *set = regions_of(arg[0], arg[1], &sets);
	u64 *clear = regions_of(arg[2], arg[3], &clears);
	int error = -ENOMEM;

	if (set && clear)
		error = mn_intent_update(&l1.intent, set, sets, clear, clears);
	kvfree(set);
	kvfree(clear);
	return error;
}

static int run_set(const u64 *arg)
{
	u32 count;
	u64 *set = regions_of(arg[0], arg[1], &count);
	int error = set ? mn_intent_update(&l1.intent, set, count, NULL, 0) : -ENOMEM;

	kvfree(set);
	return error;
}

static int run_clear(const u64 *arg)
{
	u32 count;
	u64 *clear = regions_of(arg[0], arg[1], &count);
	int error = clear ? mn_intent_update(&l1.intent, NULL, 0, clear, count) : -ENOMEM;

	kvfree(clear);
	return error;
}

static int run_load(const u64 *arg)
{
	return mn_intent_load(&l1.intent);
}

static int run_clear_all(const u64 *arg)
{
	return mn_intent_clear_all(&l1.intent);
}

static bool is_set(u64 region)
{
	return mn_intent_next(&l1.intent, region) == region;
}

static int run_list(const u64 *arg)
{
	l1_say_bits(is_set, l1.meta.layout.regions);
	l1_say(" (%llu)", l1.intent.set_bits);
	return 0;
}

static int run_writes(const u64 *arg)
{
	l1_say(" %lld", atomic64_read(&l1.intent.writes));
	return 0;
}

const struct l1_command l1_intent_commands[] = {
	{ "intent_load", 0, true, run_load },
	{ "intent_set", 2, true, run_set },
	{ "intent_clear", 2, true, run_clear },
	{ "intent_update", 4, true, run_update },
	{ "intent_clear_all", 0, true, run_clear_all },
	{ "intent_list", 0, true, run_list },
	{ "intent_writes", 0, true, run_writes },
	{}
};
