// SPDX-License-Identifier: GPL-2.0-only
/*
 * overflow: a queue that is full, and how the mirror comes back from it (L3; docs/modes.md)
 *
 *   in sync -> writes are tracked, the queue drains, the loss is recorded
 *           -> a resync on the same stream
 *
 * While it drains the stream is there (mirror->streaming) and takes no writes
 * (mirror->live is false). Losing the link then is like losing it at any time.
 */
#include "meta_loss.h"
#include "overflow.h"
#include "resync.h"
#include "session.h"
#include "stream.h"
#include "turn.h"

/* ---- the limits ---- */

/* Of all that may be queued on this node: from there on a queue is a large one. */
#define MN_LARGE_SHARE 16
/* Frames without payload cost memory, too. */
#define MN_LEAST_PER_WRITE 4096

static u64 limit_of(u64 set, u64 most)
{
	return set ? min(set, most) : most;
}

/* What the cursor sent is not in the queue: it has a limit of its own (resync-reads). */
bool mn_overflow_is_full(const struct mn_mirror *mirror)
{
	const struct mn_payload_pool *pool = mirror->volume->send_pool;
	const struct mn_options *options = &mirror->options;
	u64 cap = mn_payload_pool_cap(pool);
	u64 most_bytes = limit_of((u64)READ_ONCE(options->queue_byte_limit) << 20, cap);
	u64 most_writes = limit_of(READ_ONCE(options->queue_high_water), cap / MN_LEAST_PER_WRITE);
	u64 bytes = mirror->queue_bytes - mirror->resync_unapplied_bytes;

	if (bytes >= most_bytes ||
	    mirror->queue_length - mirror->resync_unapplied >= most_writes)
		return true;
	/*
	 * memory that others hold does not cost a short queue its stream; but what waits for a link
	 * gives nothing back
	 */
	return (mirror->kept || bytes > cap / MN_LARGE_SHARE) && mn_payload_pool_scarce(pool);
}

/*
 * A full queue that cannot be recorded as a loss would cost the writers an error: then they
 * wait, too.
 */
static bool may_block(const struct mn_mirror *mirror)
{
	const struct mn_volume *volume = mirror->volume;

	return mirror->live && mirror->in_sync && !mirror->kept && !volume->no_waiting &&
	       (READ_ONCE(mirror->options.on_queue_limit) == MN_ON_QUEUE_LIMIT_BLOCK ||
		READ_ONCE(volume->meta.error));
}

bool mn_overflow_delays(const struct mn_mirror *mirror)
{
	const struct mn_options *options = &mirror->options;

	return mirror->delays_writers && mirror->live && !mirror->volume->no_waiting &&
	       READ_ONCE(options->resync_low_water) &&
	       READ_ONCE(options->resync_block_writes_timeout);
}

bool mn_overflow_blocks(const struct mn_mirror *mirror, bool newcomer)
{
	return mn_overflow_delays(mirror) ||
	       (may_block(mirror) &&
		(mn_overflow_is_full(mirror) || (newcomer && mirror->volume->crowd)));
}

u32 mn_overflow_stalled_ms(const struct mn_mirror *mirror)
{
	bool drains = mirror->streaming && !mirror->live;
	bool crowded = (may_block(mirror) || mn_overflow_delays(mirror)) && mirror->volume->crowd;

	lockdep_assert_held(&mirror->volume->track);
	if (list_empty(&mirror->unapplied) ||
	    !(mirror->waited_for || mirror->catching_up || drains || crowded))
		return 0;
	return jiffies_to_msecs(get_jiffies_64() - mirror->progress);
}

void mn_overflow_crowded(struct mn_mirror *mirror)
{
	lockdep_assert_held(&mirror->volume->track);
	if (mirror->crowded_since)
		return;
	mirror->crowded_since = get_jiffies_64();
	mirror->stalls++;
}

static void end_of_stall(struct mn_mirror *mirror)
{
	if (!mirror || !mirror->crowded_since)
		return;
	mirror->stall_jiffies += get_jiffies_64() - mirror->crowded_since;
	mirror->crowded_since = 0;
}

void mn_overflow_uncrowded(struct mn_volume *volume)
{
	int i;

	lockdep_assert_held(&volume->track);
	for (i = 0; i < MN_SLOTS && !volume->crowd; i++)
		end_of_stall(volume->mirror[i]);
}

void mn_overflow_drained_some(struct mn_mirror *mirror)
{
	if (may_block(mirror) && !mn_overflow_is_full(mirror))
		mn_overflow_wake_next(mirror->volume);
	mn_overflow_check(mirror);
}

void mn_overflow_wake_next(struct mn_volume *volume)
{
	lockdep_assert_held(&volume->track);
	if (list_empty(&volume->crowded))
		return;
	list_move_tail(volume->crowded.next, &volume->parked);
	queue_work(volume->wq, &volume->intent_work);
}

void mn_overflow_wake(struct mn_volume *volume)
{
	lockdep_assert_held(&volume->track);
	if (list_empty(&volume->crowded))
		return;
	list_splice_tail_init(&volume->crowded, &volume->parked);
	queue_work(volume->wq, &volume->intent_work);
}

/* ---- the queue overflows ---- */

void mn_overflow_locked(struct mn_mirror *mirror, u8 reason, struct list_head *done)
{
	struct mn_volume *volume = mirror->volume;

	lockdep_assert_held(&volume->track);
	mn_stream_shut(mirror);
	mirror->progress = get_jiffies_64();
	mn_mirror_event_locked(mirror, MN_EV_QUEUE_FULL, reason);
	mn_stream_release_writers(mirror, done);
	mn_overflow_wake(volume);
	mn_overflow_check(mirror);
}

/* ---- the way back ---- */

/* Under track: is everything over that was queued, and the loss on record? */
static bool drained(const struct mn_session *session)
{
	const struct mn_mirror *mirror = session->mirror;

	return mirror->streaming == session && !mirror->live && !mirror->in_sync &&
	       list_empty(&mirror->unapplied) && !session->sync_end;
}

void mn_overflow_check(struct mn_mirror *mirror)
{
	struct mn_session *session = mirror->streaming;

	lockdep_assert_held(&mirror->volume->track);
	if (session && drained(session))
		queue_work(mirror->volume->session_wq, &session->drained_work);
}

/* The target has the generation of this stream; what follows gives it the present one. */
static int record_restart(struct mn_session *session)
{
	struct mn_super *draft = mn_volume_begin(session->volume);
	struct mn_slot *slot = &draft->slot[session->mirror->slot];

	slot->old_base = session->generation;
	slot->base = draft->generation;
	session->generation = draft->generation;
	return mn_meta_commit(&session->volume->meta);
}

/* Takes the leg. False: the link ended meanwhile. */
static bool go_on(struct mn_session *session, struct mn_leg *leg)
{
	struct mn_mirror *mirror = session->mirror;
	struct mn_volume *volume = session->volume;
	bool going;

	spin_lock_irq(&volume->track);
	going = drained(session);
	if (going) {
		mirror->live = true;
		volume->live_mirrors++;
		mn_session_begin_sync(session, leg, false);
		mn_mirror_event_locked(mirror, MN_EV_SYNC_STARTED, MN_REASON_NONE);
	} else {
		mn_leg_put(leg);
	}
	spin_unlock_irq(&volume->track);
	return going;
}

/* Under track. If not, drained_work comes again when it has. */
static bool has_turn(struct mn_session *session)
{
	if (mn_turn_take(session, &session->drained_work))
		return true;
	if (!session->ended)
		mn_mirror_event_locked(session->mirror, MN_EV_AWAITS_TURN, MN_REASON_NONE);
	return false;
}

void mn_overflow_drained_work(struct work_struct *work)
{
	struct mn_session *session = container_of(work, struct mn_session, drained_work);
	struct mn_volume *volume = session->volume;
	bool due;

	spin_lock_irq(&volume->track);
	due = drained(session) && has_turn(session);
	spin_unlock_irq(&volume->track);
	if (!due)
		return;
	mn_resync_stop(session->mirror);
	if (record_restart(session)) {
		mn_meta_loss_fail(session, "cannot record that a resync follows the full queue");
		return;
	}
	mn_bitmap_refill(&session->mirror->bitmap);
	if (go_on(session, mn_leg_get(volume, GFP_NOIO)) &&
	    mn_resync_start(session, false, false))
		mn_session_fail(session, MN_REASON_NO_MEMORY, "no memory to resync");
}
