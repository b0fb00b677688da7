// SPDX-License-Identifier: GPL-2.0-only
/*
 * endgame: how a resync comes to its end, and the watch over its progress (L3; docs/resync.md)
 */
#include "event.h"
#include "overflow.h"
#include "passes.h"
#include "resync_private.h"
#include "session.h"
#include "stream.h"
#include "turn.h"

/* Without progress for so long it is announced. */
#define MN_RESYNC_PATIENCE_MS 30000

/* ---- writers that are delayed ---- */

/* Under track. From here on no write enters the stream until SYNC_END, or the end of patience. */
static void delay_writers(struct mn_resync *resync)
{
	struct mn_mirror *mirror = resync->mirror;
	u32 timeout = READ_ONCE(mirror->options.resync_block_writes_timeout);

	if (mirror->delays_writers)
		return;
	mirror->delays_writers = true;
	queue_delayed_work(resync->volume->session_wq, &resync->delayed, msecs_to_jiffies(timeout));
}

void mn_endgame_delayed_long(struct work_struct *work)
{
	struct mn_resync *resync = container_of(to_delayed_work(work), struct mn_resync, delayed);
	bool still;

	spin_lock_irq(&resync->volume->track);
	still = mn_overflow_delays(resync->mirror) && !resync->stopping;
	spin_unlock_irq(&resync->volume->track);
	if (still)
		mn_session_fail(resync->session, MN_REASON_RESYNC_PASSES,
				"the resync did not end while writers were delayed for resync-block-writes-timeout");
}

/* ---- the end of a pass ---- */

/* Under track. In the pass that ended all new writes found room, or not. */
static void tell_pace(struct mn_resync *resync)
{
	struct mn_mirror *mirror = resync->mirror;

	if (!mirror->resync_stats.left_over)
		mn_mirror_event_locked(mirror, MN_EV_KEEPS_UP, MN_REASON_NONE);
	mirror->resync_stats.left_over = 0;
}

static void next_pass(struct mn_resync *resync)
{
	tell_pace(resync);
	resync->cursor = 0;
	resync->failed = 0;
	/* one that compares sends nothing: what differs is the first pass's */
	resync->mirror->resync_stats.pass += !resync->comparing;
	resync->comparing = false;
	resync->mirror->compare = false;
}

/* Under track. Takes the leg if it ends the resync. */
static enum mn_pass_next decide(struct mn_resync *resync, struct mn_leg **leg)
{
	const struct mn_options *options = &resync->mirror->options;
	struct mn_pass pass = {
		.dirty = resync->mirror->bitmap.track.dirty_bits,
		.failed = resync->failed,
		.number = resync->comparing ? 0 : resync->mirror->resync_stats.pass,
		.most = READ_ONCE(options->max_resync_passes),
		.low_water = READ_ONCE(options->resync_low_water),
		.block_timeout = READ_ONCE(options->resync_block_writes_timeout),
	};
	enum mn_pass_next next = mn_pass_next(&pass);

	switch (next) {
	case MN_PASS_DONE:
		resync->ended = true;
		resync->mirror->compare = false;
		mn_session_end_sync(resync->session, *leg);
		*leg = NULL;
		break;
	case MN_PASS_DELAY_WRITERS:
		delay_writers(resync);
		fallthrough;
	case MN_PASS_AGAIN:
		next_pass(resync);
		break;
	default:
		break;
	}
	return next;
}

/* All that was compared has to be acknowledged: DIFFERS comes before that. */
static bool pass_is_over(const struct mn_resync *resync)
{
	if (resync->comparing && resync->mirror->resync_unapplied)
		return false;
	return !resync->stopping && !resync->ended && !resync->reads &&
	       resync->mirror->streaming == resync->session &&
	       resync->cursor >= resync->volume->meta.layout.blocks;
}

bool mn_endgame_pass_ended(struct mn_resync *resync)
{
	struct mn_volume *volume = resync->volume;
	struct mn_leg *leg = mn_leg_get(volume, GFP_NOIO);
	enum mn_pass_next next = MN_PASS_DONE;

	spin_lock_irq(&volume->track);
	/* a target that was told that it needs everything takes no SYNC_END any more */
	if (pass_is_over(resync) && !resync->mirror->full_asked)
		next = decide(resync, &leg);
	spin_unlock_irq(&volume->track);
	if (leg)
		mn_leg_put(leg);
	if (next == MN_PASS_HOPELESS)
		mn_session_fail(resync->session, MN_REASON_SOURCE_ERROR,
				"the blocks left cannot be read from the source's data device");
	if (next == MN_PASS_TOO_MANY)
		mn_session_fail(resync->session, MN_REASON_RESYNC_PASSES,
				"max-resync-passes passes did not end the resync: too much is written for this link");
	return next == MN_PASS_AGAIN || next == MN_PASS_DELAY_WRITERS;
}

bool mn_resync_differs(struct mn_mirror *mirror, const struct mn_frame *frame)
{
	struct mn_resync *resync = mirror->resync;
	u64 block = frame->sector >> (MN_BLOCK_SHIFT - SECTOR_SHIFT);

	lockdep_assert_held(&mirror->volume->track);
	if (!resync || !resync->comparing ||
	    !mn_track_any_pending(&mirror->bitmap.track, block, block))
		return false;
	mn_bitmap_set(&mirror->bitmap, block, block);
	mirror->resync_stats.differed++;
	return true;
}

void mn_resync_left_over(struct mn_mirror *mirror, u8 reason)
{
	lockdep_assert_held(&mirror->volume->track);
	if (!mirror->resync_stats.left_over++)
		mn_mirror_event_locked(mirror, MN_EV_FALLS_BEHIND, reason);
}

/* ---- progress ---- */

void mn_endgame_moved(struct mn_resync *resync)
{
	resync->moved = get_jiffies_64();
	resync->told = false;
}

enum mn_resync_wait mn_resync_waits_for(const struct mn_mirror *mirror)
{
	const struct mn_resync *resync = mirror->resync;

	lockdep_assert_held(&mirror->volume->track);
	if (!resync)
		return mn_turn_is_awaited(mirror) ? MN_RESYNC_WAIT_TURN : MN_RESYNC_WAIT_NONE;
	if (resync->reading)
		return MN_RESYNC_WAIT_DISK;
	if (resync->reads)
		return MN_RESYNC_WAIT_WRITES;
	if (resync->starved)
		return MN_RESYNC_WAIT_MEMORY;
	if (resync->limited && !resync->ended)
		return MN_RESYNC_WAIT_LIMIT;
	/* also for SYNC_DONE, which comes after the last ACK */
	return resync->ended || !list_empty(&mirror->unapplied) ? MN_RESYNC_WAIT_TARGET
								: MN_RESYNC_WAIT_NONE;
}

static const char * const wait_texts[] = {
	[MN_RESYNC_WAIT_NONE] = "the resync does not go on, for no reason that can be told",
	[MN_RESYNC_WAIT_DISK] = "the resync waits for the source's data device (a read)",
	[MN_RESYNC_WAIT_WRITES] = "the resync waits for a write to the source's data device",
	[MN_RESYNC_WAIT_MEMORY] = "the resync waits for memory",
	[MN_RESYNC_WAIT_LIMIT] = "the resync waits for resync-bandwidth-limit: raise it",
	[MN_RESYNC_WAIT_TARGET] = "the resync waits for the target, which acknowledges nothing",
	[MN_RESYNC_WAIT_TURN] = "the resync waits for its turn (parallel-resyncs)",
};

/* Under track. */
static void announce_standstill(struct mn_mirror *mirror, enum mn_resync_wait wait)
{
	char text[MN_EVENT_TEXT_MAX];
	struct mn_event event = {
		.class = MN_EVENT_RESYNC, .severity = MN_SEVERITY_WARNING,
		.volume = mirror->volume, .mirror = mirror,
		.old = mirror->resync_stats.phase, .new = mirror->resync_stats.phase,
		.text = text,
	};

	snprintf(text, sizeof(text), "no progress for %u s: %s", MN_RESYNC_PATIENCE_MS / 1000,
		 wait_texts[wait]);
	mn_event_emit(&event);
}

static bool is_long_ago(u64 when)
{
	return time_after64(get_jiffies_64(), when + msecs_to_jiffies(MN_RESYNC_PATIENCE_MS));
}

/* Under track: has it stood still for too long? */
static bool stands_still(const struct mn_resync *resync)
{
	return resync && !resync->stopping && is_long_ago(resync->moved);
}

/* Under track: has its turn, and makes nothing of it? */
static bool keeps_others_waiting(const struct mn_mirror *mirror)
{
	return mirror->resync ? stands_still(mirror->resync) : is_long_ago(mirror->turn_since);
}

void mn_resync_watch(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;

	spin_lock_irq(&volume->track);
	if (keeps_others_waiting(mirror))
		mn_turn_pass_on(mirror);
	if (stands_still(mirror->resync) && !mirror->resync->told) {
		mirror->resync->told = true;
		announce_standstill(mirror, mn_resync_waits_for(mirror));
	}
	spin_unlock_irq(&volume->track);
}
