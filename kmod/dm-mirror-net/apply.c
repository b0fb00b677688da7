// SPDX-License-Identifier: GPL-2.0-only
/*
 * apply: what the target does with a stream (L3; I3, I4, I8, I9)
 *
 * Everything below `ordered` is under volume->track. `ordered` holds every
 * sequenced frame that is not applied yet, in stream order; the watermark is what stands
 * before its head.
 */
#include <linux/blkdev.h>
#include <linux/slab.h>
#include "apply.h"
#include "copies.h"
#include "event.h"
#include "keep.h"
#include "region_log.h"
#include "sum.h"
#include "trace.h"

#define MN_APPLY_RESERVE 16		/* writes that can always be under way */
#define MN_APPLY_FLUSH_PERIOD HZ	/* how long applied may stay unstable */

/* One sequenced frame on its way into the data device. */
struct mn_apply_step {
	struct mn_apply *apply;
	struct list_head list;
	u64 sequence;
	u64 sector;
	u32 sectors;
	struct mn_span span;
	struct mn_payload *payload;
	struct bio *bio;
	bool in_regions;
	bool in_overlap;
	bool done;
	bool patient;			/* its writer did not wait for the answer */
	bool durable;			/* FUA: orders what names it as barrier */
	bool settled;			/* no data, and all before it is stable: so is this */
	bool told;			/* compared: what says so is on its way */
};

struct mn_apply {
	struct mn_mirror *mirror;
	struct mn_volume *volume;
	struct mn_conn *conn;
	const struct mn_apply_ops *ops;
	void *context;
	mempool_t steps;
	struct mutex flush_lock;	/* one flush at a time: outside volume->track */
	struct delayed_work flush_work;
	struct work_struct fail_work;
	wait_queue_head_t wait;

	struct list_head ordered;
	struct mn_overlap overlap;
	u64 applied;
	u64 stable;
	u64 stream;
	bool whole;			/* consistent, on record, and no resync has begun since */
	bool broken;			/* nothing is acknowledged any more */
	bool silent;			/* the conn goes */
	bool abandoned;			/* the source goes on without it; receiver thread */
	const char *why_broken;
};

/* What ended an apply. */
static const char no_write[] = "a write to the data device failed";
static const char no_flush[] = "a flush of the data device failed";
static const char no_intent[] = "an intent cannot be made durable on the metadata device";
static const char no_metadata[] = "the metadata of this copy cannot be written";

/* ---- watermarks ---- */

static void tell_watermarks(struct mn_apply *apply, bool patient)
{
	lockdep_assert_held(&apply->volume->track);
	if (!apply->broken && !apply->silent)
		mn_send_ack(apply->conn, apply->applied, apply->stable, patient);
}

/* Under track: take what is done from the head, and say so. */
static void advance_applied(struct mn_apply *apply)
{
	struct mn_apply_step *step, *next;
	bool patient = true, moved = false;

	list_for_each_entry_safe(step, next, &apply->ordered, list) {
		if (!step->done)
			break;
		list_del(&step->list);
		moved = true;
		patient &= step->patient;
		if (!apply->broken)
			apply->applied = step->sequence;
		if (step->settled && !apply->broken)
			apply->stable = step->sequence;
		mempool_free(step, &apply->steps);
	}
	if (moved)
		tell_watermarks(apply, patient);
}

/* Under track. A failed apply is recorded before anything else is reported (I8). */
static void break_down(struct mn_apply *apply, const char *why)
{
	if (apply->broken)
		return;
	apply->broken = true;
	apply->why_broken = why;
	queue_work(apply->volume->session_wq, &apply->fail_work);
}

void mn_apply_flush_failed(struct mn_apply *apply)
{
	lockdep_assert_held(&apply->volume->track);
	break_down(apply, no_flush);
}

/*
 * While everything is sent, what this copy has is of nobody's generation, and no slot marks it:
 * until it is in sync, and COPY proves the slot, whoever takes over has to send everything, too.
 */
static void distrust_others(struct mn_apply *apply, struct mn_super *draft)
{
	struct mn_volume *volume = apply->volume;
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++) {
		if (i == apply->mirror->slot || !draft->slot[i].used)
			continue;
		draft->slot[i].flags |= MN_SLOT_F_FULL_NEEDED;
		if (volume->mirror[i])
			volume->mirror[i]->tracked = volume->write_number;
	}
	spin_unlock_irq(&volume->track);
}

static int commit_inconsistent(struct mn_apply *apply, const struct mn_wire_sync_begin *begin)
{
	struct mn_super *draft = mn_volume_begin(apply->volume);
	struct mn_slot *slot = &draft->slot[apply->mirror->slot];

	if (draft->data_state != MN_DATA_INCONSISTENT)
		draft->data_since = ktime_get_real_ns();
	draft->data_state = MN_DATA_INCONSISTENT;
	if (begin && begin->full) {
		/* the old generation means nothing once blocks of another one land here */
		draft->generation = le64_to_cpu(begin->generation);
		memset(draft->history, 0, sizeof(draft->history));
		draft->flags &= ~MN_SUPER_F_MOVED_ON;
		slot->flags &= ~(MN_SLOT_F_BLANK | MN_SLOT_F_FULL);
		distrust_others(apply, draft);
	}
	return mn_meta_commit(&apply->volume->meta);
}

static void fail_work(struct work_struct *work)
{
	struct mn_apply *apply = container_of(work, struct mn_apply, fail_work);

	bool recorded = !commit_inconsistent(apply, NULL);

	pr_err_ratelimited("dm-mirror-net: %s: %s: %s\n", apply->volume->name, apply->why_broken,
			   recorded ? "this copy is inconsistent until it was resynced" :
			   "nothing more is applied; mend the metadata device, then mirrorctl down, up");
	apply->ops->failed(apply->context, apply->why_broken);
}

/* ---- one step ---- */

static void step_may_run(struct mn_span *span)
{
	struct mn_apply_step *step = container_of(span, struct mn_apply_step, span);

	wake_up_all(&step->apply->wait);
}

static struct mn_apply_step *step_begin(struct mn_apply *apply, const struct mn_frame *frame)
{
	struct mn_apply_step *step = mempool_alloc(&apply->steps, GFP_NOIO);

	memset(step, 0, sizeof(*step));
	step->apply = apply;
	step->sequence = frame->sequence;
	step->sector = frame->sector;
	step->sectors = frame->sectors;
	step->span.run = step_may_run;
	step->durable = frame->flags & MN_FRAME_F_FUA;
	step->patient = frame->type == MN_FRAME_WRITE && !step->durable &&
			!(frame->flags & MN_FRAME_F_RESYNC) &&
			READ_ONCE(apply->mirror->options.mode) == MN_MODE_ASYNC;
	trace_apply(apply->volume->data.bdev->bd_dev, apply->mirror->slot, step->sequence,
		    step->sector, step->sectors);
	spin_lock_irq(&apply->volume->track);
	list_add_tail(&step->list, &apply->ordered);
	if (frame->write_number > apply->volume->write_number)
		apply->volume->write_number = frame->write_number;
	spin_unlock_irq(&apply->volume->track);
	return step;
}

/* Under track. */
static void leave_regions(struct mn_volume *volume, u64 sector, u32 sectors)
{
	u64 first, last;

	mn_volume_region_span(volume, sector, sectors, &first, &last);
	mn_regions_leave(&volume->regions, first, last, jiffies);
	if (volume->region_full)
		mod_delayed_work(volume->wq, &volume->reclaim_work, 0);
}

/* Any context. The step has ended; frees it some time. */
static void step_end(struct mn_apply_step *step, blk_status_t status)
{
	struct mn_apply *apply = step->apply;
	struct mn_volume *volume = apply->volume;
	struct mn_payload *payload = step->payload;
	unsigned long flags;

	spin_lock_irqsave(&volume->track, flags);
	if (status)
		break_down(apply, no_write);
	if (step->in_overlap)
		mn_overlap_leave(&apply->overlap, &step->span);
	if (step->in_regions)
		leave_regions(volume, step->sector, step->sectors);
	step->done = true;
	advance_applied(apply);
	/* under the lock: destroy looks at `ordered` before it frees the apply */
	wake_up_all(&apply->wait);
	spin_unlock_irqrestore(&volume->track, flags);
	if (payload)
		mn_payload_put(payload);
}

static void step_end_io(struct bio *bio)
{
	struct mn_apply_step *step = bio->bi_private;
	blk_status_t status = bio->bi_status;

	bio_put(bio);
	step_end(step, status);
}

/* ---- waiting: only for the local disk ---- */

/* Has every FLUSH and FUA up to the barrier ended? */
static bool barrier_passed(struct mn_apply *apply, u64 barrier)
{
	struct mn_apply_step *step;
	bool passed = true;

	spin_lock_irq(&apply->volume->track);
	list_for_each_entry(step, &apply->ordered, list) {
		if (step->sequence > barrier)
			break;
		if (step->durable && !step->done)
			passed = false;
	}
	spin_unlock_irq(&apply->volume->track);
	return passed;
}

/* What waits for the link alone (told) has no data: who waits here waits for the disk. */
static bool nothing_before(struct mn_apply *apply, const struct mn_apply_step *step)
{
	const struct mn_apply_step *other;
	bool nothing = true;

	spin_lock_irq(&apply->volume->track);
	list_for_each_entry(other, &apply->ordered, list) {
		if (other == step)
			break;
		nothing &= other->done || other->told;
	}
	spin_unlock_irq(&apply->volume->track);
	return nothing;
}

static bool nothing_left(struct mn_apply *apply)
{
	bool empty;

	spin_lock_irq(&apply->volume->track);
	empty = list_empty(&apply->ordered);
	spin_unlock_irq(&apply->volume->track);
	return empty;
}

static bool is_broken(struct mn_apply *apply)
{
	return READ_ONCE(apply->broken);
}

/* The step cannot be done, or was not, for a reason that no bio reports. */
static int step_failed(struct mn_apply_step *step, const char *why)
{
	struct mn_apply *apply = step->apply;

	spin_lock_irq(&apply->volume->track);
	break_down(apply, why);
	spin_unlock_irq(&apply->volume->track);
	step_end(step, BLK_STS_OK);
	return -EIO;
}

/* Enter the tree of what is under way, behind what overlaps. */
static void step_enter_overlap(struct mn_apply_step *step)
{
	struct mn_apply *apply = step->apply;

	spin_lock_irq(&apply->volume->track);
	mn_overlap_enter(&apply->overlap, &step->span, step->sector, step->sectors);
	step->in_overlap = true;
	spin_unlock_irq(&apply->volume->track);
	wait_event(apply->wait, !READ_ONCE(step->span.waiting));
}

/* ---- frames ---- */

static void submit_payload(struct mn_apply_step *step, const struct mn_frame *frame)
{
	struct mn_volume *volume = step->apply->volume;
	blk_opf_t opf = REQ_OP_WRITE | (frame->flags & MN_FRAME_F_FUA ? REQ_FUA : 0);
	struct bio *bio = mn_payload_bio(step->payload, volume->data.bdev, step->sector, opf,
					 GFP_NOIO, &volume->bios);

	bio->bi_private = step;
	bio->bi_end_io = step_end_io;
	submit_bio(bio);
}

static int apply_write(struct mn_apply *apply, const struct mn_frame *frame,
		       struct mn_payload *payload)
{
	struct mn_apply_step *step;

	wait_event(apply->wait, barrier_passed(apply, frame->barrier));
	mn_copies_enter(apply->mirror, frame->sector, frame->sectors);
	step = step_begin(apply, frame);
	step->payload = payload;
	if (mn_region_enter_wait(apply->volume, step->sector, step->sectors))
		return step_failed(step, no_intent);
	step->in_regions = true;
	step_enter_overlap(step);
	submit_payload(step, frame);
	return 0;
}

/* One part of a range: what the table of regions holds in a quarter. NULL, or what failed. */
static const char *zero_part(struct mn_volume *volume, u64 sector, u32 sectors, unsigned int how)
{
	int err;

	if (mn_region_enter_wait(volume, sector, sectors))
		return no_intent;
	err = blkdev_issue_zeroout(volume->data.bdev, sector, sectors, GFP_NOIO, how);
	spin_lock_irq(&volume->track);
	leave_regions(volume, sector, sectors);
	spin_unlock_irq(&volume->track);
	return err ? no_write : NULL;
}

static const char *zero_range(struct mn_volume *volume, const struct mn_apply_step *step,
			      unsigned int how)
{
	u32 most = mn_volume_most_sectors(volume);
	const char *failed = NULL;
	u32 at, part;

	for (at = 0; at < step->sectors && !failed; at += part) {
		part = min(step->sectors - at, most);
		failed = zero_part(volume, step->sector + at, part, how);
	}
	return failed;
}

/*
 * Devices without the command get pages of zeroes from the block layer. In parts, because the
 * source's frames are cut by its own table of regions, not by this node's.
 */
static int apply_zeroes(struct mn_apply *apply, const struct mn_frame *frame)
{
	unsigned int how = frame->flags & MN_FRAME_F_UNMAP ? 0 : BLKDEV_ZERO_NOUNMAP;
	struct mn_apply_step *step;
	const char *failed;

	wait_event(apply->wait, barrier_passed(apply, frame->barrier));
	mn_copies_enter(apply->mirror, frame->sector, frame->sectors);
	step = step_begin(apply, frame);
	step_enter_overlap(step);
	failed = zero_range(apply->volume, step, how);
	if (!failed && step->durable && blkdev_issue_flush(apply->volume->data.bdev))
		failed = no_flush;
	if (failed)
		return step_failed(step, failed);
	step_end(step, BLK_STS_OK);
	return 0;
}

/* Flush; what was applied before it started is stable when it has ended well (I3). */
static int make_stable(struct mn_apply *apply)
{
	struct mn_volume *volume = apply->volume;
	u64 applied;
	int err;

	mutex_lock(&apply->flush_lock);
	spin_lock_irq(&volume->track);
	applied = apply->applied;
	spin_unlock_irq(&volume->track);
	err = mn_region_flush(volume);
	spin_lock_irq(&volume->track);
	if (err)
		break_down(apply, no_flush);
	else if (apply->broken)
		err = -EIO;	/* another flush failed: what was applied may be lost */
	else if (applied > apply->stable)
		apply->stable = applied;
	spin_unlock_irq(&volume->track);
	mutex_unlock(&apply->flush_lock);
	return err;
}

static int apply_flush(struct mn_apply *apply, const struct mn_frame *frame)
{
	struct mn_apply_step *step = step_begin(apply, frame);
	int err;

	wait_event(apply->wait, nothing_before(apply, step));
	mn_send_control(apply->conn);	/* writers need not wait for the disk's flush */
	err = make_stable(apply);
	step->settled = !err;
	step_end(step, BLK_STS_OK);
	return err;
}

/* ---- comparing (docs/resync.md) ---- */

/* A block that is read here, to be compared with the source's. */
struct mn_comparison {
	struct mn_apply_step *step;
	struct work_struct work;
	struct mn_wire_compare theirs;
	blk_status_t status;
	struct mn_out out;		/* DIFFERS */
};

static void comparison_end(struct mn_comparison *comparison)
{
	step_end(comparison->step, BLK_STS_OK);
	kfree(comparison);
}

/*
 * Acknowledgements overtake what is queued: this frame's comes after DIFFERS has left. Nothing but
 * the watermark waits for that, not even the receiver: the link may be dead.
 */
static void differs_released(struct mn_out *out, bool sent)
{
	comparison_end(container_of(out, struct mn_comparison, out));
}

static bool is_equal(const struct mn_comparison *comparison)
{
	struct mn_wire_compare ours;

	if (comparison->status)
		return false;		/* what cannot be read is to be written */
	mn_sum(comparison->step->payload, &ours);
	return !memcmp(&ours, &comparison->theirs, sizeof(ours));
}

/* False: nobody is there to be told. */
static bool tell_differs(struct mn_comparison *comparison)
{
	struct mn_apply_step *step = comparison->step;
	struct mn_apply *apply = step->apply;
	struct mn_out *out = &comparison->out;

	out->frame.type = MN_FRAME_DIFFERS;
	out->frame.sector = step->sector;
	out->frame.sectors = step->sectors;
	out->release = differs_released;
	spin_lock_irq(&apply->volume->track);
	step->told = !apply->silent && !apply->broken;
	if (!step->told) {
		spin_unlock_irq(&apply->volume->track);
		return false;
	}
	wake_up_all(&apply->wait);
	mn_send_queue(apply->conn, out);
	spin_unlock_irq(&apply->volume->track);
	return true;
}

/* The block was read: others may change it, and its memory is free. */
static void let_go_of_block(struct mn_apply_step *step)
{
	struct mn_apply *apply = step->apply;
	struct mn_payload *payload = step->payload;

	spin_lock_irq(&apply->volume->track);
	mn_overlap_leave(&apply->overlap, &step->span);
	step->in_overlap = false;
	step->payload = NULL;
	spin_unlock_irq(&apply->volume->track);
	mn_payload_put(payload);
}

static void compare_work(struct work_struct *work)
{
	struct mn_comparison *comparison = container_of(work, struct mn_comparison, work);
	bool equal = is_equal(comparison);

	let_go_of_block(comparison->step);
	if (equal || !tell_differs(comparison))
		comparison_end(comparison);
}

static void compare_end_io(struct bio *bio)
{
	struct mn_comparison *comparison = bio->bi_private;

	comparison->status = bio->bi_status;
	bio_put(bio);
	queue_work(comparison->step->apply->volume->wq, &comparison->work);
}

static void comparison_read(struct mn_comparison *comparison)
{
	struct mn_apply_step *step = comparison->step;
	struct mn_volume *volume = step->apply->volume;
	struct bio *bio = mn_payload_bio(step->payload, volume->data.bdev, step->sector,
					 REQ_OP_READ, GFP_NOIO, &volume->bios);

	bio->bi_private = comparison;
	bio->bi_end_io = compare_end_io;
	submit_bio(bio);
}

/* Memory for the block is taken before its place: what is under way never waits for it. */
static int apply_compare(struct mn_apply *apply, const struct mn_frame *frame,
			 const struct mn_payload *payload)
{
	struct mn_volume *volume = apply->volume;
	struct mn_comparison *comparison = kzalloc(sizeof(*comparison), GFP_NOIO);
	struct mn_payload *block;

	if (!comparison)
		return -ENOMEM;
	block = mn_payload_get(volume->receive_pool, frame->sectors << SECTOR_SHIFT, HZ, NULL);
	INIT_WORK(&comparison->work, compare_work);
	memcpy(&comparison->theirs, mn_payload_map(payload), sizeof(comparison->theirs));
	comparison->step = step_begin(apply, frame);
	comparison->step->payload = block;
	step_enter_overlap(comparison->step);
	if (block) {
		comparison_read(comparison);
		return 0;
	}
	comparison->status = BLK_STS_RESOURCE;
	queue_work(volume->wq, &comparison->work);
	return 0;
}

/* ---- the borders of a resync ---- */

static void set_whole(struct mn_apply *apply, bool whole)
{
	spin_lock_irq(&apply->volume->track);
	apply->whole = whole;
	spin_unlock_irq(&apply->volume->track);
}

static int apply_sync_begin(struct mn_apply *apply, const struct mn_frame *frame,
			    const struct mn_payload *payload)
{
	struct mn_frame ready = { .type = MN_FRAME_SYNC_READY };
	struct mn_apply_step *step = step_begin(apply, frame);
	int err;

	wait_event(apply->wait, nothing_before(apply, step));
	set_whole(apply, false);
	err = commit_inconsistent(apply, mn_payload_map(payload));
	if (err)
		return step_failed(step, no_metadata);
	step_end(step, BLK_STS_OK);
	apply->ops->event(apply->context, MN_EV_SYNC_STARTED);
	return mn_send_small(apply->conn, &ready, NULL);
}

/*
 * All before it is stable: consistent again, with the source's generation, in one write. Who
 * breaks down from here on records that after it: fail_work takes the same lock.
 */
static int commit_consistent(struct mn_apply *apply, u64 generation)
{
	struct mn_super *draft = mn_volume_begin(apply->volume);
	struct mn_slot *slot = &draft->slot[apply->mirror->slot];

	if (is_broken(apply)) {
		mn_meta_abort(&apply->volume->meta);
		return -EIO;
	}
	if (draft->data_state != MN_DATA_CURRENT)
		draft->data_since = ktime_get_real_ns();
	draft->data_state = MN_DATA_CURRENT;
	draft->flags &= ~(MN_SUPER_F_MOVED_ON | MN_SUPER_F_WRITTEN);
	if (draft->generation != generation)
		mn_generation_advance(&draft->generation, draft->history, generation);
	slot->base = generation;
	slot->old_base = generation;
	slot->flags &= ~(MN_SLOT_F_BLANK | MN_SLOT_F_FULL);
	return mn_meta_commit(&apply->volume->meta);
}

static int apply_sync_end(struct mn_apply *apply, const struct mn_frame *frame,
			  const struct mn_payload *payload)
{
	const struct mn_wire_generation *end = mn_payload_map(payload);
	struct mn_frame done = { .type = MN_FRAME_SYNC_DONE };
	struct mn_apply_step *step = step_begin(apply, frame);
	int err;

	wait_event(apply->wait, nothing_before(apply, step));
	err = is_broken(apply) ? -EIO : make_stable(apply);
	if (err)
		return step_failed(step, no_flush);
	if (commit_consistent(apply, le64_to_cpu(end->generation)))
		return step_failed(step, no_metadata);
	set_whole(apply, true);
	step->settled = true;
	step_end(step, BLK_STS_OK);
	/* the blocks that this node knew to lack are here now */
	mn_bitmap_empty(&apply->mirror->bitmap);
	mn_bitmap_write_all(&apply->mirror->bitmap);
	mn_copies_settle(apply->mirror);
	apply->ops->event(apply->context, MN_EV_IN_SYNC);
	return mn_send_small(apply->conn, &done, NULL);
}

/* ---- other targets (docs/targets.md) ---- */

static int commit_generation(struct mn_apply *apply, u64 generation)
{
	struct mn_super *draft = mn_volume_begin(apply->volume);
	struct mn_slot *slot = &draft->slot[apply->mirror->slot];

	mn_generation_advance(&draft->generation, draft->history, generation);
	slot->base = generation;
	slot->old_base = generation;
	return mn_meta_commit(&apply->volume->meta);
}

/* On record before the receiver takes what follows. What came before may still be under way. */
static int apply_generation(struct mn_apply *apply, const struct mn_frame *frame,
			    const struct mn_payload *payload, const char **why)
{
	const struct mn_wire_generation *to = mn_payload_map(payload);
	struct mn_apply_step *step;

	if (!READ_ONCE(apply->whole)) {
		*why = "GENERATION for a copy that is not in sync";
		return -EPROTO;
	}
	step = step_begin(apply, frame);
	if (commit_generation(apply, le64_to_cpu(to->generation)))
		return step_failed(step, no_metadata);
	step_end(step, BLK_STS_OK);
	return 0;
}

/* What is said while this copy is not in sync itself proves nothing. */
static int apply_copy(struct mn_apply *apply, const struct mn_payload *payload)
{
	if (READ_ONCE(apply->whole))
		mn_copies_heard(apply->mirror, mn_payload_map(payload));
	return 0;
}

/* ---- the source's metadata fails (docs/metadata.md) ---- */

static void announce_abandoned(struct mn_apply *apply)
{
	struct mn_event event = {
		.class = MN_EVENT_METADATA, .severity = MN_SEVERITY_ERROR,
		.volume = apply->volume, .mirror = apply->mirror,
		.reason = MN_REASON_METADATA_ERROR,
		.text = "the source goes on without metadata: this copy needs a full resync",
	};

	mn_event_emit(&event);
}

/* What the source writes from now on is tracked nowhere: this copy must not pass for current. */
static int commit_full_needed(struct mn_apply *apply)
{
	struct mn_super *draft = mn_volume_begin(apply->volume);

	draft->slot[apply->mirror->slot].flags |= MN_SLOT_F_FULL_NEEDED;
	if (draft->data_state != MN_DATA_INCONSISTENT && draft->data_state != MN_DATA_OUTDATED) {
		draft->data_state = MN_DATA_OUTDATED;
		draft->data_since = ktime_get_real_ns();
	}
	return mn_meta_commit(&apply->volume->meta);
}

/* What came before is applied, nothing after it: SYNC_END would take the mark away again. */
static int apply_needs_full(struct mn_apply *apply)
{
	apply->abandoned = true;
	if (commit_full_needed(apply)) {
		spin_lock_irq(&apply->volume->track);
		break_down(apply, no_metadata);
		spin_unlock_irq(&apply->volume->track);
		return -EIO;
	}
	announce_abandoned(apply);
	mn_send_full_stored(apply->conn);
	return 0;
}

static int dispatch(struct mn_apply *apply, const struct mn_frame *frame,
		    struct mn_payload *payload, const char **why)
{
	enum mn_wire_error error;

	switch (frame->type) {
	case MN_FRAME_WRITE_ZEROES:
		return apply_zeroes(apply, frame);
	case MN_FRAME_FLUSH:
		return apply_flush(apply, frame);
	case MN_FRAME_COMPARE:
		return apply_compare(apply, frame, payload);
	case MN_FRAME_NEEDS_FULL:
		return apply_needs_full(apply);
	case MN_FRAME_SYNC_BEGIN:
		error = mn_wire_check_sync_begin(mn_payload_map(payload), payload->bytes);
		if (!error)
			return apply_sync_begin(apply, frame, payload);
		break;
	case MN_FRAME_SYNC_END:
		error = mn_wire_check_generation(mn_payload_map(payload), payload->bytes);
		if (!error)
			return apply_sync_end(apply, frame, payload);
		break;
	case MN_FRAME_GENERATION:
		error = mn_wire_check_generation(mn_payload_map(payload), payload->bytes);
		if (!error)
			return apply_generation(apply, frame, payload, why);
		break;
	case MN_FRAME_COPY:
		error = mn_wire_check_copy(mn_payload_map(payload), payload->bytes);
		if (!error)
			return apply_copy(apply, payload);
		break;
	default:
		*why = "frame not expected by the target of a stream";
		return -EPROTO;
	}
	*why = mn_wire_error_text(error);
	return -EPROTO;
}

int mn_apply_receive(struct mn_apply *apply, const struct mn_frame *frame,
		     struct mn_payload *payload, const char **why)
{
	int err = 0;

	*why = "this node cannot apply the stream";
	if (is_broken(apply) || apply->abandoned) {
		/* what follows is of no use: fail_work, or the source, ends the link */
	} else if (frame->type == MN_FRAME_WRITE) {
		err = apply_write(apply, frame, payload);
		payload = NULL;		/* the step's */
	} else {
		err = dispatch(apply, frame, payload, why);
	}
	if (payload)
		mn_payload_put(payload);
	/* not before the copy is recorded as inconsistent (I8) */
	return is_broken(apply) ? 0 : err;
}

/* ---- life ---- */

void mn_apply_settle(struct mn_apply *apply)
{
	bool unstable;

	spin_lock_irq(&apply->volume->track);
	unstable = apply->applied > apply->stable && !apply->broken;
	spin_unlock_irq(&apply->volume->track);
	if (unstable && !make_stable(apply)) {
		spin_lock_irq(&apply->volume->track);
		tell_watermarks(apply, true);
		spin_unlock_irq(&apply->volume->track);
	}
}

static void flush_tick(struct work_struct *work)
{
	struct mn_apply *apply = container_of(to_delayed_work(work), struct mn_apply, flush_work);

	mn_apply_settle(apply);
	queue_delayed_work(apply->volume->session_wq, &apply->flush_work, MN_APPLY_FLUSH_PERIOD);
}

/* Under track. How far the stream came, if it can go on from there. */
static void remember_received(struct mn_apply *apply)
{
	struct mn_received *received = &apply->mirror->received;

	if (!apply->whole || apply->broken || apply->abandoned || apply->stable != apply->applied ||
	    !READ_ONCE(apply->volume->attached))
		return;
	received->stream = apply->stream;
	received->applied = apply->applied;
}

static void apply_init(struct mn_apply *apply, struct mn_mirror *mirror, struct mn_conn *conn)
{
	apply->mirror = mirror;
	apply->volume = mirror->volume;
	apply->conn = conn;
	mutex_init(&apply->flush_lock);
	INIT_LIST_HEAD(&apply->ordered);
	mn_overlap_init(&apply->overlap);
	init_waitqueue_head(&apply->wait);
	INIT_WORK(&apply->fail_work, fail_work);
	INIT_DELAYED_WORK(&apply->flush_work, flush_tick);
}

/* False: another source, whose link was negotiated at the same time, sends to this copy. */
static bool claim_copy(struct mn_apply *apply)
{
	bool free;

	spin_lock_irq(&apply->volume->track);
	free = !mn_copies_is_aside(apply->mirror);
	if (free)
		apply->mirror->apply = apply;
	spin_unlock_irq(&apply->volume->track);
	return free;
}

struct mn_apply *mn_apply_create(struct mn_mirror *mirror, struct mn_conn *conn,
				 const struct mn_received *from, const struct mn_apply_ops *ops,
				 void *context)
{
	struct mn_apply *apply = kzalloc(sizeof(*apply), GFP_NOIO);

	if (!apply)
		return ERR_PTR(-ENOMEM);
	if (mempool_init_kmalloc_pool(&apply->steps, MN_APPLY_RESERVE,
				      sizeof(struct mn_apply_step))) {
		kfree(apply);
		return ERR_PTR(-ENOMEM);
	}
	apply_init(apply, mirror, conn);
	apply->ops = ops;
	apply->context = context;
	apply->stream = from->stream;
	apply->applied = from->applied;
	apply->stable = from->applied;
	apply->whole = from->applied;
	if (!claim_copy(apply)) {
		mempool_exit(&apply->steps);
		kfree(apply);
		return ERR_PTR(-EBUSY);
	}
	/* what this stream changes no other one can go on with */
	mn_keep_forget_received(mirror->volume);
	queue_delayed_work(apply->volume->session_wq, &apply->flush_work, MN_APPLY_FLUSH_PERIOD);
	return apply;
}

void mn_apply_stop_sending(struct mn_apply *apply)
{
	spin_lock_irq(&apply->volume->track);
	apply->silent = true;
	spin_unlock_irq(&apply->volume->track);
}

void mn_apply_destroy(struct mn_apply *apply)
{
	cancel_delayed_work_sync(&apply->flush_work);
	wait_event(apply->wait, nothing_left(apply));
	mn_apply_settle(apply);
	spin_lock_irq(&apply->volume->track);
	remember_received(apply);
	apply->mirror->apply = NULL;
	spin_unlock_irq(&apply->volume->track);
	flush_work(&apply->fail_work);
	mempool_exit(&apply->steps);
	kfree(apply);
}
