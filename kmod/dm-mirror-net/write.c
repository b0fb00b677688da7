// SPDX-License-Identifier: GPL-2.0-only
/*
 * write: what happens to a write of the source (L3)
 *
 *   map -> prepare (copy, legs) -> classify -> local leg + network legs -> end
 *
 * `map` never sleeps. A write that cannot go on is parked: on `copying` for
 * memory, in `overlap` behind an older write, on `parked` for its regions, on
 * `crowded` for room in a queue, on `unrecorded` while the metadata fails and the copies are
 * asked, on `held` until a mirror's loss is durable, on `fenced` until the lost copy is known
 * not to be promoted. Work items take it from there.
 *
 * Classification (I12) is made once, under volume->track, together with the
 * sequence and the place in every stream, and holds until the write ends.
 * Overlapping writes pass it one after the other while any mirror is connected, so
 * that the order of the streams is the order of the local disk (I9).
 */
#include <linux/delay.h>
#include <linux/device-mapper.h>
#include "bitmap.h"
#include "event.h"
#include "fence.h"
#include "keep.h"
#include "meta_loss.h"
#include "overflow.h"
#include "region_log.h"
#include "resync.h"
#include "session.h"
#include "stream.h"
#include "trace.h"
#include "write.h"

enum mn_io_stage {
	MN_IO_READ,		/* goes straight to the data device */
	MN_IO_REMAPPED,		/* the bio itself is the local leg */
	MN_IO_OWNED,		/* ours to complete; end_io lets it pass */
};

enum mn_io_next {
	MN_IO_GO,		/* classified: start the local leg */
	MN_IO_PARKED,		/* somebody else goes on with it */
	MN_IO_FAIL,		/* its intent cannot be made durable */
};

static bool is_flush(const struct bio *bio)
{
	return !bio->bi_iter.bi_size && (bio->bi_opf & REQ_PREFLUSH);
}

static bool is_payload_write(const struct bio *bio)
{
	return bio_op(bio) == REQ_OP_WRITE && bio->bi_iter.bi_size;
}

/* ---- completion ---- */

void mn_write_raise_barriers(struct mn_io *io)
{
	struct mn_leg *leg, *next;

	list_for_each_entry_safe(leg, next, &io->durable_legs, of_io) {
		struct mn_mirror *mirror = leg->mirror;
		u64 sequence = leg->out.frame.sequence;

		list_del_init(&leg->of_io);
		/* the mirror may have been removed since */
		if (io->volume->mirror[leg->slot] == mirror && mirror->live &&
		    leg->stream == mirror->stream && mirror->barrier < sequence)
			mirror->barrier = sequence;
		mn_leg_put(leg);
	}
}

static void io_drop_resources(struct mn_io *io)
{
	struct mn_leg *leg, *next;

	list_for_each_entry_safe(leg, next, &io->legs, of_io) {
		list_del_init(&leg->of_io);
		mn_leg_put(leg);
	}
	if (io->clone)
		bio_put(io->clone);
	io->clone = NULL;
	if (io->payload)
		mn_payload_put(io->payload);
	io->payload = NULL;
}

void mn_write_ended(struct mn_io *io, struct list_head *done)
{
	struct mn_volume *volume = io->volume;

	lockdep_assert_held(&volume->track);
	if (volume->loss_pending && !READ_ONCE(volume->meta.error)) {
		list_add_tail(&io->list, &volume->held);
		return;
	}
	/* A loss that cannot be recorded must not be hidden by a success (I6). */
	if (volume->loss_pending && !io->status)
		io->status = BLK_STS_IOERR;
	if (mn_fence_holds(io)) {
		io_drop_resources(io);	/* it may be long; others need the memory */
		return;
	}
	mn_write_raise_barriers(io);
	list_add_tail(&io->list, done);
}

/* One of the things this write waited for has ended; under track. */
void mn_write_leg_done(struct mn_io *io, struct list_head *done)
{
	if (!--io->open_legs)
		mn_write_ended(io, done);
}

static void io_trace_end(const struct mn_io *io)
{
	trace_write_end(io->volume->data.bdev->bd_dev, io->span.start, io->sectors,
			(__force u32)io->status);
}

static void io_trace_parked(const struct mn_io *io)
{
	trace_write_parked(io->volume->data.bdev->bd_dev, io->span.start, io->sectors,
			   (__force u32)bio_op(io->bio));
}

static void io_complete(struct mn_io *io)
{
	struct bio *bio = io->bio;
	struct mn_volume *volume = io->volume;

	io_trace_end(io);
	io_drop_resources(io);
	io->stage = MN_IO_OWNED;
	bio->bi_status = io->status;
	bio_endio(bio);		/* io is gone with it */
	percpu_ref_put(&volume->io);
}

void mn_write_complete(struct list_head *done)
{
	struct mn_io *io, *next;

	list_for_each_entry_safe(io, next, done, list) {
		list_del_init(&io->list);
		io_complete(io);
	}
}

/* Under track: bits for a write that failed here, on every mirror (I12). */
static void io_mark_failed(struct mn_io *io, struct list_head *done)
{
	struct mn_volume *volume = io->volume;
	/* a disk that knows no WRITE ZEROES is not broken: a new stream resyncs the range */
	u8 reason = io->status == BLK_STS_NOTSUPP || io->status == BLK_STS_TARGET ?
		    MN_REASON_OPERATION : MN_REASON_SOURCE_ERROR;
	u64 first, last;
	int i;

	if (!io->sectors)
		return;
	mn_track_span(io->span.start, io->sectors, &first, &last);
	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror)
			continue;
		mn_bitmap_set(&mirror->bitmap, first, last);
		mn_session_lost_locked(mirror, reason, done);
	}
}

/* Under track: what classification took. */
static void io_leave(struct mn_io *io)
{
	struct mn_volume *volume = io->volume;

	if (io->entered) {
		mn_regions_leave(&volume->regions, io->first_region, io->last_region, jiffies);
		io->entered = false;
		if (volume->region_full)
			mod_delayed_work(volume->wq, &volume->reclaim_work, 0);
	}
	if (io->tracked) {
		mn_overlap_leave(&volume->overlap, &io->span);
		io->tracked = false;
	}
	if (io->counted) {
		io->counted = false;
		if (!--volume->inflight[io->parity])
			wake_up(&volume->wait);
	}
}

static void flush_local_end(struct mn_io *io, blk_status_t status)
{
	struct mn_volume *volume = io->volume;
	unsigned long flags;

	if (status) {
		mn_write_flush_failed(volume, status);
		return;
	}
	spin_lock_irqsave(&volume->track, flags);
	mn_regions_flush_ended(&volume->regions, io->flush_epoch);
	spin_unlock_irqrestore(&volume->track, flags);
}

/* The local leg has ended; done collects what completes by it. */
static void io_local_end(struct mn_io *io, blk_status_t status, struct list_head *done)
{
	struct mn_volume *volume = io->volume;
	unsigned long flags;

	if (!io->sectors)
		flush_local_end(io, status);
	spin_lock_irqsave(&volume->track, flags);
	if (io->sectors)
		mn_latency_add(&volume->local_latency, io->started, ktime_get_ns());
	if (status) {
		io->status = status;
		io_mark_failed(io, done);
	}
	io_leave(io);
	mn_write_leg_done(io, done);
	spin_unlock_irqrestore(&volume->track, flags);
}

static void clone_end_io(struct bio *clone)
{
	struct mn_io *io = clone->bi_private;
	LIST_HEAD(done);

	io_local_end(io, clone->bi_status, &done);
	mn_write_complete(&done);
}

int mn_write_end_io(struct mn_volume *volume, struct mn_io *io, blk_status_t *status)
{
	LIST_HEAD(done);
	bool mine = false;
	struct mn_io *other;

	if (io->stage == MN_IO_OWNED)
		return DM_ENDIO_DONE;
	if (io->stage == MN_IO_READ) {
		percpu_ref_put(&volume->io);
		return DM_ENDIO_DONE;
	}
	io_local_end(io, *status, &done);
	list_for_each_entry(other, &done, list)
		mine |= other == io;
	if (mine) {
		io_trace_end(io);
		list_del_init(&io->list);
		io_drop_resources(io);
		*status = io->status;
	}
	mn_write_complete(&done);
	if (!mine)
		return DM_ENDIO_INCOMPLETE;
	percpu_ref_put(&volume->io);
	return DM_ENDIO_DONE;
}

/* ---- preparation: the one copy and the legs ---- */

static struct bio *make_clone(struct mn_io *io, gfp_t gfp)
{
	struct mn_volume *volume = io->volume;
	struct bio *clone = mn_payload_bio(io->payload, volume->data.bdev,
					   io->bio->bi_iter.bi_sector, io->bio->bi_opf, gfp,
					   &volume->bios);

	if (!clone)
		return NULL;
	clone->bi_private = io;
	clone->bi_end_io = clone_end_io;
	return clone;
}

/* How long this write may still wait for memory (DESIGN 1.6: 1 s in all), at least a moment. */
static long patience(const struct mn_io *io)
{
	return max_t(long, io->parked + HZ - jiffies, 1);
}

static bool prepare_copy(struct mn_io *io, bool wait)
{
	struct mn_payload_pool *pool = io->volume->send_pool;
	u32 bytes = io->bio->bi_iter.bi_size;

	if (!io->payload) {
		io->payload = wait ? mn_payload_get(pool, bytes, patience(io), NULL)
				   : mn_payload_try(pool, bytes);
		if (!io->payload)
			return false;
		mn_payload_copy_from_bio(io->payload, io->bio);
	}
	if (!io->clone)
		io->clone = make_clone(io, wait ? GFP_NOIO : GFP_NOWAIT);
	if (io->clone)
		return true;
	mn_payload_put(io->payload);	/* a copy without its local leg is no use */
	io->payload = NULL;
	return false;
}

/* Legs come back when the link acknowledges: never wait for the reserve without a limit. */
static struct mn_leg *leg_get_patiently(struct mn_io *io, bool wait)
{
	struct mn_leg *leg = mn_leg_get(io->volume, GFP_NOWAIT);

	while (!leg && wait && patience(io) > 1) {
		msleep(20);
		leg = mn_leg_get(io->volume, GFP_NOWAIT);
	}
	return leg;
}

/* Get ready to be sent to every live mirror. wait: may sleep. */
static bool io_prepare(struct mn_io *io, bool wait)
{
	u32 want = READ_ONCE(io->volume->live_mirrors);

	if (!want && !io->payload)
		return true;
	while (io->have_legs < want) {
		struct mn_leg *leg = leg_get_patiently(io, wait);

		if (!leg)
			return false;
		list_add(&leg->of_io, &io->legs);
		io->have_legs++;
	}
	return !is_payload_write(io->bio) || prepare_copy(io, wait);
}

static void park_for_copy(struct mn_io *io)
{
	struct mn_volume *volume = io->volume;
	unsigned long flags;

	io_trace_parked(io);
	io->parked = jiffies;
	spin_lock_irqsave(&volume->track, flags);
	list_add_tail(&io->list, &volume->copying);
	spin_unlock_irqrestore(&volume->track, flags);
	queue_work(volume->wq, &volume->copy_work);
}

/* ---- classification ---- */

static bool can_be_sent(const struct mn_io *io)
{
	return io->have_legs && (io->payload || !is_payload_write(io->bio));
}

static bool is_durable(const struct mn_io *io)
{
	return !io->sectors || (io->bio->bi_opf & REQ_FUA);
}

/* Does this write return only when the target has applied it? (docs/modes.md) */
static bool waits_for(const struct mn_mirror *mirror, const struct mn_io *io)
{
	const struct mn_options *options = &mirror->options;

	if (!mirror->in_sync || mirror->kept)
		return false;
	return READ_ONCE(options->mode) == MN_MODE_SYNC ||
	       (is_durable(io) && READ_ONCE(options->async_flush) == MN_ASYNC_FLUSH_DRAIN);
}

/* MN_REASON_NONE: it can go. A suspended device lets nobody wait for a link. */
static u8 why_not_sent(const struct mn_mirror *mirror, const struct mn_io *io, bool waits)
{
	if (mn_overflow_is_full(mirror))
		return MN_REASON_QUEUE_LIMIT;
	if (mirror->volume->no_waiting && waits)
		return MN_REASON_OPERATION;
	if (mirror->kept && io->payload && io->payload->reserved)
		return MN_REASON_NO_MEMORY;
	return can_be_sent(io) ? MN_REASON_NONE : MN_REASON_NO_MEMORY;
}

/* Should this write go to the mirror? Blocks that are all dirty are the cursor's. */
static bool wants_leg(const struct mn_mirror *mirror, const struct mn_io *io, u64 first, u64 last)
{
	if (!mirror || !mirror->live)
		return false;
	if (!io->sectors)
		return true;
	return !mn_track_all_dirty(&mirror->bitmap.track, first, last);
}

static void fill_frame(const struct mn_io *io, struct mn_leg *leg)
{
	struct mn_frame *frame = &leg->out.frame;

	frame->sector = io->span.start;
	frame->sectors = io->sectors;
	frame->write_number = io->write_number;
	frame->flags = io->bio->bi_opf & REQ_FUA ? MN_FRAME_F_FUA : 0;
	leg->sector = io->span.start;
	leg->sectors = io->sectors;
	leg->started = io->sectors ? io->started : 0;
	if (!io->sectors) {
		frame->type = MN_FRAME_FLUSH;
		frame->sector = 0;
		frame->flags = 0;
	} else if (io->payload) {
		frame->type = MN_FRAME_WRITE;
		frame->payload_bytes = io->payload->bytes;
		leg->out.payload = mn_payload_hold(io->payload);
	} else {
		frame->type = MN_FRAME_WRITE_ZEROES;
		if (!(io->bio->bi_opf & REQ_NOUNMAP))
			frame->flags |= MN_FRAME_F_UNMAP;
	}
}

/* What is written was sent, in part at least: a comparison looks at it. */
static void clear_unsent(struct mn_mirror *mirror, const struct mn_io *io)
{
	u64 first, last;

	if (!mirror->bitmap.unsent_bits)
		return;
	mn_track_span(io->span.start, io->sectors, &first, &last);
	mn_bitmap_clear_unsent(&mirror->bitmap, first, last);
}

static void send_to(struct mn_mirror *mirror, struct mn_io *io, bool waits)
{
	struct mn_leg *leg = list_first_entry(&io->legs, struct mn_leg, of_io);

	list_del_init(&leg->of_io);
	io->have_legs--;
	fill_frame(io, leg);
	if (io->sectors)
		clear_unsent(mirror, io);
	if (waits) {
		leg->io = io;
		if (!mirror->waited_for++)
			mirror->progress = get_jiffies_64();
		io->open_legs++;
	}
	if (mirror->resync_stats.phase != MN_RESYNC_NONE)
		mirror->resync_stats.new_writes++;
	mn_leg_queue(mirror, leg);
	if (is_durable(io)) {
		refcount_inc(&leg->refs);
		list_add_tail(&leg->of_io, &io->durable_legs);
	}
	mn_leg_put(leg);
}

/*
 * Sent, or its bits set: before it can complete in either case. A resync loses nothing by what
 * is not sent; a mirror in sync loses its order, and drains; a stream that is kept, or is still
 * catching up, is given up.
 */
static void classify_for(struct mn_mirror *mirror, struct mn_io *io, u64 first, u64 last,
			 struct list_head *done)
{
	if (!mirror || !mn_state_tracks(mirror->state))
		return;
	if (wants_leg(mirror, io, first, last)) {
		bool waits = waits_for(mirror, io);
		u8 refused = why_not_sent(mirror, io, waits);

		if (!refused) {
			send_to(mirror, io, waits);
			return;
		}
		if (mirror->kept)
			mn_keep_drop_locked(mirror, done);
		else if (mirror->catching_up)
			mn_session_lost_locked(mirror, refused, done);
		else if (mirror->in_sync)
			mn_overflow_locked(mirror, refused, done);
		else if (io->sectors)
			mn_resync_left_over(mirror, refused);
	}
	if (io->sectors)
		mn_bitmap_set(&mirror->bitmap, first, last);
}

/* An overlapping older write or resync read has ended; under track. */
static void io_may_run(struct mn_span *span)
{
	struct mn_io *io = container_of(span, struct mn_io, span);
	struct mn_volume *volume = io->volume;

	list_add_tail(&io->list, &volume->parked);
	queue_work(volume->wq, &volume->intent_work);
}

/* Its intent cannot be made durable. */
static enum mn_io_next io_without_intent(struct mn_io *io)
{
	struct mn_volume *volume = io->volume;

	if (!mn_meta_loss_waits(volume))
		return MN_IO_FAIL;
	io_trace_parked(io);
	list_add_tail(&io->list, &volume->unrecorded);
	return MN_IO_PARKED;
}

static enum mn_io_next io_enter_regions(struct mn_io *io)
{
	struct mn_volume *volume = io->volume;
	enum mn_region_answer answer;

	if (io->entered || !io->sectors ||
	    (volume->meta_way == MN_META_CONTINUE && !volume->unwritten))
		return MN_IO_GO;
	answer = volume->unwritten ? MN_REGION_WAIT :
		mn_regions_enter(&volume->regions, io->first_region, io->last_region, jiffies);
	if (answer == MN_REGION_PASS) {
		io->entered = true;
		return MN_IO_GO;
	}
	if (READ_ONCE(volume->meta.error))
		return io_without_intent(io);
	if (answer == MN_REGION_FULL && READ_ONCE(volume->flush_fails))
		return MN_IO_FAIL;
	io_trace_parked(io);
	list_add_tail(&io->list, &volume->parked);
	mn_region_ask(volume, answer);
	return MN_IO_PARKED;
}

/* Memory for the copies is missing for what turned live since they were made. */
static bool io_lacks_copies(struct mn_io *io, u64 first, u64 last)
{
	u32 want = 0;
	int i;

	if (io->uncopied)
		return false;
	for (i = 0; i < MN_SLOTS; i++)
		want += wants_leg(io->volume->mirror[i], io, first, last);
	return want && (want > io->have_legs || !can_be_sent(io));
}

/* Under track: is there a mirror whose queue it has to wait for? */
static bool io_is_blocked(struct mn_io *io, u64 first, u64 last)
{
	struct mn_volume *volume = io->volume;
	bool blocked = false;
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!wants_leg(mirror, io, first, last) ||
		    !mn_overflow_blocks(mirror, !io->waited))
			continue;
		blocked = true;
		mn_overflow_crowded(mirror);
		if (!volume->crowd)
			mirror->progress = get_jiffies_64();
	}
	return blocked;
}

/*
 * Under track: does it wait until a mirror's queue has room? Then it is parked for that, without
 * the memory for its copies, without its regions and its place in `overlap`: who waits for the
 * network must not hold what others need, least of all the cursor that it waits for.
 */
static bool io_is_crowded(struct mn_io *io, u64 first, u64 last)
{
	struct mn_volume *volume = io->volume;
	bool was_crowded = io->crowded;

	volume->crowd -= was_crowded;
	io->crowded = io_is_blocked(io, first, last);
	volume->crowd += io->crowded;
	if (!io->crowded) {
		mn_overflow_uncrowded(volume);
		if (was_crowded)
			mn_overflow_wake_next(volume);
		return false;
	}
	io_trace_parked(io);
	io->waited = true;
	io_leave(io);
	io_drop_resources(io);
	io->have_legs = 0;
	io->uncopied = false;
	list_add_tail(&io->list, &volume->crowded);
	return true;
}

/* Under track. */
static enum mn_io_next io_classify(struct mn_io *io, struct list_head *done)
{
	struct mn_volume *volume = io->volume;
	enum mn_io_next next;
	u64 first = 0, last = 0;
	int i;

	if (volume->tracking && !io->tracked && io->sectors) {
		io->tracked = true;
		if (!mn_overlap_enter(&volume->overlap, &io->span, io->span.start, io->sectors))
			return MN_IO_PARKED;
	}
	next = io_enter_regions(io);
	if (next != MN_IO_GO)
		return next;
	if (io->sectors)
		mn_track_span(io->span.start, io->sectors, &first, &last);
	if ((volume->live_mirrors || io->crowded) && io_is_crowded(io, first, last))
		return MN_IO_PARKED;
	if (volume->live_mirrors && io_lacks_copies(io, first, last)) {
		io->parked = jiffies;
		list_add_tail(&io->list, &volume->copying);
		queue_work(volume->wq, &volume->copy_work);
		return MN_IO_PARKED;
	}
	/* a target that was opened does not number what it writes: positions count the source's */
	volume->write_number += io->sectors && READ_ONCE(volume->role) == MN_ROLE_SOURCE;
	io->write_number = volume->write_number;
	io->started = ktime_get_ns();
	io->parity = volume->parity;
	volume->inflight[io->parity]++;
	io->counted = true;
	io->open_legs = 1;
	if (!io->sectors)
		io->flush_epoch = mn_regions_flush_starts(&volume->regions);
	for (i = 0; i < MN_SLOTS; i++)
		classify_for(volume->mirror[i], io, first, last, done);
	return MN_IO_GO;
}

static void io_fail(struct mn_io *io)
{
	struct mn_volume *volume = io->volume;
	unsigned long flags;

	spin_lock_irqsave(&volume->track, flags);
	io_leave(io);
	spin_unlock_irqrestore(&volume->track, flags);
	io->status = BLK_STS_IOERR;
	io_complete(io);
}

/* Classify and start; true when the bio itself is now to go to the data device. */
static bool io_go(struct mn_io *io)
{
	struct mn_volume *volume = io->volume;
	enum mn_io_next next;
	unsigned long flags;
	LIST_HEAD(done);

	spin_lock_irqsave(&volume->track, flags);
	next = io_classify(io, &done);
	if (next == MN_IO_GO)
		io->stage = io->payload ? MN_IO_OWNED : MN_IO_REMAPPED;
	spin_unlock_irqrestore(&volume->track, flags);
	mn_write_complete(&done);
	if (next == MN_IO_FAIL)
		io_fail(io);
	if (next != MN_IO_GO)
		return false;
	if (!io->payload)
		return true;
	submit_bio_noacct(io->clone);
	return false;
}

void mn_write_rerun(struct mn_volume *volume, struct list_head *parked)
{
	struct mn_io *io, *next;

	list_for_each_entry_safe(io, next, parked, list) {
		struct bio *bio = io->bio;

		list_del_init(&io->list);
		if (io_go(io))
			submit_bio_noacct(bio);
	}
}

static struct mn_io *next_copying(struct mn_volume *volume)
{
	struct mn_io *io;

	spin_lock_irq(&volume->track);
	io = list_first_entry_or_null(&volume->copying, struct mn_io, list);
	if (io)
		list_del_init(&io->list);
	spin_unlock_irq(&volume->track);
	return io;
}

void mn_write_copy_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(work, struct mn_volume, copy_work);
	struct mn_io *io;

	/* one taker at a time, and on its way before the next one: what it took comes back */
	while ((io = next_copying(volume))) {
		LIST_HEAD(one);

		if (!io_prepare(io, true))
			io->uncopied = true;
		list_add(&io->list, &one);
		mn_write_rerun(volume, &one);
	}
}

/* ---- map ---- */

static void io_init(struct mn_io *io, struct mn_volume *volume, struct bio *bio)
{
	memset(io, 0, sizeof(*io));
	io->volume = volume;
	io->bio = bio;
	io->stage = MN_IO_OWNED;
	io->span.run = io_may_run;
	INIT_LIST_HEAD(&io->list);
	INIT_LIST_HEAD(&io->legs);
	INIT_LIST_HEAD(&io->durable_legs);
}

/* One bio never needs more than a quarter of the intent limit, nor a frame more than it may say. */
static void cut_bio(struct mn_volume *volume, struct bio *bio)
{
	u32 most = mn_volume_most_sectors(volume);

	if (bio_sectors(bio) > most)
		dm_accept_partial_bio(bio, most);
}

static void io_aim(struct mn_io *io)
{
	struct bio *bio = io->bio;

	io->sectors = bio_sectors(bio);
	io->span.start = bio->bi_iter.bi_sector;
	if (io->sectors)
		mn_volume_region_span(io->volume, io->span.start, io->sectors,
				      &io->first_region, &io->last_region);
}

int mn_write_map(struct mn_volume *volume, struct mn_io *io, struct bio *bio)
{
	if (!percpu_ref_tryget_live(&volume->io)) {
		io->stage = MN_IO_OWNED;
		return DM_MAPIO_KILL;
	}
	if (READ_ONCE(volume->read_only) && op_is_write(bio_op(bio)) && bio_sectors(bio)) {
		percpu_ref_put(&volume->io);
		io->stage = MN_IO_OWNED;
		return DM_MAPIO_KILL;
	}
	bio_set_dev(bio, volume->data.bdev);
	if (!op_is_write(bio_op(bio)) && !is_flush(bio)) {
		io->stage = MN_IO_READ;
		return DM_MAPIO_REMAPPED;
	}
	io_init(io, volume, bio);
	bio->bi_opf &= ~(REQ_NOWAIT | REQ_POLLED);
	if (bio_op(bio) == REQ_OP_DISCARD)
		bio->bi_opf = (bio->bi_opf & ~REQ_OP_MASK) | REQ_OP_WRITE_ZEROES;
	if (!is_flush(bio))
		cut_bio(volume, bio);
	io_aim(io);
	trace_write_map(volume->data.bdev->bd_dev, io->span.start, io->sectors,
			(__force u32)bio_op(bio));
	if (!io_prepare(io, false)) {
		park_for_copy(io);
		return DM_MAPIO_SUBMITTED;
	}
	return io_go(io) ? DM_MAPIO_REMAPPED : DM_MAPIO_SUBMITTED;
}

/* ---- what concerns all writes ---- */

void mn_write_drain(struct mn_volume *volume)
{
	u8 old;

	mutex_lock(&volume->drain_lock);
	spin_lock_irq(&volume->track);
	old = volume->parity;
	volume->parity = !old;
	spin_unlock_irq(&volume->track);
	wait_event(volume->wait, !READ_ONCE(volume->inflight[old]));
	mutex_unlock(&volume->drain_lock);
}

/* Under track: a region of which the disk may have lost writes. */
static void region_set_dirty(struct mn_volume *volume, u64 region)
{
	u64 first, last;
	int i;

	mn_layout_region_blocks(&volume->meta.layout, region, &first, &last);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_bitmap_set(&volume->mirror[i]->bitmap, first, last);
}

static void announce_flush_failed(struct mn_volume *volume, blk_status_t status)
{
	char text[MN_EVENT_TEXT_MAX];
	struct mn_event event = {
		.class = MN_EVENT_DISK, .severity = MN_SEVERITY_CRITICAL, .volume = volume,
		.new = -blk_status_to_errno(status), .text = text,
	};

	snprintf(text, sizeof(text),
		 "flush of the data device failed (%d): writes since the last good one may be lost, their regions will be resynced",
		 blk_status_to_errno(status));
	mn_event_emit(&event);
}

void mn_write_flush_failed(struct mn_volume *volume, blk_status_t status)
{
	struct mn_regions *regions = &volume->regions;
	unsigned long flags;
	LIST_HEAD(done);
	u32 i;

	announce_flush_failed(volume, status);
	spin_lock_irqsave(&volume->track, flags);
	for (i = 0; i < regions->limit; i++)
		if (regions->table[i].state != MN_REGION_CLEAR && regions->table[i].unflushed)
			region_set_dirty(volume, regions->table[i].index);
	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (mirror)
			mn_session_lost_locked(mirror, MN_REASON_SOURCE_ERROR, &done);
		if (mirror && mirror->apply)
			mn_apply_flush_failed(mirror->apply);
		if (mirror)
			mirror->received.stream = 0;
	}
	spin_unlock_irqrestore(&volume->track, flags);
	mn_write_complete(&done);
}
