// SPDX-License-Identifier: GPL-2.0-only
/*
 * golive: the source's stream begins, or goes on where the target stands (L3)
 *
 *   begins:  drain older writes -> what is to be sent, on record -> live
 *   goes on: what the target has -> the generation, on record -> what it lacks, again -> live
 *
 * docs/resume.md has the second.
 */
#include "advance.h"
#include "auto_resync.h"
#include "bitmap.h"
#include "golive.h"
#include "keep.h"
#include "meta_loss.h"
#include "resync.h"
#include "stream.h"
#include "turn.h"
#include "write.h"

/* Legs sent again in one go: interrupts are off. */
#define MN_AGAIN_AT_ONCE 256
/* A writer of a sync mirror may wait behind so many frames, and so many bytes. */
#define MN_SHORT_QUEUE 256
#define MN_SHORT_QUEUE_BYTES SZ_1M

/* ---- a stream begins ---- */

enum beginning {
	HAS_ENDED,		/* the link */
	OUTRUN,			/* the generation has changed since record_stream() */
	OTHERS_FIRST,		/* other resyncs of this node */
	IN_SYNC,		/* nothing is missing: SYNC_END is queued */
	WITH_RESYNC,		/* the cursor has to run */
};

/*
 * A new (blank) target for which the bitmap was prepared gets what that says, once:
 * from the first stream on the slot has a base.
 */
static bool bitmap_was_prepared(const struct mn_session *session)
{
	struct mn_super super;

	mn_meta_read(&session->volume->meta, &super);
	return (super.slot[session->mirror->slot].flags & MN_SLOT_F_UNSENT) &&
	       !(session->mine.flags & MN_HELLO_F_FULL_NEEDED) && !session->mine.base &&
	       (session->peers.flags & MN_HELLO_F_BLANK);
}

static const char *why_everything(const struct mn_session *session)
{
	if (session->mine.flags & MN_HELLO_F_FULL_NEEDED)
		return "asked for, or nothing is known of the target";
	if ((session->peers.flags & MN_HELLO_F_FULL_NEEDED) &&
	    !(session->peers.flags & MN_HELLO_F_BLANK))
		return "the target has it on record that it needs everything";
	return "the target is new or too far behind";
}

/* FULL: everything is marked, durably, before the slot stops asking for it. */
static int mark_everything(struct mn_session *session)
{
	struct mn_mirror *mirror = session->mirror;

	if (session->verdict.kind != MN_VERDICT_FULL || bitmap_was_prepared(session))
		return 0;
	pr_info("dm-mirror-net: %s: full resync to %pUb: %s\n", session->volume->name,
		mirror->peer_uuid,
		why_everything(session));
	mn_bitmap_fill(&mirror->bitmap);
	return mn_bitmap_write_all(&mirror->bitmap);
}

/*
 * On record before the target can be in sync: it has the generation it came
 * with, or the one this stream gives it. Nothing is written in either of these without the
 * target's knowledge (commit_open, record_loss).
 */
static int record_stream(struct mn_session *session)
{
	struct mn_super *draft = mn_volume_begin(session->volume);
	struct mn_slot *slot = &draft->slot[session->mirror->slot];

	/* a person may have opened the volume since our HELLO */
	session->generation = draft->generation;
	slot->old_base = session->peers.generation;
	slot->base = session->generation;
	if (session->verdict.kind == MN_VERDICT_FULL)
		slot->flags &= ~MN_SLOT_F_FULL;
	return mn_meta_commit(&session->volume->meta);
}

/* Under track: what the target is to be told is not the generation of now. */
static bool is_outrun(const struct mn_session *session)
{
	return mn_advance_now(session->volume) != session->generation;
}

/* Under track. */
static void reset_stream(struct mn_session *session)
{
	struct mn_mirror *mirror = session->mirror;

	mirror->streaming = session;
	mirror->conn = session->conn;
	mirror->stream = session->fresh;
	mirror->sequence = 0;
	mirror->sync_begin = 0;
	mirror->told = 0;
	mirror->kept_in_vain = 0;
	mirror->applied = 0;
	mirror->stable = 0;
	mirror->barrier = 0;
	mirror->live = true;
	mirror->volume->live_mirrors++;
	session->phase = MN_SESSION_STREAM;
}

/* Under track: does the stream begin with a resync? */
static bool is_dirty(const struct mn_session *session)
{
	return session->mirror->bitmap.track.dirty_bits ||
	       session->verdict.kind == MN_VERDICT_FULL;
}

/* Under track, of a link that has not ended: do the other resyncs of this node come first? */
static bool awaits_turn(struct mn_session *session)
{
	if (!is_dirty(session) || mn_turn_take(session, &session->start_work))
		return false;
	mn_mirror_event_locked(session->mirror, MN_EV_AWAITS_TURN, MN_REASON_NONE);
	return true;
}

/* Under track. Takes the leg. */
static enum beginning begin_stream(struct mn_session *session, struct mn_leg *leg)
{
	struct mn_mirror *mirror = session->mirror;

	reset_stream(session);
	if (is_dirty(session)) {
		mn_session_begin_sync(session, leg, session->verdict.kind == MN_VERDICT_FULL);
		mn_mirror_event_locked(mirror, MN_EV_SYNC_STARTED, MN_REASON_NONE);
		return WITH_RESYNC;
	}
	mn_session_end_sync(session, leg);
	mn_mirror_event_locked(mirror, MN_EV_CATCHING_UP, MN_REASON_NONE);
	return IN_SYNC;
}

/*
 * From here on clean blocks go to the target as they are written. Something may have been written
 * since the turn was asked for. Takes the leg.
 */
static enum beginning go_live(struct mn_session *session, struct mn_leg *leg)
{
	struct mn_volume *volume = session->volume;
	enum beginning how;

	spin_lock_irq(&volume->track);
	if (session->ended)
		how = HAS_ENDED;
	else if (is_outrun(session))
		how = OUTRUN;
	else
		how = awaits_turn(session) ? OTHERS_FIRST : begin_stream(session, leg);
	spin_unlock_irq(&volume->track);
	if (how == HAS_ENDED || how == OUTRUN || how == OTHERS_FIRST)
		mn_leg_put(leg);
	if (how == IN_SYNC)
		mn_volume_may_open(session->mirror);	/* else with SYNC_READY */
	return how;
}

/*
 * Nothing of the target is in the stream of a source that is being opened, so what is written then
 * is lost to it: as if the link had gone (docs/fence.md).
 */
static void open_without_stream(struct mn_session *session)
{
	struct mn_mirror *mirror = session->mirror;

	spin_lock_irq(&mirror->volume->track);
	/* of one that is open the loss is on record */
	if (!mirror->volume->writable && session->peers.data_state == MN_DATA_CURRENT)
		mirror->lost_unrecorded = true;
	spin_unlock_irq(&mirror->volume->track);
	/* both sides agree on who is the source: opened while the link stands, or not */
	mn_volume_may_open(mirror);
	flush_delayed_work(&mirror->volume->open_work);
}

static bool may_compare(const struct mn_session *session)
{
	return READ_ONCE(session->mirror->compare) &&
	       (mn_conn_agreed(session->conn) & MN_FEATURE_COMPARE);
}

/*
 * Every write that starts from now on is known to `overlap`; the others end first (I12). Once for a
 * link, however often it had to wait for its turn.
 */
static void track_writes(struct mn_session *session)
{
	struct mn_mirror *mirror = session->mirror;

	spin_lock_irq(&session->volume->track);
	session->volume->tracking += !mirror->tracking;
	mirror->tracking = true;
	spin_unlock_irq(&session->volume->track);
	mn_write_drain(session->volume);
}

/* start_work comes again when it is this mirror's turn. The volume need not wait for that. */
static bool waits_for_turn(struct mn_session *session)
{
	bool waits;

	spin_lock_irq(&session->volume->track);
	waits = !session->ended && awaits_turn(session);
	spin_unlock_irq(&session->volume->track);
	if (waits)
		open_without_stream(session);
	return waits;
}

static const char outrun[] = "another target was lost just now: the stream is begun anew";

static void begin(struct mn_session *session)
{
	struct mn_mirror *mirror = session->mirror;
	struct mn_volume *volume = session->volume;
	struct mn_leg *leg;
	bool full = session->verdict.kind == MN_VERDICT_FULL, everything = false;
	enum beginning how;

	mn_keep_drop(mirror);
	track_writes(session);
	if (mn_auto_resync_holds_back(mirror, full)) {
		open_without_stream(session);
		mn_session_fail(session, MN_REASON_USER,
				"auto-resync is no: continue, or resync, sends what is missing");
		return;
	}
	if (waits_for_turn(session))
		return;
	if (mn_auto_resync_fill(mirror, &everything) || mark_everything(session) ||
	    record_stream(session)) {
		mn_meta_loss_fail(session, "cannot record what the stream is about to do");
		return;
	}
	leg = mn_leg_get(volume, GFP_NOIO);
	mn_bitmap_refill(&mirror->bitmap);
	full |= everything;
	how = go_live(session, leg);
	if (how == OTHERS_FIRST)
		open_without_stream(session);
	if (how == OUTRUN)
		mn_session_fail(session, MN_REASON_OPERATION, outrun);
	if (how == WITH_RESYNC && mn_resync_start(session, full, may_compare(session)))
		mn_session_fail(session, MN_REASON_NO_MEMORY, "no memory to resync");
}

/* ---- a stream goes on ---- */

/* Under track: is the stream there still that both sides agreed on? */
static bool can_go_on(const struct mn_session *session)
{
	const struct mn_mirror *mirror = session->mirror;

	return !session->ended && mirror->kept && mirror->stream == session->mine.stream &&
	       !mirror->bitmap.track.dirty_bits;
}

/* What the target named in its HELLO is there, and flushed. False: the stream is gone. */
static bool take_applied(struct mn_session *session)
{
	struct mn_volume *volume = session->volume;
	u64 applied = session->peers.applied;
	LIST_HEAD(done);
	bool going;

	spin_lock_irq(&volume->track);
	going = can_go_on(session);
	if (going) {
		mn_stream_acknowledged(session->mirror, applied, applied, &done);
		session->phase = MN_SESSION_STREAM;	/* ACKs come while the rest is sent again */
	}
	spin_unlock_irq(&volume->track);
	mn_write_complete(&done);
	return going;
}

/*
 * Under track: the next legs behind *at, which is NULL at first. Moves it, with a reference. True:
 * these were the last.
 */
static bool send_slice_again(struct mn_session *session, struct mn_leg **at)
{
	struct list_head *unapplied = &session->mirror->unapplied;
	struct list_head *next = *at ? (*at)->list.next : unapplied->next;
	int i;

	for (i = 0; i < MN_AGAIN_AT_ONCE && next != unapplied; i++) {
		struct mn_leg *leg = list_entry(next, struct mn_leg, list);

		mn_leg_queue_again(leg, session->conn);
		next = next->next;
		if (*at)
			mn_leg_put(*at);
		*at = leg;
		refcount_inc(&leg->refs);
	}
	return next == unapplied;
}

/*
 * A sync mirror's writers do not wait for what was queued without a link: only when that has
 * arrived, or nearly so, the mirror is in sync again.
 */
static bool has_caught_up(const struct mn_mirror *mirror)
{
	return READ_ONCE(mirror->options.mode) == MN_MODE_ASYNC ||
	       mirror->applied >= mirror->backlog ||
	       (mirror->queue_length <= MN_SHORT_QUEUE &&
		mirror->queue_bytes <= MN_SHORT_QUEUE_BYTES);
}

void mn_golive_caught_up(struct mn_session *session)
{
	struct mn_mirror *mirror = session->mirror;
	struct mn_leg *leg = session->sync_end_leg;

	lockdep_assert_held(&session->volume->track);
	if (!mirror->catching_up || mirror->full_asked || !has_caught_up(mirror))
		return;
	mirror->catching_up = false;
	session->sync_end_leg = NULL;
	mn_session_end_sync(session, leg);
}

/* Under track: new writes go to the link again, behind what was sent again. */
static void go_on_live(struct mn_session *session)
{
	struct mn_mirror *mirror = session->mirror;

	mirror->kept = false;
	mirror->catching_up = true;
	mirror->told = 0;
	mirror->backlog = mirror->sequence;
	mirror->progress = get_jiffies_64();
	mirror->streaming = session;
	mirror->conn = session->conn;
	mn_mirror_event_locked(mirror, MN_EV_CATCHING_UP, MN_REASON_NONE);
	mn_golive_caught_up(session);
}

/*
 * All that is queued, again. The legs stay where they are meanwhile: acknowledgements count only
 * from the last slice on, which is before the last of them can come.
 */
static bool send_again(struct mn_session *session)
{
	struct mn_volume *volume = session->volume;
	struct mn_leg *at = NULL;
	bool going, last = false;

	do {
		spin_lock_irq(&volume->track);
		going = can_go_on(session) && !is_outrun(session);
		if (going)
			last = send_slice_again(session, &at);
		if (last)
			go_on_live(session);
		spin_unlock_irq(&volume->track);
		cond_resched();
	} while (going && !last);
	if (at)
		mn_leg_put(at);
	return last;
}

static void go_on(struct mn_session *session)
{
	static const char gone[] = "the stream that was to go on was given up meanwhile";

	if (!take_applied(session)) {
		mn_session_fail(session, MN_REASON_OPERATION, gone);
		return;
	}
	if (record_stream(session)) {
		mn_meta_loss_fail(session, "cannot record that the stream goes on");
		return;
	}
	session->sync_end_leg = mn_leg_get(session->volume, GFP_NOIO);
	if (send_again(session))
		mn_volume_may_open(session->mirror);
	else
		mn_session_fail(session, MN_REASON_OPERATION, gone);
}

void mn_golive_work(struct work_struct *work)
{
	struct mn_session *session = container_of(work, struct mn_session, start_work);

	if (session->verdict.kind == MN_VERDICT_RESUME)
		go_on(session);
	else
		begin(session);
}
