// SPDX-License-Identifier: GPL-2.0-only
/*
 * mn-l1-test: write-back racing with changes
 *
 * Setters set a random block, write its page back and read the disk: the bit
 * must be there. Meanwhile a sender makes blocks pending and stable again, so
 * pages are rewritten all the time, and a sweeper writes back everything. At the
 * end disk and memory must agree.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/prandom.h>
#include "l1.h"

#define SETTERS	2
#define TASKS	(SETTERS + 2)

struct race_task {
	struct task_struct *task;
	struct rnd_state random;
	struct mn_disk_page *page;
	u64 rounds;
	int error;
};

static u64 any_block(struct race_task *race)
{
	return prandom_u32_state(&race->random) % l1.meta.layout.blocks;
}

/* Reads page `index` of the bitmap from the disk; again when caught in the middle of a write. */
static int disk_page(struct race_task *race, u32 index)
{
	const struct mn_layout *layout = &l1.meta.layout;
	int error, tries;

	for (tries = 0; tries < 10; tries++) {
		error = mn_meta_read_page(&l1.meta, layout->bitmap_start[0], index, race->page);
		if (error)
			return error;
		if (mn_page_check(race->page, layout->page_bytes, l1.meta.super.volume_uuid,
				  MN_PAGE_BITMAP, 0, index))
			return 0;
	}
	return -EUCLEAN;
}

static bool page_bit(const struct race_task *race, u32 bit)
{
	const u8 *bits = (const u8 *)(race->page + 1);

	return bits[bit / 8] & BIT(bit % 8);
}

static int set_round(struct race_task *race)
{
	u64 block = any_block(race);
	u32 bit, index;
	int error;

	spin_lock_irq(&l1.lock);
	mn_bitmap_set(&l1.bitmap, block, block);
	spin_unlock_irq(&l1.lock);
	error = mn_bitmap_write_back(&l1.bitmap, block, block);
	if (error)
		return error;
	index = div_u64_rem(block, l1.meta.layout.page_bits, &bit);
	error = disk_page(race, index);
	if (error)
		return error;
	return page_bit(race, bit) ? 0 : -EILSEQ;
}

static int send_round(struct race_task *race)
{
	u64 block = any_block(race);
	int error = mn_bitmap_refill(&l1.bitmap);

	if (error)
		return error;
	spin_lock_irq(&l1.lock);
	mn_bitmap_sent(&l1.bitmap, block, block);
	mn_bitmap_want_durable(&l1.bitmap, block, block);
	if (race->rounds % 16 == 15)
		mn_bitmap_stable(&l1.bitmap, race->rounds, race->rounds);
	spin_unlock_irq(&l1.lock);
	usleep_range(100, 200);
	return 0;
}

static int sweep_round(struct race_task *race)
{
	msleep(20);
	mn_bitmap_trim(&l1.bitmap);
	return mn_bitmap_write_back(&l1.bitmap, 0, l1.meta.layout.blocks - 1);
}

static int race_run(struct race_task *race, int (*round)(struct race_task *race))
{
	while (!kthread_should_stop()) {
		if (!race->error)
			race->error = round(race);
		race->rounds++;
		cond_resched();
		if (race->error)
			msleep(20);
	}
	return 0;
}

static int setter(void *race)
{
	return race_run(race, set_round);
}

static int sender(void *race)
{
	return race_run(race, send_round);
}

static int sweeper(void *race)
{
	return race_run(race, sweep_round);
}

static int race_start(struct race_task *race, u64 seed, int (*function)(void *race))
{
	race->page = kmalloc(l1.meta.page_bytes, GFP_KERNEL);
	if (!race->page)
		return -ENOMEM;
	prandom_seed_state(&race->random, seed);
	race->task = kthread_run(function, race, "l1-race");
	return PTR_ERR_OR_ZERO(race->task);
}

static int race_stop(struct race_task *race)
{
	if (!IS_ERR_OR_NULL(race->task))
		kthread_stop(race->task);
	kfree(race->page);
	return race->error;
}

static int race_all(u64 ms, u64 seed)
{
	static int (*const function[TASKS])(void *) = { setter, setter, sender, sweeper };
	struct race_task *race = kcalloc(TASKS, sizeof(*race), GFP_KERNEL);
	int i, stopped, error = 0;

	if (!race)
		return -ENOMEM;
	for (i = 0; i < TASKS && !error; i++)
		error = race_start(&race[i], seed + i, function[i]);
	if (!error)
		msleep(ms);
	for (i = 0; i < TASKS; i++) {
		stopped = race_stop(&race[i]);
		if (!error)
			error = stopped;
		l1_say(" %llu", race[i].rounds);
	}
	kfree(race);
	return error;
}

/* Every bit of the disk against the union in memory. */
static int compare_page(struct race_task *race, u32 index, u64 *set)
{
	u64 block = (u64)index * l1.meta.layout.page_bits;
	int error = disk_page(race, index);
	bool here;
	u32 bit;

	for (bit = 0; !error && bit < l1.meta.layout.page_bits; bit++) {
		here = block + bit < l1.meta.layout.blocks &&
		       (mn_track_all_dirty(&l1.bitmap.track, block + bit, block + bit) ||
			mn_track_any_pending(&l1.bitmap.track, block + bit, block + bit));
		if (here != page_bit(race, bit))
			error = -EILSEQ;
		*set += here;
	}
	return error;
}

/* compare: disk and memory; says how many bits are set */
static int run_compare(const u64 *arg)
{
	struct race_task race = { .page = kmalloc(l1.meta.page_bytes, GFP_KERNEL) };
	int error = race.page ? 0 : -ENOMEM;
	u64 set = 0;
	u32 index;

	for (index = 0; !error && index < l1.meta.layout.bitmap_pages; index++)
		error = compare_page(&race, index, &set);
	l1_say(" %llu set", set);
	kfree(race.page);
	return error;
}

/* race MS SEED: says the rounds of every task; -EILSEQ: a bit was lost */
static int run_race(const u64 *arg)
{
	int error = race_all(arg[0], arg[1]);

	return error ? error : mn_bitmap_write_all(&l1.bitmap);
}

const struct l1_command l1_race_commands[] = {
	{ "race", 2, true, run_race },
	{ "compare", 0, true, run_compare },
	{}
};
