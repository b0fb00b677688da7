// SPDX-License-Identifier: GPL-2.0-only
/* mn-l1-test: format, open, transactions */
#include "l1.h"

static void say_why(const char *why)
{
	if (why)
		l1_say(" %s", why);
}

/* format SECTORS REGION_SHIFT FORCE */
static int run_format(const u64 *arg)
{
	struct mn_super super = {
		.volume_uuid = "l1-test-volume-",
		.node_uuid = "l1-test-node---",
		.name = "l1",
		.sectors = arg[0],
		.sector_size = 512,
		.region_shift = arg[1],
		.intent_limit = MN_INTENT_LIMIT_DEFAULT,
		.locked = MN_LOCK_USER,
		.generation = 1,
	};
	const char *why;
	u64 needed;
	int error;

	error = mn_meta_format(l1.bdev.bdev, &super, arg[2], &needed, &why);
	l1_say(" %llu bytes", needed);
	say_why(why);
	return error;
}

static int create_rest(void)
{
	int error = mn_intent_create(&l1.intent, &l1.meta);

	if (error)
		return error;
	error = mn_bitmap_create(&l1.bitmap, &l1.meta, 0, &l1.lock);
	if (error)
		mn_intent_destroy(&l1.intent);
	return error;
}

static int run_open(const u64 *arg)
{
	const char *why;
	int error;

	if (l1.open)
		return -EALREADY;
	spin_lock_init(&l1.lock);
	error = mn_meta_open(&l1.meta, l1.bdev.bdev, &why);
	if (error) {
		say_why(why);
		return error;
	}
	error = create_rest();
	if (error)
		mn_meta_close(&l1.meta);
	l1.open = !error;
	return error;
}

static int run_close(const u64 *arg)
{
	mn_bitmap_destroy(&l1.bitmap);
	mn_intent_destroy(&l1.intent);
	mn_meta_close(&l1.meta);
	l1.open = false;
	return 0;
}

/* commit GENERATION */
static int run_commit(const u64 *arg)
{
	mn_meta_begin(&l1.meta)->generation = arg[0];
	return mn_meta_commit(&l1.meta);
}

/* abort GENERATION */
static int run_abort(const u64 *arg)
{
	mn_meta_begin(&l1.meta)->generation = arg[0];
	mn_meta_abort(&l1.meta);
	return 0;
}

/* commits: raise the generation until it fails; a minute at most */
static int run_commits(const u64 *arg)
{
	unsigned long end = jiffies + 60 * HZ;
	struct mn_super *draft;
	int error = 0;

	while (!error && time_before(jiffies, end)) {
		draft = mn_meta_begin(&l1.meta);
		draft->generation++;
		error = mn_meta_commit(&l1.meta);
		cond_resched();
	}
	return error;
}

static int run_show(const u64 *arg)
{
	struct mn_super super;

	mn_meta_read(&l1.meta, &super);
	l1_say(" sequence %llu generation %llu error %d", super.sequence, super.generation,
	       READ_ONCE(l1.meta.error));
	return 0;
}

/* where: bytes at which the areas of slot 0 begin, and the size of their pages */
static int run_where(const u64 *arg)
{
	const struct mn_layout *layout = &l1.meta.layout;

	l1_say(" page %u intent %llu bitmap %llu unsent %llu", layout->page_bytes,
	       layout->intent_start, layout->bitmap_start[0], layout->unsent_start[0]);
	return 0;
}

const struct l1_command l1_meta_commands[] = {
	{ "format", 3, false, run_format },
	{ "open", 0, false, run_open },
	{ "close", 0, true, run_close },
	{ "commit", 1, true, run_commit },
	{ "commits", 0, true, run_commits },
	{ "abort", 1, true, run_abort },
	{ "show", 0, true, run_show },
	{ "where", 0, true, run_where },
	{}
};
