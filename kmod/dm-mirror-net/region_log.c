// SPDX-License-Identifier: GPL-2.0-only
/*
 * region_log: sets intents in groups and clears them when cold (L3; I1, I2)
 *
 * Setting: everything that waits is written in one group, then everything
 * that was parked tries again. Clearing, in this order, and nothing of it waits
 * for a link: a flush of the data device; what each mirror may still lack of the
 * region (dirty, pending, queued) durably into its bitmap; the intent.
 */
#include <linux/blkdev.h>
#include "keep.h"
#include "position.h"
#include "region_log.h"
#include "stream.h"
#include "trace.h"
#include "write.h"

#define MN_REGION_BATCH 128		/* regions per group */
#define MN_REGION_IDLE (10 * HZ)	/* a region unused for so long is cold */
#define MN_REGION_PERIOD HZ	/* how often cold ones are looked for, and bitmaps written back */

void mn_region_ask(struct mn_volume *volume, enum mn_region_answer answer)
{
	lockdep_assert_held(&volume->track);
	if (volume->regions.setting || answer == MN_REGION_WAIT)
		queue_work(volume->wq, &volume->intent_work);
	if (answer != MN_REGION_FULL || volume->region_full)
		return;
	volume->region_full = true;
	mod_delayed_work(volume->wq, &volume->reclaim_work, 0);
}

static void rerun_parked(struct mn_volume *volume)
{
	LIST_HEAD(parked);

	spin_lock_irq(&volume->track);
	list_splice_init(&volume->parked, &parked);
	spin_unlock_irq(&volume->track);
	mn_write_rerun(volume, &parked);
}

/* Write one group of intents. False: nothing was waiting. */
static bool set_group(struct mn_volume *volume)
{
	u64 index[MN_REGION_BATCH];
	u32 count;
	int err;

	mutex_lock(&volume->intent_lock);
	spin_lock_irq(&volume->track);
	count = mn_regions_to_set(&volume->regions, index, MN_REGION_BATCH);
	spin_unlock_irq(&volume->track);
	err = count ? mn_intent_update(&volume->intent, index, count, NULL, 0) : 0;
	if (count)
		trace_intent_commit(volume->data.bdev->bd_dev, count, 0, err);
	spin_lock_irq(&volume->track);
	mn_regions_set_done(&volume->regions, index, count, !err);
	spin_unlock_irq(&volume->track);
	mutex_unlock(&volume->intent_lock);
	if (count)
		wake_up_all(&volume->wait);
	return count;
}

/*
 * That something was written in this generation is durable before the first write goes on: until
 * then this source may yield to another, and what it wrote would be lost (I7). Where it cannot be
 * recorded the write fails as one without an intent does.
 */
static void record_first_write(struct mn_volume *volume)
{
	struct mn_super *draft;
	bool waits;

	spin_lock_irq(&volume->track);
	waits = volume->unwritten && !list_empty(&volume->parked);
	spin_unlock_irq(&volume->track);
	if (!waits)
		return;
	draft = mn_volume_begin(volume);
	draft->flags |= MN_SUPER_F_MOVED_ON;
	if (mn_meta_commit(&volume->meta))
		return;
	spin_lock_irq(&volume->track);
	volume->unwritten = false;
	spin_unlock_irq(&volume->track);
}

void mn_region_set_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(work, struct mn_volume, intent_work);

	do {
		record_first_write(volume);
		rerun_parked(volume);
	} while (set_group(volume));
}

static bool any_clearing(struct mn_volume *volume, u64 first, u64 last)
{
	u64 region;

	for (region = first; region <= last; region++)
		if (mn_region_is_clearing(&volume->regions, region))
			return true;
	return false;
}

static void keep_regions(struct mn_volume *volume, u64 first, u64 last)
{
	u64 region;

	for (region = first; region <= last; region++)
		mn_region_clear_ended(&volume->regions, region, false);
}

/*
 * Under track: queued writes of regions that are being cleared become pending, so that the
 * bitmap knows them. Where a page for the bits is missing the regions stay set. One walk for all
 * regions, because the queue may be long and interrupts are off.
 */
static void queued_to_pending(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;
	u64 first, last, from, to;
	struct mn_leg *leg;

	list_for_each_entry(leg, &mirror->unapplied, list) {
		if (!leg->sectors || leg->resync)
			continue;
		mn_volume_region_span(volume, leg->sector, leg->sectors, &first, &last);
		if (!any_clearing(volume, first, last))
			continue;
		mn_track_span(leg->sector, leg->sectors, &from, &to);
		if (!mn_bitmap_sent(&mirror->bitmap, from, to))
			keep_regions(volume, first, last);
	}
}

/* The mirror's bitmap shall hold on disk what it may lack of the regions being cleared. */
static void want_regions_durable(struct mn_mirror *mirror, const u64 *index, u32 count)
{
	struct mn_volume *volume = mirror->volume;
	u64 first, last;
	u32 i;

	spin_lock_irq(&volume->track);
	queued_to_pending(mirror);
	for (i = 0; i < count; i++) {
		mn_layout_region_blocks(&volume->meta.layout, index[i], &first, &last);
		mn_bitmap_want_durable(&mirror->bitmap, first, last);
	}
	spin_unlock_irq(&volume->track);
}

/* Those of the regions for which the test holds; returns how many. */
static u32 keep_those(struct mn_volume *volume, u64 *index, u32 count,
		      bool (*test)(struct mn_regions *regions, u64 index))
{
	u32 i, kept = 0;

	spin_lock_irq(&volume->track);
	for (i = 0; i < count; i++)
		if (test(&volume->regions, index[i]))
			index[kept++] = index[i];
	spin_unlock_irq(&volume->track);
	return kept;
}

/*
 * The regions which may go now; the others stay set. track is dropped between the mirrors: no
 * write enters a region that is being cleared.
 */
static u32 start_clearing(struct mn_volume *volume, u64 *index, u32 count)
{
	int i;

	count = keep_those(volume, index, count, mn_region_clear_starts);
	for (i = 0; i < MN_SLOTS && count; i++)
		if (volume->mirror[i])
			want_regions_durable(volume->mirror[i], index, count);
	return keep_those(volume, index, count, mn_region_is_clearing);
}

static int write_bitmaps(struct mn_volume *volume, const u64 *index, u32 count)
{
	int i, err = 0;

	for (i = 0; i < MN_SLOTS && !err; i++)
		if (volume->mirror[i])
			err = mn_bitmap_write_regions(&volume->mirror[i]->bitmap, index, count);
	return err;
}

/* Clear up to MN_REGION_BATCH regions unused for `idle`. Returns how many went. */
static u32 clear_cold(struct mn_volume *volume, u64 idle)
{
	u64 index[MN_REGION_BATCH];
	u32 count, i;
	int err;

	spin_lock_irq(&volume->track);
	count = mn_regions_coldest(&volume->regions, jiffies, idle, index,
				   min_t(u32, MN_REGION_BATCH, volume->regions.limit / 4));
	spin_unlock_irq(&volume->track);
	if (!count)
		return 0;
	err = mn_region_flush(volume);
	WRITE_ONCE(volume->flush_fails, err);
	if (err)
		return 0;
	for (i = 0; i < MN_SLOTS; i++)
		if (READ_ONCE(volume->mirror[i]))
			mn_bitmap_refill(&volume->mirror[i]->bitmap);
	mutex_lock(&volume->intent_lock);
	count = start_clearing(volume, index, count);
	err = count ? write_bitmaps(volume, index, count) : 0;
	if (count && !err)
		err = mn_intent_update(&volume->intent, NULL, 0, index, count);
	if (count)
		trace_intent_commit(volume->data.bdev->bd_dev, 0, count, err);
	spin_lock_irq(&volume->track);
	for (i = 0; i < count; i++)
		mn_region_clear_ended(&volume->regions, index[i], !err);
	spin_unlock_irq(&volume->track);
	mutex_unlock(&volume->intent_lock);
	return err ? 0 : count;
}

/*
 * What was cleared since the last time is cleared on disk too: a crash shall not resync it
 * again.
 */
static void write_back_bitmaps(struct mn_volume *volume)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i]) {
			mn_bitmap_write_back(&volume->mirror[i]->bitmap, 0,
					     volume->meta.layout.blocks - 1);
			mn_bitmap_trim(&volume->mirror[i]->bitmap);
		}
}

void mn_region_reclaim_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(to_delayed_work(work), struct mn_volume,
						reclaim_work);
	bool full = READ_ONCE(volume->region_full);
	u32 cleared = 0;

	mutex_lock(&volume->mirrors_lock);
	mn_keep_drop_scarce(volume);
	if (!READ_ONCE(volume->meta.error)) {
		cleared = clear_cold(volume, full ? 0 : MN_REGION_IDLE);
		write_back_bitmaps(volume);
		mn_position_tick(volume);
	}
	mutex_unlock(&volume->mirrors_lock);
	/* when nothing could go, the end of the next write asks again */
	if (full && (cleared || READ_ONCE(volume->flush_fails) || READ_ONCE(volume->meta.error))) {
		WRITE_ONCE(volume->region_full, false);
		wake_up_all(&volume->wait);
		queue_work(volume->wq, &volume->intent_work);
	}
	if (!READ_ONCE(volume->dying))
		queue_delayed_work(volume->wq, &volume->reclaim_work, MN_REGION_PERIOD);
}

/* One attempt of the target; also asks for what is missing. */
static bool try_enter(struct mn_volume *volume, u64 first, u64 last, int *err)
{
	enum mn_region_answer answer;

	spin_lock_irq(&volume->track);
	answer = mn_regions_enter(&volume->regions, first, last, jiffies);
	if (answer != MN_REGION_PASS)
		mn_region_ask(volume, answer);
	spin_unlock_irq(&volume->track);
	if (answer == MN_REGION_PASS)
		return true;
	*err = READ_ONCE(volume->meta.error) || READ_ONCE(volume->flush_fails) ? -EIO : 0;
	return *err;
}

int mn_region_enter_wait(struct mn_volume *volume, u64 sector, u32 sectors)
{
	u64 first, last;
	int err = 0;

	mn_volume_region_span(volume, sector, sectors, &first, &last);
	/*
	 * try_enter() is all or nothing and harmless to repeat; the period is for a lost race
	 * only
	 */
	while (!wait_event_timeout(volume->wait, try_enter(volume, first, last, &err), HZ / 10))
		;
	return err;
}

int mn_region_flush(struct mn_volume *volume)
{
	u64 epoch;
	int err;

	spin_lock_irq(&volume->track);
	epoch = mn_regions_flush_starts(&volume->regions);
	spin_unlock_irq(&volume->track);
	err = blkdev_issue_flush(volume->data.bdev);
	if (err) {
		mn_write_flush_failed(volume, errno_to_blk_status(err));
		return err;
	}
	spin_lock_irq(&volume->track);
	mn_regions_flush_ended(&volume->regions, epoch);
	spin_unlock_irq(&volume->track);
	return 0;
}

/* Every region of the log into the bitmap of one mirror. */
static void intents_to_bitmap(struct mn_volume *volume, struct mn_mirror *mirror)
{
	u64 region = mn_intent_next(&volume->intent, 0);
	u64 first, last;

	while (region < volume->meta.layout.regions) {
		mn_layout_region_blocks(&volume->meta.layout, region, &first, &last);
		spin_lock_irq(&volume->track);
		mn_bitmap_set(&mirror->bitmap, first, last);
		spin_unlock_irq(&volume->track);
		region = mn_intent_next(&volume->intent, region + 1);
	}
}

int mn_region_recover(struct mn_volume *volume)
{
	int i, err = 0;

	for (i = 0; i < MN_SLOTS && !err; i++) {
		if (!volume->mirror[i])
			continue;
		intents_to_bitmap(volume, volume->mirror[i]);
		err = mn_bitmap_write_all(&volume->mirror[i]->bitmap);
	}
	return err ? err : mn_intent_clear_all(&volume->intent);
}

int mn_region_settle(struct mn_volume *volume)
{
	int i, err = mn_region_flush(volume);

	for (i = 0; i < MN_SLOTS && !err; i++)
		if (volume->mirror[i])
			err = mn_bitmap_write_all(&volume->mirror[i]->bitmap);
	return err ? err : mn_intent_clear_all(&volume->intent);
}
