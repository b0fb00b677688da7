// SPDX-License-Identifier: GPL-2.0-only
/*
 * stream: what is queued for one mirror, in the order of its stream (L3)
 *
 * A leg is one frame on its way. It stands on mirror->unapplied from the moment
 * it gets its sequence until the target has applied it, or the stream is given
 * up; then its blocks are pending, or dirty.
 */
#include "bitmap.h"
#include "overflow.h"
#include "resync.h"
#include "stream.h"
#include "trace.h"
#include "write.h"

/* A target that stands for less is only a slow one. */
#define MN_STALL_LEAST HZ

/* ---- legs ---- */

struct mn_leg *mn_leg_get(struct mn_volume *volume, gfp_t gfp)
{
	struct mn_leg *leg = mempool_alloc(&volume->legs, gfp);

	if (!leg)
		return NULL;
	memset(leg, 0, sizeof(*leg));
	leg->volume = volume;
	INIT_LIST_HEAD(&leg->list);
	INIT_LIST_HEAD(&leg->of_io);
	refcount_set(&leg->refs, 1);
	return leg;
}

void mn_leg_put(struct mn_leg *leg)
{
	if (!refcount_dec_and_test(&leg->refs))
		return;
	if (leg->out.payload)
		mn_payload_put(leg->out.payload);
	mempool_free(leg, &leg->volume->legs);
}

static void leg_released(struct mn_out *out, bool sent)
{
	struct mn_leg *leg = container_of(out, struct mn_leg, out);

	if (sent && leg->resync && out->saved)
		mn_resync_saved(leg->mirror, out->saved);
	mn_leg_put(leg);
}

/* Under track. */
static void leg_send(struct mn_leg *leg, struct mn_conn *conn)
{
	refcount_inc(&leg->refs);	/* the sender's */
	mn_send_queue(conn, &leg->out);
}

/* Under track. Nobody waits for these: the writes returned, or will, without the target. */
static bool is_patient(const struct mn_leg *leg)
{
	u8 type = leg->out.frame.type;

	return !leg->io && !leg->resync && (type == MN_FRAME_WRITE || type == MN_FRAME_FLUSH ||
					    type == MN_FRAME_WRITE_ZEROES);
}

void mn_leg_queue(struct mn_mirror *mirror, struct mn_leg *leg)
{
	lockdep_assert_held(&mirror->volume->track);
	leg->mirror = mirror;
	leg->slot = mirror->slot;
	leg->stream = mirror->stream;
	leg->queued = get_jiffies_64();
	leg->out.release = leg_released;
	leg->out.patient = is_patient(leg);
	leg->out.frame.sequence = ++mirror->sequence;
	leg->out.frame.barrier = mirror->barrier;
	refcount_inc(&leg->refs);	/* the list's */
	if (list_empty(&mirror->unapplied))
		mirror->progress = leg->queued;
	list_add_tail(&leg->list, &mirror->unapplied);
	mirror->queue_length++;
	mirror->resync_unapplied += leg->resync;
	if (leg->resync)
		mirror->resync_unapplied_bytes += leg->out.frame.payload_bytes;
	mirror->queue_bytes += leg->out.frame.payload_bytes;
	trace_leg_sent(mirror->volume->data.bdev->bd_dev, mirror->slot, mirror->sequence,
		       leg->sector, leg->sectors);
	if (mirror->conn)
		leg_send(leg, mirror->conn);
}

/* Under track. The generation that it names is not this node's any more, nor in its slot. */
static void generation_to_flush(struct mn_leg *leg)
{
	leg->mirror->queue_bytes -= leg->out.frame.payload_bytes;
	leg->out.frame.type = MN_FRAME_FLUSH;
	leg->out.frame.payload_bytes = 0;
	leg->out.inlined = NULL;
}

void mn_leg_queue_again(struct mn_leg *leg, struct mn_conn *conn)
{
	lockdep_assert_held(&leg->volume->track);
	if (leg->out.frame.type == MN_FRAME_SYNC_END || leg->out.frame.type == MN_FRAME_GENERATION)
		generation_to_flush(leg);
	leg_send(leg, conn);
}

/* Off the list of what is not applied; the caller puts the list's reference. */
static void leg_unlink(struct mn_leg *leg)
{
	struct mn_mirror *mirror = leg->mirror;

	list_del_init(&leg->list);
	mirror->queue_length--;
	mirror->resync_unapplied -= leg->resync;
	if (leg->resync)
		mirror->resync_unapplied_bytes -= leg->out.frame.payload_bytes;
	mirror->queue_bytes -= leg->out.frame.payload_bytes;
}

/* ---- the end of a stream, or of its order ---- */

/* Under track: did something return that the target may not have? */
static bool any_write_queued(const struct mn_mirror *mirror)
{
	const struct mn_leg *leg;

	list_for_each_entry(leg, &mirror->unapplied, list)
		if (leg->sectors && !leg->resync)
			return true;
	return false;
}

void mn_stream_lose_sync(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;

	lockdep_assert_held(&volume->track);
	if (mirror->in_sync && (volume->writable || any_write_queued(mirror))) {
		/* before any completion that follows: they are held until it is durable (I6) */
		volume->loss_pending = true;
		queue_work(volume->wq, &volume->loss_work);
	} else {
		mirror->lost_unrecorded |= mirror->in_sync;
		mirror->in_sync = false;	/* commit_open() sees to what is written later */
	}
}

void mn_stream_shut(struct mn_mirror *mirror)
{
	lockdep_assert_held(&mirror->volume->track);
	if (mirror->live)
		mirror->volume->live_mirrors--;
	mirror->live = false;
	mirror->kept = false;
	mirror->catching_up = false;
	mirror->delays_writers = false;
	mn_stream_lose_sync(mirror);
}

/* Under track: nobody waits for this leg any more. */
static void leg_release_writer(struct mn_leg *leg, struct list_head *done)
{
	struct mn_io *io = leg->io;

	if (!io)
		return;
	leg->io = NULL;
	leg->mirror->waited_for--;
	mn_write_leg_done(io, done);
}

/*
 * Under track: the target has moved on, or its writers wait no more. Who waits for room is counted
 * by overflow.c.
 */
static void note_stall(struct mn_mirror *mirror)
{
	u64 stood = get_jiffies_64() - mirror->progress;

	if (!mirror->waited_for || mirror->crowded_since || stood < MN_STALL_LEAST)
		return;
	mirror->stalls++;
	mirror->stall_jiffies += stood;
	mirror->progress = get_jiffies_64();	/* counted once */
}

void mn_stream_release_writers(struct mn_mirror *mirror, struct list_head *done)
{
	struct mn_leg *leg;

	lockdep_assert_held(&mirror->volume->track);
	note_stall(mirror);
	list_for_each_entry(leg, &mirror->unapplied, list) {
		if (!mirror->waited_for)
			break;
		leg_release_writer(leg, done);
	}
}

/* Under track: the block range of a leg, as a bitmap names it. */
static void leg_set_dirty(struct mn_mirror *mirror, const struct mn_leg *leg)
{
	u64 first, last;

	if (!leg->sectors)
		return;
	mn_track_span(leg->sector, leg->sectors, &first, &last);
	mn_bitmap_set(&mirror->bitmap, first, last);
}

/* Under track. jiffies64: when the oldest write was queued that the target has not applied. */
static u64 oldest_queued(struct mn_mirror *mirror)
{
	const struct mn_leg *oldest =
		list_first_entry_or_null(&mirror->unapplied, struct mn_leg, list);

	return oldest ? oldest->queued : get_jiffies_64();
}

void mn_stream_give_up(struct mn_mirror *mirror, struct list_head *done)
{
	u64 oldest = oldest_queued(mirror);
	struct mn_leg *leg, *next;

	lockdep_assert_held(&mirror->volume->track);
	note_stall(mirror);
	mn_stream_shut(mirror);
	mirror->conn = NULL;
	list_for_each_entry_safe(leg, next, &mirror->unapplied, list) {
		leg_set_dirty(mirror, leg);
		leg_release_writer(leg, done);
		leg_unlink(leg);
		list_add_tail(&leg->list, &mirror->volume->dropped);
	}
	queue_work(mirror->volume->session_wq, &mirror->volume->drop_work);
	mn_bitmap_give_up(&mirror->bitmap);
	mn_bitmap_dirty_since(&mirror->bitmap, oldest);
	mn_overflow_wake(mirror->volume);
}

/* Or NULL. Interrupts are not off while its memory goes. */
static struct mn_leg *next_dropped(struct mn_volume *volume)
{
	struct mn_leg *leg;

	spin_lock_irq(&volume->track);
	leg = list_first_entry_or_null(&volume->dropped, struct mn_leg, list);
	if (leg)
		list_del_init(&leg->list);
	spin_unlock_irq(&volume->track);
	return leg;
}

void mn_stream_drop_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(work, struct mn_volume, drop_work);
	struct mn_leg *leg;

	while ((leg = next_dropped(volume))) {
		mn_leg_put(leg);
		cond_resched();
	}
}

void mn_stream_untrack(struct mn_mirror *mirror)
{
	lockdep_assert_held(&mirror->volume->track);
	if (mirror->tracking)
		mirror->volume->tracking--;
	mirror->tracking = false;
}

/* ---- what the target reports ---- */

/* A live write is applied; false: no page for its pending bits. The cursor's have theirs. */
static bool leg_set_pending(struct mn_mirror *mirror, const struct mn_leg *leg)
{
	u64 first, last;

	if (leg->resync || !leg->sectors)
		return true;
	mn_track_span(leg->sector, leg->sectors, &first, &last);
	return mn_bitmap_sent(&mirror->bitmap, first, last);
}

int mn_stream_acknowledged(struct mn_mirror *mirror, u64 applied, u64 stable,
			   struct list_head *done)
{
	struct mn_leg *leg, *next;
	u64 now = ktime_get_ns();

	lockdep_assert_held(&mirror->volume->track);
	if (applied > mirror->applied)
		note_stall(mirror);
	list_for_each_entry_safe(leg, next, &mirror->unapplied, list) {
		if (leg->out.frame.sequence > applied)
			break;
		if (leg->out.frame.sequence > stable && !leg_set_pending(mirror, leg))
			return -ENOMEM;
		if (leg->resync)
			mn_resync_acked(mirror, leg->queued);
		if (leg->started)
			mn_latency_add(&mirror->remote_latency, leg->started, now);
		leg_release_writer(leg, done);
		leg_unlink(leg);
		mn_leg_put(leg);
	}
	if (applied > mirror->applied)
		mirror->progress = get_jiffies_64();
	mirror->applied = applied;
	mirror->stable = stable;
	trace_acked(mirror->volume->data.bdev->bd_dev, mirror->slot, applied, stable);
	mn_bitmap_stable(&mirror->bitmap, stable, mirror->sequence);
	mn_overflow_drained_some(mirror);
	return 0;
}
