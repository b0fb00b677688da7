// SPDX-License-Identifier: GPL-2.0-only
/* mn-l1-test: the bitmap of slot 0; blocks are given as first and last */
#include <linux/bitmap.h>
#include "l1.h"

static int run_load(const u64 *arg)
{
	return mn_bitmap_load(&l1.bitmap, arg[0]);
}

static int run_set(const u64 *arg)
{
	spin_lock_irq(&l1.lock);
	l1_say(" %llu new", mn_bitmap_set(&l1.bitmap, arg[0], arg[1]));
	spin_unlock_irq(&l1.lock);
	return 0;
}

static int run_sent(const u64 *arg)
{
	int error = mn_bitmap_refill(&l1.bitmap);

	spin_lock_irq(&l1.lock);
	if (!error && !mn_bitmap_sent(&l1.bitmap, arg[0], arg[1]))
		error = -ENOBUFS;
	spin_unlock_irq(&l1.lock);
	return error;
}

static int run_take(const u64 *arg)
{
	int error = mn_bitmap_refill(&l1.bitmap);

	spin_lock_irq(&l1.lock);
	if (!error && !mn_bitmap_take(&l1.bitmap, arg[0]))
		error = -ENOBUFS;
	spin_unlock_irq(&l1.lock);
	return error;
}

/* bitmap_stable STABLE LAST_SEQUENCE */
static int run_stable(const u64 *arg)
{
	spin_lock_irq(&l1.lock);
	mn_bitmap_stable(&l1.bitmap, arg[0], arg[1]);
	spin_unlock_irq(&l1.lock);
	mn_bitmap_trim(&l1.bitmap);
	return 0;
}

static int run_give_up(const u64 *arg)
{
	spin_lock_irq(&l1.lock);
	l1_say(" %llu new", mn_bitmap_give_up(&l1.bitmap));
	spin_unlock_irq(&l1.lock);
	return 0;
}

static int run_want_durable(const u64 *arg)
{
	spin_lock_irq(&l1.lock);
	mn_bitmap_want_durable(&l1.bitmap, arg[0], arg[1]);
	spin_unlock_irq(&l1.lock);
	return 0;
}

static int run_write_back(const u64 *arg)
{
	return mn_bitmap_write_back(&l1.bitmap, arg[0], arg[1]);
}

/* bitmap_write_regions A B C */
static int run_write_regions(const u64 *arg)
{
	return mn_bitmap_write_regions(&l1.bitmap, arg, 3);
}

static int run_write_all(const u64 *arg)
{
	return mn_bitmap_write_all(&l1.bitmap);
}

static int run_fill(const u64 *arg)
{
	mn_bitmap_fill(&l1.bitmap);
	return 0;
}

static int run_empty(const u64 *arg)
{
	mn_bitmap_empty(&l1.bitmap);
	return 0;
}

static bool is_dirty(u64 block)
{
	return mn_track_all_dirty(&l1.bitmap.track, block, block);
}

static bool is_pending(u64 block)
{
	return mn_track_any_pending(&l1.bitmap.track, block, block);
}

static bool is_unsent(u64 block)
{
	return l1.bitmap.unsent && test_bit(block, l1.bitmap.unsent);
}

static int run_list(const u64 *arg)
{
	l1_say(" dirty");
	l1_say_bits(is_dirty, l1.meta.layout.blocks);
	l1_say(" pending");
	l1_say_bits(is_pending, l1.meta.layout.blocks);
	l1_say(" unsent");
	l1_say_bits(is_unsent, l1.meta.layout.blocks);
	l1_say(" (%llu)", l1.bitmap.unsent_bits);
	return 0;
}

static int run_stale(const u64 *arg)
{
	u32 pages = l1.meta.layout.bitmap_pages;

	l1_say(" %u of %u", bitmap_weight(l1.bitmap.stale, pages), pages);
	return 0;
}

static int run_writes(const u64 *arg)
{
	l1_say(" %lld", atomic64_read(&l1.bitmap.writes));
	return 0;
}

static int run_unsent_rest(const u64 *arg)
{
	return mn_bitmap_unsent_rest(&l1.bitmap);
}

static int run_clear_unsent(const u64 *arg)
{
	spin_lock_irq(&l1.lock);
	mn_bitmap_clear_unsent(&l1.bitmap, arg[0], arg[1]);
	spin_unlock_irq(&l1.lock);
	return 0;
}

const struct l1_command l1_bitmap_commands[] = {
	{ "bitmap_load", 1, true, run_load },
	{ "bitmap_set", 2, true, run_set },
	{ "bitmap_sent", 2, true, run_sent },
	{ "bitmap_take", 1, true, run_take },
	{ "bitmap_stable", 2, true, run_stable },
	{ "bitmap_give_up", 0, true, run_give_up },
	{ "bitmap_want_durable", 2, true, run_want_durable },
	{ "bitmap_write_back", 2, true, run_write_back },
	{ "bitmap_write_regions", 3, true, run_write_regions },
	{ "bitmap_write_all", 0, true, run_write_all },
	{ "bitmap_fill", 0, true, run_fill },
	{ "bitmap_empty", 0, true, run_empty },
	{ "bitmap_list", 0, true, run_list },
	{ "bitmap_stale", 0, true, run_stale },
	{ "bitmap_writes", 0, true, run_writes },
	{ "unsent_rest", 0, true, run_unsent_rest },
	{ "unsent_clear", 2, true, run_clear_unsent },
	{}
};
