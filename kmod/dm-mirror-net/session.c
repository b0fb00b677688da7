// SPDX-License-Identifier: GPL-2.0-only
/*
 * session: one link of a mirror, from attach to its end (L3)
 *
 * Who ends a link only says so (session_end_locked: the stream is given up at
 * once, under volume->track); end_work then takes it apart. The session is
 * freed when end_work is through and nobody waits for it. Until then references to it are:
 * mirror->session (volume->lock), mirror->streaming (track, cleared when the
 * stream is given up), the conn's context (threads end in mn_conn_destroy), the resync
 * (mn_resync_stop), the apply (mn_apply_destroy), timer and works (cancelled).
 */
#include <linux/delay.h>
#include <linux/random.h>
#include <linux/slab.h>
#include "copies.h"
#include "event.h"
#include "fence.h"
#include "golive.h"
#include "keep.h"
#include "meta_loss.h"
#include "overflow.h"
#include "position.h"
#include "rest.h"
#include "resync.h"
#include "session.h"
#include "stream.h"
#include "turn.h"
#include "write.h"

#define MN_HANDSHAKE_DEADLINE (30 * HZ)
#define MN_BYE_PATIENCE (HZ / 5)
#define MN_TIMER_MOST 5000U		/* ms; renew.c counts on it */

static void session_put(struct mn_session *session)
{
	if (!refcount_dec_and_test(&session->refs))
		return;
	if (session->sync_end_leg)
		mn_leg_put(session->sync_end_leg);
	mn_volume_put(session->volume);
	kfree(session);
}

/* What the state machine is told about the end of a link. */
static enum mn_mirror_event end_event(u8 reason)
{
	switch (reason) {
	case MN_REASON_USER:
		return MN_EV_USER_PAUSE;
	case MN_REASON_SHUTDOWN:
		return MN_EV_SHUTDOWN;
	case MN_REASON_SOURCE_ERROR:
		return MN_EV_SOURCE_ERROR;
	case MN_REASON_METADATA_ERROR:
		return MN_EV_METADATA_ERROR;
	case MN_REASON_LINK_LOST:
	case MN_REASON_PEER_SILENT:
	case MN_REASON_QUEUE_LIMIT:
	case MN_REASON_NO_MEMORY:
	case MN_REASON_OPERATION:
	case MN_REASON_TARGET_ERROR:
		return MN_EV_LINK_LOST;
	default:
		return MN_EV_REFUSED;
	}
}

/* False: it had ended before. */
static bool session_end_locked(struct mn_session *session, u8 reason, struct list_head *done)
{
	enum mn_mirror_event event = end_event(reason);
	struct mn_mirror *mirror = session->mirror;

	lockdep_assert_held(&session->volume->track);
	if (session->ended)
		return false;
	session->ended = true;
	session->end_reason = reason;
	session->phase = MN_SESSION_ENDING;
	mirror->full_asked = false;
	mirror->deferred = NULL;
	if (mirror->streaming == session) {
		mirror->streaming = NULL;
		mn_keep_or_give_up(mirror, reason, done);
	} else if (!mn_keep_outlives(reason)) {
		mn_keep_drop_locked(mirror, done);
	}
	if (event == MN_EV_LINK_LOST && (mirror->kept || session->apply))
		event = MN_EV_CUT_OFF;
	mn_mirror_event_locked(mirror, event, reason);
	mn_meta_loss_check(session->volume);
	queue_work(session->volume->session_wq, &session->end_work);
	return true;
}

void mn_session_lost_locked(struct mn_mirror *mirror, u8 reason, struct list_head *done)
{
	struct mn_session *session = mirror->streaming ?: mirror->deferred;

	if (session)
		session_end_locked(session, reason, done);
	else if (!mn_keep_outlives(reason))
		mn_keep_drop_locked(mirror, done);
}

void mn_session_fail(struct mn_session *session, u8 reason, const char *why)
{
	unsigned long flags;
	LIST_HEAD(done);
	bool first;

	spin_lock_irqsave(&session->volume->track, flags);
	first = session_end_locked(session, reason, &done);
	spin_unlock_irqrestore(&session->volume->track, flags);
	if (first && why)
		pr_warn_ratelimited("dm-mirror-net: %s: link to %pUb closed (%s): %s\n",
				    session->volume->name, session->mirror->peer_uuid,
				    mn_reason_text(reason), why);
	mn_write_complete(&done);
}

/* ---- the stream, at the source ---- */

void mn_session_begin_sync(struct mn_session *session, struct mn_leg *leg, bool full)
{
	struct mn_wire_sync_begin *begin = &leg->small.begin;

	lockdep_assert_held(&session->volume->track);
	begin->generation = cpu_to_le64(session->generation);
	begin->full = full;
	leg->out.inlined = begin;
	leg->out.frame.type = MN_FRAME_SYNC_BEGIN;
	leg->out.frame.payload_bytes = sizeof(*begin);
	session->sync_begun = true;
	mn_leg_queue(session->mirror, leg);
	session->mirror->sync_begin = leg->out.frame.sequence;
	mn_leg_put(leg);
}

void mn_session_end_sync(struct mn_session *session, struct mn_leg *leg)
{
	struct mn_mirror *mirror = session->mirror;
	struct mn_frame *frame = &leg->out.frame;

	lockdep_assert_held(&session->volume->track);
	session->sync_generation = session->generation;
	leg->small.generation.generation = cpu_to_le64(session->generation);
	leg->out.inlined = &leg->small.generation;
	frame->type = MN_FRAME_SYNC_END;
	frame->payload_bytes = sizeof(leg->small.generation);
	/*
	 * From here on every write is either before SYNC_END, and stable when
	 * the target says SYNC_DONE, or behind it in the queue. The target may
	 * be in sync from any moment now: losing it is a loss to be recorded.
	 */
	mirror->progress = get_jiffies_64();
	mirror->in_sync = true;
	mirror->delays_writers = false;
	mn_overflow_wake(mirror->volume);
	/* the target's position moves even if nobody wrote: an image from before is behind it */
	frame->write_number = ++mirror->volume->write_number;
	mn_leg_queue(mirror, leg);
	session->sync_end = frame->sequence;
	mirror->told = frame->sequence;
	session->sync_ending = true;
	mn_leg_put(leg);
}

/* Writers wait for what the caller has to tell; a link is lost rather than let them wait long. */
static int refill_patiently(struct mn_session *session)
{
	int tries, err = mn_bitmap_refill(&session->mirror->bitmap);

	for (tries = 0; err && tries < 50 && !mn_conn_dead(session->conn); tries++) {
		msleep(20);
		err = mn_bitmap_refill(&session->mirror->bitmap);
	}
	return err;
}

static int receive_ack(struct mn_session *session, struct mn_payload *payload, const char **why)
{
	struct mn_mirror *mirror = session->mirror;
	struct mn_volume *volume = session->volume;
	const struct mn_wire_ack *ack = mn_payload_map(payload);
	enum mn_wire_error error = MN_WIRE_OK;
	LIST_HEAD(done);
	int err = 0;

	do {
		if (err == -ENOMEM && refill_patiently(session))
			break;
		err = 0;
		spin_lock_irq(&volume->track);
		if (mirror->streaming == session) {
			error = mn_wire_check_ack(ack, payload->bytes, mirror->applied,
						  mirror->stable, mirror->sequence);
			if (!error)
				err = mn_stream_acknowledged(mirror, le64_to_cpu(ack->applied),
							     le64_to_cpu(ack->stable), &done);
			mn_golive_caught_up(session);
		}
		spin_unlock_irq(&volume->track);
	} while (err == -ENOMEM);
	mn_write_complete(&done);
	if (error) {
		*why = mn_wire_error_text(error);
		return -EPROTO;
	}
	if (err)
		*why = "no memory for the bitmap";
	mn_resync_kick(mirror);
	return err;
}

/* The target is consistent, durably. */
static int receive_sync_done(struct mn_session *session, const char **why)
{
	bool expected;

	spin_lock_irq(&session->volume->track);
	expected = session->sync_ending;
	session->sync_ending = false;
	spin_unlock_irq(&session->volume->track);
	if (!expected) {
		*why = "SYNC_DONE without SYNC_END";
		return -EPROTO;
	}
	queue_work(session->volume->session_wq, &session->in_sync_work);
	return 0;
}

static int commit_in_sync(struct mn_session *session)
{
	struct mn_volume *volume = session->volume;
	struct mn_super *draft = mn_volume_begin(volume);
	struct mn_slot *slot = &draft->slot[session->mirror->slot];

	slot->flags &= ~(MN_SLOT_F_FULL | MN_SLOT_F_BLANK);
	/* base may be a later one already, which is on its way (advance.c) */
	slot->old_base = session->sync_generation;
	return mn_meta_commit(&volume->meta);
}

/* Under track. The last resync's numbers stay until the next one. */
static void end_resync_stats(struct mn_resync_stats *stats)
{
	if (stats->phase == MN_RESYNC_NONE)
		return;
	stats->phase = MN_RESYNC_NONE;
	stats->ended = ktime_get_ns();
}

/* Under track: what was asked for is done, and what failed is over. */
static void was_in_sync(struct mn_mirror *mirror)
{
	mirror->asked = false;
	mirror->compare = false;
	mirror->lost_unrecorded = false;
	mn_rest_forget(mirror);
}

static void in_sync_work(struct work_struct *work)
{
	struct mn_session *session = container_of(work, struct mn_session, in_sync_work);
	struct mn_mirror *mirror = session->mirror;
	struct mn_volume *volume = session->volume;

	mn_resync_stop(mirror);
	mn_turn_give(mirror);
	/*
	 * Where that cannot be recorded nothing is lost by it: what the stream gave the target is
	 * on record since it began, and the bits of the last resync stay set. To end the link would
	 * be a loss, which can be recorded still less.
	 */
	if (commit_in_sync(session))
		mn_meta_loss_begins(volume);
	spin_lock_irq(&volume->track);
	if (mirror->streaming == session && !mirror->full_asked) {
		session->sync_end = 0;
		end_resync_stats(&mirror->resync_stats);
		mirror->peer_data_state = MN_DATA_CURRENT;
		was_in_sync(mirror);
		if (mirror->live) {
			mn_fence_event(mirror, MN_FENCE_EV_OVER);
			mn_mirror_event_locked(mirror, MN_EV_IN_SYNC, MN_REASON_NONE);
		}
		mn_overflow_check(mirror);
	}
	spin_unlock_irq(&volume->track);
}

/* ---- frames ---- */

/* Under track. Nothing of what this stream has queued makes it consistent again. */
static bool is_unfit(const struct mn_session *session)
{
	const struct mn_mirror *mirror = session->mirror;

	return mirror->streaming == session && mirror->live && !mirror->in_sync;
}

/* The target has it on record that a resync is under way; the stream did not wait for this. */
static int receive_sync_ready(struct mn_session *session, const char **why)
{
	bool expected;

	spin_lock_irq(&session->volume->track);
	expected = session->sync_begun;
	session->sync_begun = false;
	if (expected)
		session->mirror->peer_data_state = MN_DATA_INCONSISTENT;
	if (expected && is_unfit(session))
		mn_fence_event(session->mirror, MN_FENCE_EV_UNFIT);
	spin_unlock_irq(&session->volume->track);
	if (!expected) {
		*why = "SYNC_READY without SYNC_BEGIN";
		return -EPROTO;
	}
	mn_volume_may_open(session->mirror);
	return 0;
}

/* From here on it does not pass for current, whatever is written here without it (I6). */
static int receive_full_stored(struct mn_session *session, const char **why)
{
	bool expected = true;
	LIST_HEAD(done);

	spin_lock_irq(&session->volume->track);
	if (!session->ended)
		expected = mn_meta_loss_stored(session->mirror) &&
			   session_end_locked(session, MN_REASON_METADATA_ERROR, &done);
	spin_unlock_irq(&session->volume->track);
	mn_write_complete(&done);
	if (expected)
		return 0;
	*why = "FULL_STORED without NEEDS_FULL";
	return -EPROTO;
}

static int receive_differs(struct mn_session *session, const struct mn_frame *frame,
			   const char **why)
{
	struct mn_mirror *mirror = session->mirror;
	bool known = true;

	spin_lock_irq(&session->volume->track);
	if (mirror->streaming == session)
		known = mn_resync_differs(mirror, frame);
	spin_unlock_irq(&session->volume->track);
	if (known)
		return 0;
	*why = "DIFFERS for a block that was not compared";
	return -EPROTO;
}

/* What the peer says of why it goes; what concerns only its side is a lost link here. */
static u8 reason_of_bye(const struct mn_session *session, u32 reason)
{
	switch (reason) {
	case MN_REASON_METADATA_ERROR:
		return session->is_source ? MN_REASON_TARGET_ERROR : MN_REASON_LINK_LOST;
	case MN_REASON_SHUTDOWN:
	case MN_REASON_PEER_BUSY:
	case MN_REASON_TARGET_ERROR:
		return reason;
	default:
		return MN_REASON_LINK_LOST;
	}
}

/* What it is to this side is one thing, what the peer said is another, and shown as it is. */
static void receive_bye(struct mn_session *session, u32 reason, const char **why)
{
	spin_lock_irq(&session->volume->track);
	session->mirror->peer_reason = reason;
	spin_unlock_irq(&session->volume->track);
	mn_session_fail(session, reason_of_bye(session, reason), NULL);
	*why = "the peer closed it";
}

static int receive_on_stream(struct mn_session *session, const struct mn_frame *frame,
			     struct mn_payload *payload, const char **why)
{
	int err;

	if (!session->is_source)
		return mn_apply_receive(session->apply, frame, payload, why);
	switch (frame->type) {
	case MN_FRAME_ACK:
		err = receive_ack(session, payload, why);
		break;
	case MN_FRAME_SYNC_READY:
		err = receive_sync_ready(session, why);
		break;
	case MN_FRAME_SYNC_DONE:
		err = receive_sync_done(session, why);
		break;
	case MN_FRAME_DIFFERS:
		err = receive_differs(session, frame, why);
		break;
	default:
		*why = "frame not expected by the source of a stream";
		err = -EPROTO;
	}
	if (payload)
		mn_payload_put(payload);
	return err;
}

static int session_receive(void *context, const struct mn_frame *frame,
			   struct mn_payload *payload, const char **why)
{
	struct mn_session *session = context;
	u8 phase = READ_ONCE(session->phase);

	switch (frame->type) {
	case MN_FRAME_PING:
		if (phase == MN_SESSION_COLLECT || phase == MN_SESSION_STARTING ||
		    phase == MN_SESSION_STREAM)
			mn_position_heard(session->mirror, frame->write_number);
		mn_send_pong(session->conn);
		return 0;
	case MN_FRAME_PONG:
		return 0;
	case MN_FRAME_FULL_STORED:
		return receive_full_stored(session, why);
	case MN_FRAME_RENEW_ASK:
		return mn_renewal_asked(session, why);
	case MN_FRAME_BYE:
		receive_bye(session, frame->sectors, why);
		return -ECONNRESET;
	}
	if (phase == MN_SESSION_ENDING) {
		/* what was under way when this side gave up; end_work says why, then closes */
		if (payload)
			mn_payload_put(payload);
		return 0;
	}
	if (phase == MN_SESSION_STREAM)
		return receive_on_stream(session, frame, payload, why);
	return mn_handshake_receive(session, frame, payload, why);
}

static void session_down(void *context, u8 reason, const char *why)
{
	struct mn_session *session = context;

	mn_session_fail(session, reason, NULL);
}

static void session_renewed(void *context)
{
	struct mn_session *session = context;

	WRITE_ONCE(session->renewal_tries, 0);
	WRITE_ONCE(session->renewal_wanted, 0);
	atomic64_inc(&session->mirror->renewals);
}

static const struct mn_conn_ops session_conn_ops = {
	.receive = session_receive,
	.down = session_down,
	.renewed = session_renewed,
};

/* The apply may still be at it when the link is given up: then nothing is reported any more. */
static void apply_event(void *context, enum mn_mirror_event event)
{
	struct mn_session *session = context;

	spin_lock_irq(&session->volume->track);
	if (!session->ended && event == MN_EV_IN_SYNC)
		was_in_sync(session->mirror);
	if (!session->ended)
		mn_mirror_event_locked(session->mirror, event, MN_REASON_NONE);
	spin_unlock_irq(&session->volume->track);
}

/* A disk may come back by itself; metadata does only when this volume is activated anew. */
static void apply_failed(void *context, const char *why)
{
	struct mn_session *session = context;

	mn_session_fail(session, READ_ONCE(session->volume->meta.error) ?
			MN_REASON_METADATA_ERROR : MN_REASON_TARGET_ERROR, why);
}

static const struct mn_apply_ops session_apply_ops = {
	.event = apply_event,
	.failed = apply_failed,
};

int mn_session_make_target(struct mn_session *session, const struct mn_received *from)
{
	struct mn_apply *apply = mn_apply_create(session->mirror, session->conn, from,
						 &session_apply_ops, session);

	if (IS_ERR(apply))
		return PTR_ERR(apply);
	session->apply = apply;
	return 0;
}

/* ---- keep-alive ---- */

/* ms since the target last acknowledged anything while writers wait; 0: nobody waits. */
static u32 stalled_for(struct mn_mirror *mirror)
{
	u32 age;

	spin_lock_irq(&mirror->volume->track);
	age = mn_overflow_stalled_ms(mirror);
	spin_unlock_irq(&mirror->volume->track);
	return age;
}

static const char *why_dead(struct mn_session *session)
{
	const struct mn_options *options = &session->mirror->options;
	u64 patience = (u64)READ_ONCE(options->ping_interval) * READ_ONCE(options->max_ping_misses);

	if (mn_conn_silent_for(session->conn) > patience)
		return "nothing was heard of the peer for ping-interval x max-ping-misses";
	if (READ_ONCE(session->phase) <= MN_SESSION_COLLECT &&
	    time_after(jiffies, READ_ONCE(session->negotiated) + MN_HANDSHAKE_DEADLINE))
		return "the peer did not finish the negotiation";
	if (stalled_for(session->mirror) > READ_ONCE(options->stall_timeout))
		return "the target acknowledged nothing for stall-timeout while it was waited for";
	return NULL;
}

static void session_timer(struct work_struct *work)
{
	struct mn_session *session = container_of(to_delayed_work(work), struct mn_session, timer);
	const struct mn_options *options = &session->mirror->options;
	u32 ping = READ_ONCE(options->ping_interval);
	u32 often = min3(ping / 2, READ_ONCE(options->stall_timeout) / 4, MN_TIMER_MOST);
	const char *why = why_dead(session);

	if (why) {
		mn_session_fail(session, MN_REASON_PEER_SILENT, why);
		return;
	}
	mn_resync_watch(session->mirror);
	mn_renewal_watch(session);
	mn_copies_tell(session);
	/* before the initiator's HELLO nothing of ours may be on the wire (kTLS hand-over) */
	if (READ_ONCE(session->phase) != MN_SESSION_HELLO &&
	    time_after_eq(jiffies, session->last_ping + msecs_to_jiffies(ping))) {
		session->last_ping = jiffies;
		mn_send_ping(session->conn, mn_position_own(session->volume));
	}
	queue_delayed_work(session->volume->session_wq, &session->timer,
			   msecs_to_jiffies(often) + 1);
}

/* volume->lock held. */
static void tell_options(struct mn_session *session)
{
	const struct mn_options *options = &session->mirror->options;

	mn_conn_set_options(session->conn, options->bandwidth_limit, options->compression);
}

void mn_session_options_changed(struct mn_mirror *mirror)
{
	struct mn_session *session = mirror->session;

	lockdep_assert_held(&mirror->volume->lock);
	spin_lock_irq(&mirror->volume->track);
	mn_overflow_wake(mirror->volume);
	spin_unlock_irq(&mirror->volume->track);
	/* end_work takes the lock before it cancels the timer and ends the conn */
	if (!session || READ_ONCE(session->ended))
		return;
	tell_options(session);
	mn_resync_kick(mirror);
	mod_delayed_work(session->volume->session_wq, &session->timer, 0);
}

/* ---- the end ---- */

/*
 * Tell the peer why, if it can still hear it; the writes are given up already, so nobody waits
 * for this.
 */
static void say_bye(struct mn_session *session)
{
	struct mn_frame frame = { .type = MN_FRAME_BYE, .sectors = session->end_reason };
	unsigned long until = jiffies + MN_BYE_PATIENCE;

	if (mn_conn_dead(session->conn) || session->end_reason == MN_REASON_PEER_SILENT)
		return;
	if (mn_send_small(session->conn, &frame, NULL))
		return;
	while (mn_send_queued_bytes(session->conn) && time_before(jiffies, until) &&
	       !mn_conn_dead(session->conn))
		msleep(20);
}

static void forget_stream(struct mn_session *session)
{
	struct mn_mirror *mirror = session->mirror;
	struct mn_volume *volume = session->volume;

	spin_lock_irq(&volume->track);
	if (!mirror->kept)
		mn_stream_untrack(mirror);
	mn_boot_forget(mirror);
	mirror->link = MN_LINK_NONE;
	mirror->encrypted = false;
	mirror->peer_role = MN_ROLE_NONE;
	mirror->peer_data_state = MN_DATA_UNKNOWN;
	end_resync_stats(&mirror->resync_stats);
	spin_unlock_irq(&volume->track);
}

static void add_up_stats(struct mn_session *session)
{
	struct mn_conn_stats *stats = mn_conn_stats(session->conn);
	struct mn_mirror *mirror = session->mirror;

	spin_lock_irq(&session->volume->track);
	mirror->old_sent_bytes += atomic64_read(&stats->sent_bytes);
	mirror->old_received_bytes += atomic64_read(&stats->received_bytes);
	mirror->old_saved_bytes += atomic64_read(&stats->saved_bytes);
	mirror->attached_conn = NULL;
	spin_unlock_irq(&session->volume->track);
}

static void session_unlink(struct mn_session *session)
{
	struct mn_mirror *mirror = session->mirror;
	struct mn_event event = {
		.class = MN_EVENT_LINK, .severity = MN_SEVERITY_WARNING,
		.volume = session->volume, .mirror = mirror,
		.old = mirror->link, .new = MN_LINK_NONE, .reason = session->end_reason,
		.text = "the link is closed: what is written meanwhile is queued, or tracked",
	};

	mutex_lock(&session->volume->lock);
	mirror->session = NULL;
	forget_stream(session);
	if (end_event(session->end_reason) == MN_EV_REFUSED ||
	    end_event(session->end_reason) == MN_EV_USER_PAUSE)
		mn_mirror_keep_state(mirror);
	mn_rest_begin(mirror, session->end_reason);
	/* what was never up was refused, and that was said */
	if (event.old == MN_LINK_UP)
		mn_event_emit(&event);
	mutex_unlock(&session->volume->lock);
}

static void cancel_stream_works(struct mn_session *session)
{
	cancel_work_sync(&session->start_work);
	cancel_work_sync(&session->in_sync_work);
	cancel_work_sync(&session->drained_work);
}

static void end_work(struct work_struct *work)
{
	struct mn_session *session = container_of(work, struct mn_session, end_work);

	/* at once, whatever the local disk does: others wait. It has ended, so it gets no other */
	mn_turn_give(session->mirror);
	/* attach holds the lock until it no longer touches the session */
	mutex_lock(&session->volume->lock);
	mutex_unlock(&session->volume->lock);
	cancel_delayed_work_sync(&session->timer);
	cancel_stream_works(session);
	/* an orderly stop costs no resync */
	if (session->apply && session->end_reason == MN_REASON_SHUTDOWN)
		mn_apply_settle(session->apply);
	say_bye(session);
	mn_conn_kill(session->conn, session->end_reason, NULL);
	mn_resync_stop(session->mirror);
	add_up_stats(session);
	/*
	 * The target first applies whole what it received: its writes end on
	 * the local disk, whatever the link does. Both threads are gone after destroy.
	 */
	if (session->apply)
		mn_apply_stop_sending(session->apply);
	mn_conn_destroy(session->conn);
	cancel_stream_works(session);	/* the receiver may have queued them once more */
	if (session->apply)
		mn_apply_destroy(session->apply);
	session_unlink(session);
	complete_all(&session->gone);
	session_put(session);
}

struct mn_session *mn_session_get(struct mn_mirror *mirror)
{
	lockdep_assert_held(&mirror->volume->lock);
	if (mirror->session)
		refcount_inc(&mirror->session->refs);
	return mirror->session;
}

void mn_session_stop(struct mn_session *session, u8 reason)
{
	mn_session_fail(session, reason, NULL);
	wait_for_completion(&session->gone);
	session_put(session);
}

/* ---- the start ---- */

static struct mn_session *session_new(struct mn_mirror *mirror, bool initiator)
{
	struct mn_session *session = kzalloc(sizeof(*session), GFP_KERNEL);

	if (!session)
		return NULL;
	session->mirror = mirror;
	session->volume = mirror->volume;
	session->initiator = initiator;
	session->fresh = get_random_u64() | 1;
	session->negotiated = jiffies;
	session->last_ping = jiffies;
	refcount_set(&session->refs, 1);
	init_completion(&session->gone);
	INIT_WORK(&session->start_work, mn_golive_work);
	INIT_WORK(&session->in_sync_work, in_sync_work);
	INIT_WORK(&session->drained_work, mn_overflow_drained_work);
	INIT_WORK(&session->end_work, end_work);
	INIT_DELAYED_WORK(&session->timer, session_timer);
	kref_get(&mirror->volume->ref);
	return session;
}

static bool wants_link(struct mn_mirror *mirror)
{
	bool wants;

	spin_lock_irq(&mirror->volume->track);
	wants = !mirror->building && mn_state_wants_link(mirror->state) &&
		!mn_rest_is_on(mirror) && !mn_copies_is_aside(mirror);
	spin_unlock_irq(&mirror->volume->track);
	return wants;
}

static int may_attach(struct mn_mirror *mirror, struct mn_why *why)
{
	struct mn_volume *volume = mirror->volume;

	lockdep_assert_held(&volume->lock);
	flush_work(&volume->loss_work);
	if (!volume->started || volume->dying) {
		why->text = "the volume is not active yet, or is being stopped";
		return -ENODEV;
	}
	if (mirror->session) {
		why->text = "the mirror has a link already";
		return -EBUSY;
	}
	if (volume->yielding) {
		why->text = "the volume becomes a target of a newer source: try again";
		return -EBUSY;
	}
	if (READ_ONCE(volume->loss_pending)) {
		why->text =
			"the last loss could not be recorded: no link in this activation";
		return -EROFS;
	}
	if (!wants_link(mirror)) {
		why->text =
			"the mirror wants no link now (paused, broken, resting, of two targets)";
		return -ESTALE;
	}
	return 0;
}

static void session_discard(struct mn_session *session)
{
	if (session->conn)
		mn_conn_destroy(session->conn);
	session_put(session);
}

int mn_session_attach(struct mn_mirror *mirror, int fd, bool initiator, bool encrypted,
		      struct mn_why *why)
{
	struct mn_volume *volume = mirror->volume;
	struct mn_wire_limits limits = {
		.volume_sectors = volume->sectors,
		.sector_size = volume->sector_size,
	};
	struct mn_session *session;
	int err = may_attach(mirror, why);

	if (err)
		return err;
	why->text = "not enough memory for a link";
	session = session_new(mirror, initiator);
	if (!session)
		return -ENOMEM;
	session->conn = mn_conn_create(fd, &limits, volume->receive_pool, &session_conn_ops,
				       session, &why->text);
	if (IS_ERR(session->conn)) {
		err = PTR_ERR(session->conn);
		session->conn = NULL;
		session_discard(session);
		return err;
	}
	tell_options(session);
	spin_lock_irq(&volume->track);
	mirror->session = session;
	mirror->attached_conn = session->conn;
	mirror->link = MN_LINK_NEGOTIATING;
	mirror->encrypted = encrypted;
	spin_unlock_irq(&volume->track);
	/* before anything can fail: end_work cancels it */
	queue_delayed_work(volume->session_wq, &session->timer, HZ);
	err = mn_conn_start(session->conn, volume->name);
	if (!err && initiator)
		err = mn_handshake_hello(session);
	if (err)
		mn_session_fail(session, MN_REASON_NO_MEMORY, "cannot start the link");
	return err;
}
