// SPDX-License-Identifier: GPL-2.0-only
/*
 * resync: the cursor that sends dirty blocks while writes go on (L3; I12)
 *
 *   room -> take memory -> enter `overlap` -> read -> (work) -> queue -> leave
 *
 * A write to a block that is being read waits for that local read only:
 * memory, leg and room in the queue are there before the read starts. What follows a pass is in
 * endgame.c.
 */
#include <linux/delay.h>
#include <linux/slab.h>
#include "event.h"
#include "region_log.h"
#include "resync_private.h"
#include "session.h"
#include "stream.h"
#include "sum.h"
#include "trace.h"

#define BLOCK_SECTORS (1u << (MN_BLOCK_SHIFT - SECTOR_SHIFT))

/* A block under way. */
struct mn_block {
	struct mn_resync *resync;
	struct list_head list;
	struct mn_span span;
	u64 block;
	u32 sectors;
	struct mn_payload *payload;
	struct mn_leg *leg;
	blk_status_t status;
	bool compare;			/* send its sum */
};

/* ---- memory ---- */

static void block_free(struct mn_block *block)
{
	if (block->leg)
		mn_leg_put(block->leg);
	if (block->payload)
		mn_payload_put(block->payload);
	kfree(block);
}

static void block_may_run(struct mn_span *span)
{
	struct mn_block *block = container_of(span, struct mn_block, span);

	list_add_tail(&block->list, &block->resync->ready);
	queue_work(block->resync->volume->session_wq, &block->resync->work);
}

static struct mn_block *block_new(struct mn_resync *resync, u64 number)
{
	struct mn_volume *volume = resync->volume;
	u64 sector = number << (MN_BLOCK_SHIFT - SECTOR_SHIFT);
	struct mn_block *block = kzalloc(sizeof(*block), GFP_NOIO);

	if (!block)
		return NULL;
	block->resync = resync;
	block->block = number;
	block->sectors = min_t(u64, BLOCK_SECTORS, volume->sectors - sector);
	block->span.run = block_may_run;
	block->payload = mn_payload_get(volume->send_pool, block->sectors << SECTOR_SHIFT, HZ,
					&resync->stopping);
	block->leg = mn_leg_get(volume, GFP_NOIO);
	if (block->payload && block->leg)
		return block;
	block_free(block);
	return NULL;
}

/* ---- how much at a time: under track (docs/wan.md) ---- */

/* Never so deep that the rest of the node lacks memory. */
#define MN_DEPTH_MOST	1024u
#define MN_DEPTH_SHARE	4

static bool depth_allows(struct mn_resync *resync)
{
	const struct mn_mirror *mirror = resync->mirror;
	u32 reads = READ_ONCE(mirror->options.resync_reads);
	u64 share = mn_payload_pool_cap(resync->volume->send_pool) / MN_DEPTH_SHARE;
	u32 most = max_t(u64, reads, min_t(u64, MN_DEPTH_MOST, share >> MN_BLOCK_SHIFT));

	if (resync->reads < reads && resync->reads + mirror->resync_unapplied <
	    mn_depth_blocks(&resync->depth, reads, most))
		return true;
	mn_pace_idle(&resync->pace, ktime_get_ns());
	return false;
}

static u32 block_cost(const struct mn_block *block)
{
	return MN_FRAME_BYTES + (block->sectors << SECTOR_SHIFT);
}

/* Otherwise `paced` comes when it does. */
static bool limit_allows(struct mn_resync *resync)
{
	u64 now = ktime_get_ns(), wait;

	mn_pace_set(&resync->pace, READ_ONCE(resync->mirror->options.resync_bandwidth_limit), now);
	wait = mn_pace_wait(&resync->pace, now);
	resync->limited = wait;
	if (wait)
		mod_delayed_work(resync->volume->session_wq, &resync->paced,
				 nsecs_to_jiffies(wait) + 1);
	return !wait;
}

static void paced_work(struct work_struct *work)
{
	struct mn_resync *resync = container_of(to_delayed_work(work), struct mn_resync, paced);

	queue_work(resync->volume->session_wq, &resync->work);
}

void mn_resync_acked(struct mn_mirror *mirror, u64 queued)
{
	lockdep_assert_held(&mirror->volume->track);
	if (!mirror->resync)
		return;
	mn_endgame_moved(mirror->resync);
	mn_depth_acked(&mirror->resync->depth, jiffies64_to_nsecs(get_jiffies_64() - queued),
		       ktime_get_ns());
}

void mn_resync_saved(struct mn_mirror *mirror, u32 bytes)
{
	unsigned long flags;

	if (!READ_ONCE(mirror->options.resync_bandwidth_limit))
		return;
	spin_lock_irqsave(&mirror->volume->track, flags);
	if (mirror->resync) {
		mn_pace_refund(&mirror->resync->pace, bytes);
		if (!mirror->resync->ended)
			queue_work(mirror->volume->session_wq, &mirror->resync->work);
	}
	spin_unlock_irqrestore(&mirror->volume->track, flags);
}

/* ---- sending what was read ---- */

/* Under track: the block is no longer being read. */
static void block_leave(struct mn_block *block)
{
	struct mn_resync *resync = block->resync;

	mn_overlap_leave(&resync->volume->overlap, &block->span);
	if (!--resync->reads)
		wake_up_all(&resync->idle);
}

static void block_fill_leg(struct mn_block *block, bool zero)
{
	struct mn_leg *leg = block->leg;
	struct mn_frame *frame = &leg->out.frame;

	leg->resync = true;
	leg->sector = block->span.start;
	leg->sectors = block->sectors;
	frame->sector = leg->sector;
	frame->sectors = leg->sectors;
	frame->flags = MN_FRAME_F_RESYNC;
	if (block->compare) {
		mn_sum(block->payload, &leg->small.compare);
		leg->out.inlined = &leg->small.compare;
		frame->type = MN_FRAME_COMPARE;
		frame->payload_bytes = sizeof(leg->small.compare);
		return;
	}
	if (zero) {
		frame->type = MN_FRAME_WRITE_ZEROES;
		frame->flags |= MN_FRAME_F_UNMAP;
		return;
	}
	frame->type = MN_FRAME_WRITE;
	frame->payload_bytes = block->payload->bytes;
	leg->out.payload = mn_payload_hold(block->payload);
}

static void count_sent(struct mn_resync *resync, const struct mn_block *block, bool zero)
{
	struct mn_resync_stats *stats = &resync->mirror->resync_stats;

	mn_endgame_moved(resync);
	stats->current_block = block->block;
	stats->progress = ktime_get_real_ns();
	if (zero || block->compare)
		mn_pace_refund(&resync->pace, block->payload->bytes);
	if (block->compare) {
		stats->compared++;
		return;
	}
	stats->sent++;
	stats->zero += zero;
	stats->bytes += zero ? 0 : block->payload->bytes;
}

/*
 * Under track. The block becomes pending and is queued in one step: from now on writes to it
 * are sent, behind it. False: a page for the pending bit is missing.
 */
static bool block_queue(struct mn_block *block, bool zero)
{
	struct mn_resync *resync = block->resync;
	struct mn_mirror *mirror = resync->mirror;

	if (!mn_bitmap_take(&mirror->bitmap, block->block))
		return false;
	if (!block->compare)
		mn_bitmap_clear_unsent(&mirror->bitmap, block->block, block->block);
	block->leg->out.frame.write_number = resync->volume->write_number;
	mn_leg_queue(mirror, block->leg);
	trace_resync_block(resync->volume->data.bdev->bd_dev, mirror->slot, mirror->sequence,
			   block->leg->sector, block->leg->sectors);
	count_sent(resync, block, zero);
	return true;
}

static void report_unreadable(const struct mn_block *block)
{
	char text[MN_EVENT_TEXT_MAX];
	struct mn_event event = {
		.class = MN_EVENT_DISK, .severity = MN_SEVERITY_ERROR,
		.volume = block->resync->volume, .mirror = block->resync->mirror,
		.new = -blk_status_to_errno(block->status),
		.text = text,
	};

	snprintf(text, sizeof(text),
		 "sectors %llu to %llu cannot be read (%d), so the target lacks them: repair or overwrite them, then resync",
		 block->span.start, block->span.last, blk_status_to_errno(block->status));
	mn_event_emit(&event);
}

/* The block was read: queue it, or give it up. */
static void block_finish(struct mn_block *block)
{
	struct mn_resync *resync = block->resync;
	struct mn_mirror *mirror = resync->mirror;
	struct mn_volume *volume = resync->volume;
	bool zero = !block->status && !block->compare && mn_payload_is_zero(block->payload);
	bool done = false;

	if (block->status)
		report_unreadable(block);
	else
		block_fill_leg(block, zero);
	while (!done) {
		spin_lock_irq(&volume->track);
		done = resync->stopping || mirror->streaming != resync->session || block->status;
		if (block->status) {
			mn_pace_refund(&resync->pace, block_cost(block));
			resync->failed++;
			mirror->resync_stats.unreadable++;
		}
		if (!done)
			done = block_queue(block, zero);
		if (done)
			block_leave(block);
		spin_unlock_irq(&volume->track);
		if (!done && mn_bitmap_refill(&mirror->bitmap))
			/* memory; writers wait for this block no longer than that */
			msleep(20);
	}
	block_free(block);
}

/* ---- reading ---- */

static void read_end_io(struct bio *bio)
{
	struct mn_block *block = bio->bi_private;
	struct mn_resync *resync = block->resync;
	struct mn_volume *volume = resync->volume;
	unsigned long flags;

	block->status = bio->bi_status;
	bio_put(bio);
	spin_lock_irqsave(&volume->track, flags);
	resync->reading--;
	mn_endgame_moved(resync);
	list_add_tail(&block->list, &resync->read);
	queue_work(volume->session_wq, &resync->work);
	spin_unlock_irqrestore(&volume->track, flags);
}

static void block_read(struct mn_block *block)
{
	struct mn_resync *resync = block->resync;
	struct mn_volume *volume = resync->volume;
	struct bio *bio = mn_payload_bio(block->payload, volume->data.bdev, block->span.start,
					 REQ_OP_READ, GFP_NOIO, &volume->bios);

	bio->bi_private = block;
	bio->bi_end_io = read_end_io;
	spin_lock_irq(&volume->track);
	resync->reading++;
	spin_unlock_irq(&volume->track);
	submit_bio(bio);
}

/* The next block to send, if there is room for one; layout.blocks: none now. */
static u64 next_block(struct mn_resync *resync)
{
	struct mn_volume *volume = resync->volume;
	struct mn_mirror *mirror = resync->mirror;
	u64 number = volume->meta.layout.blocks;

	spin_lock_irq(&volume->track);
	if (!resync->stopping && !resync->ended && depth_allows(resync) && limit_allows(resync)) {
		number = mn_track_next_dirty(&mirror->bitmap.track, resync->cursor);
		resync->cursor = min(number + 1, volume->meta.layout.blocks);
	}
	spin_unlock_irq(&volume->track);
	return number;
}

/* False: no memory now; the block is looked at again. */
static bool start_block(struct mn_resync *resync, u64 number)
{
	struct mn_volume *volume = resync->volume;
	struct mn_block *block = block_new(resync, number);
	bool run;

	spin_lock_irq(&volume->track);
	resync->starved = !block;
	if (!block || resync->stopping) {
		resync->cursor = number;
		spin_unlock_irq(&volume->track);
		if (block)
			block_free(block);
		return false;
	}
	block->compare = resync->comparing;
	resync->reads++;
	mn_pace_charge(&resync->pace, block_cost(block), ktime_get_ns());
	run = mn_overlap_enter(&volume->overlap, &block->span,
			       number << (MN_BLOCK_SHIFT - SECTOR_SHIFT), block->sectors);
	spin_unlock_irq(&volume->track);
	if (run)
		block_read(block);
	return true;
}

static void resync_work(struct work_struct *work)
{
	struct mn_resync *resync = container_of(work, struct mn_resync, work);
	struct mn_volume *volume = resync->volume;
	struct mn_block *block, *next;
	LIST_HEAD(ready);
	LIST_HEAD(read);
	u64 number;

	spin_lock_irq(&volume->track);
	list_splice_init(&resync->ready, &ready);
	list_splice_init(&resync->read, &read);
	spin_unlock_irq(&volume->track);
	list_for_each_entry_safe(block, next, &ready, list) {
		list_del_init(&block->list);
		block_read(block);
	}
	list_for_each_entry_safe(block, next, &read, list) {
		list_del_init(&block->list);
		block_finish(block);
	}
	do {
		number = next_block(resync);
		while (number < volume->meta.layout.blocks && start_block(resync, number))
			number = next_block(resync);
	} while (mn_endgame_pass_ended(resync));
	if (number < volume->meta.layout.blocks && !READ_ONCE(resync->stopping))
		queue_work(volume->session_wq, &resync->work);
}

/* ---- life ---- */

static void reset_stats(struct mn_mirror *mirror, bool full)
{
	struct mn_resync_stats *stats = &mirror->resync_stats;

	memset(stats, 0, sizeof(*stats));
	stats->phase = full ? MN_RESYNC_FULL : MN_RESYNC_PARTIAL;
	stats->begun = mirror->bitmap.track.dirty_bits;
	stats->pass = 1;
	stats->started = ktime_get_ns();
	stats->progress = ktime_get_real_ns();
}

int mn_resync_start(struct mn_session *session, bool full, bool compare)
{
	struct mn_resync *resync = kzalloc(sizeof(*resync), GFP_NOIO);
	struct mn_mirror *mirror = session->mirror;
	struct mn_volume *volume = session->volume;

	if (!resync)
		return -ENOMEM;
	resync->session = session;
	resync->mirror = mirror;
	resync->volume = volume;
	resync->comparing = compare;
	INIT_WORK(&resync->work, resync_work);
	INIT_DELAYED_WORK(&resync->paced, paced_work);
	INIT_DELAYED_WORK(&resync->delayed, mn_endgame_delayed_long);
	init_waitqueue_head(&resync->idle);
	INIT_LIST_HEAD(&resync->ready);
	INIT_LIST_HEAD(&resync->read);
	spin_lock_irq(&volume->track);
	reset_stats(mirror, full);
	mn_endgame_moved(resync);
	mirror->resync = resync;
	queue_work(volume->session_wq, &resync->work);
	spin_unlock_irq(&volume->track);
	return 0;
}

void mn_resync_kick(struct mn_mirror *mirror)
{
	unsigned long flags;

	if (!READ_ONCE(mirror->resync))
		return;
	spin_lock_irqsave(&mirror->volume->track, flags);
	if (mirror->resync && !mirror->resync->ended)
		queue_work(mirror->volume->session_wq, &mirror->resync->work);
	spin_unlock_irqrestore(&mirror->volume->track, flags);
}

void mn_resync_stop(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;
	struct mn_resync *resync;

	spin_lock_irq(&volume->track);
	resync = mirror->resync;
	mirror->resync = NULL;
	if (resync)
		resync->stopping = true;
	spin_unlock_irq(&volume->track);
	if (!resync)
		return;
	wait_event(resync->idle, !READ_ONCE(resync->reads));
	cancel_delayed_work_sync(&resync->paced);
	cancel_delayed_work_sync(&resync->delayed);
	cancel_work_sync(&resync->work);
	kfree(resync);
}
