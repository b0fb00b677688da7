// SPDX-License-Identifier: GPL-2.0-only
/*
 * fence: writes wait until a lost copy is known not to be promoted (L3; docs/fence.md)
 *
 *   loss on record -> DUE -> a write ends -> WANTED -> CONFIRMED, or EXPIRED: the writes
 *   return, or fail and the volume is locked (role.c)
 *
 * A write that has ended while a fence is open stands on volume->fenced. Whatever closes a
 * fence only says so; fence_work lets the writes go, or finds that time is up. The copy itself
 * ends the wait, too: SYNC_READY (it has itself on record as inconsistent) and SYNC_DONE.
 */
#include "event.h"
#include "fence.h"
#include "write.h"

static bool is_wished(const struct mn_mirror *mirror)
{
	const struct mn_options *options = &mirror->options;

	return READ_ONCE(options->mode) == MN_MODE_SYNC &&
	       READ_ONCE(options->on_sync_loss) == MN_ON_SYNC_LOSS_FENCE;
}

static bool stops(const struct mn_mirror *mirror)
{
	return READ_ONCE(mirror->options.on_fence_timeout) == MN_ON_FENCE_TIMEOUT_STOP;
}

/* ---- what is told ---- */

static const char *text_of(const struct mn_mirror *mirror)
{
	switch (mirror->fence) {
	case MN_FENCE_WANTED:
		return "writes wait until the lost copy is known not to be promoted";
	case MN_FENCE_CONFIRMED:
		return "the lost copy will not be promoted: writes go on without it";
	case MN_FENCE_EXPIRED:
		return stops(mirror) ?
		       "the lost copy was not fenced in time: writes fail, the volume is locked" :
		       "the lost copy was not fenced in time: writes go on, it may be promoted";
	default:
		return "writes do not wait for a fence any more";
	}
}

static u8 severity_of(const struct mn_mirror *mirror)
{
	switch (mirror->fence) {
	case MN_FENCE_WANTED:
		return MN_SEVERITY_WARNING;
	case MN_FENCE_EXPIRED:
		return stops(mirror) ? MN_SEVERITY_CRITICAL : MN_SEVERITY_ERROR;
	default:
		return MN_SEVERITY_INFO;
	}
}

/* Under track. */
static void announce(const struct mn_mirror *mirror, u8 old)
{
	struct mn_event event = {
		.class = MN_EVENT_FENCE, .severity = severity_of(mirror),
		.volume = mirror->volume, .mirror = mirror, .old = old, .new = mirror->fence,
		.reason = mirror->state.reason, .generation = mirror->fence_generation,
		.text = text_of(mirror),
	};

	mn_event_emit(&event);
}

/* ---- one mirror; under track ---- */

void mn_fence_kick(struct mn_volume *volume)
{
	lockdep_assert_held(&volume->track);
	mod_delayed_work(volume->wq, &volume->fence_work, 0);
}

/* Only what writes waited for is told. */
void mn_fence_event(struct mn_mirror *mirror, enum mn_fence_event event)
{
	struct mn_volume *volume = mirror->volume;
	u8 old = mirror->fence;

	lockdep_assert_held(&volume->track);
	mirror->fence = mn_fence_next(old, event);
	if (mirror->fence == old)
		return;
	if (mn_fence_is_open(mirror->fence))
		volume->fences |= BIT(mirror->slot);
	else
		volume->fences &= ~BIT(mirror->slot);
	if (old == MN_FENCE_WANTED || mirror->fence == MN_FENCE_WANTED)
		announce(mirror, old);
	mn_fence_kick(volume);
}

void mn_fence_lost(struct mn_mirror *mirror, u64 generation)
{
	u8 old = mirror->fence;

	mirror->lost_unrecorded = false;
	if (!is_wished(mirror)) {
		mn_fence_event(mirror, MN_FENCE_EV_OVER);
		return;
	}
	mirror->fence_generation = generation;
	mn_fence_event(mirror, MN_FENCE_EV_LOST);
	/* lost once more while writes wait: what confirms the older loss is not enough */
	if (old == MN_FENCE_WANTED)
		announce(mirror, old);
}

void mn_fence_over(struct mn_mirror *mirror)
{
	unsigned long flags;

	spin_lock_irqsave(&mirror->volume->track, flags);
	mn_fence_event(mirror, MN_FENCE_EV_OVER);
	spin_unlock_irqrestore(&mirror->volume->track, flags);
}

void mn_fence_options_changed(struct mn_mirror *mirror)
{
	spin_lock_irq(&mirror->volume->track);
	if (mn_fence_is_open(mirror->fence) && !is_wished(mirror))
		mn_fence_event(mirror, MN_FENCE_EV_OVER);
	spin_unlock_irq(&mirror->volume->track);
}

int mn_fence_confirm(struct mn_volume *volume, const u8 *peer_uuid, u64 generation,
		     struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = 0;

	spin_lock_irq(&volume->track);
	mirror = mn_mirror_find(volume, peer_uuid);
	if (!mirror) {
		why->text = "the volume has no mirror with this node";
		err = -ENOENT;
	} else if (mirror->fence != MN_FENCE_WANTED || mirror->fence_generation != generation) {
		why->text = "no write waits for a fence after this loss: nothing was confirmed";
		err = -ESTALE;
	} else {
		mn_fence_event(mirror, MN_FENCE_EV_CONFIRMED);
	}
	spin_unlock_irq(&volume->track);
	return err;
}

/* ---- the writes; under track ---- */

/* In a suspend whose clock has run out there is a moment left to ask (I10). */
#define MN_FENCE_SUSPENDED_MS 4000u

static u64 latest(const struct mn_mirror *mirror)
{
	u32 timeout = READ_ONCE(mirror->options.fence_timeout);

	if (mirror->volume->no_waiting)
		timeout = min(timeout, MN_FENCE_SUSPENDED_MS);
	return get_jiffies_64() + msecs_to_jiffies(timeout);
}

void mn_fence_hurry(struct mn_volume *volume)
{
	int i;

	lockdep_assert_held(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && volume->mirror[i]->fence == MN_FENCE_WANTED)
			volume->mirror[i]->fence_until = min(volume->mirror[i]->fence_until,
							     latest(volume->mirror[i]));
	mn_fence_kick(volume);
}

/* There is a write now that these copies lack. */
static void ask_for_fences(struct mn_volume *volume)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror || mirror->fence != MN_FENCE_DUE)
			continue;
		mirror->fence_until = latest(mirror);
		mn_fence_event(mirror, MN_FENCE_EV_WRITE);
	}
}

bool mn_fence_holds(struct mn_io *io)
{
	struct mn_volume *volume = io->volume;

	lockdep_assert_held(&volume->track);
	/* a FLUSH without data is nothing that a copy lacks */
	if (!io->sectors || io->status)
		return false;
	if (volume->fence_failed) {
		io->status = BLK_STS_IOERR;
		return false;
	}
	if (!volume->fences)
		return false;
	list_add_tail(&io->list, &volume->fenced);
	ask_for_fences(volume);
	return true;
}

void mn_fence_gate_closed(struct mn_volume *volume)
{
	spin_lock_irq(&volume->track);
	volume->fence_failed = false;
	spin_unlock_irq(&volume->track);
}

/* Their losses may be in question once more: each write passes as if it had ended now. */
static void release_fenced(struct mn_volume *volume, struct list_head *done)
{
	struct mn_io *io, *next;
	LIST_HEAD(fenced);

	list_splice_init(&volume->fenced, &fenced);
	list_for_each_entry_safe(io, next, &fenced, list) {
		list_del_init(&io->list);
		mn_write_ended(io, done);
	}
}

/* ---- time ---- */

static bool is_due(const struct mn_mirror *mirror)
{
	return mirror->fence == MN_FENCE_WANTED &&
	       time_after_eq64(get_jiffies_64(), mirror->fence_until);
}

/* Which of those that are wanted expire; true: at least one of them stops the volume. */
static bool expire(struct mn_volume *volume)
{
	bool stop = false;
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror || !is_due(mirror))
			continue;
		stop |= stops(mirror);
		mn_fence_event(mirror, MN_FENCE_EV_EXPIRED);
	}
	return stop;
}

/* No write waits any more, whatever the other mirrors' fences are. */
static void stop_writes(struct mn_volume *volume)
{
	int i;

	volume->fence_failed = true;
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && volume->mirror[i]->fence == MN_FENCE_WANTED)
			mn_fence_event(volume->mirror[i], MN_FENCE_EV_EXPIRED);
	queue_delayed_work(volume->session_wq, &volume->fence_lock_work, 0);
}

static void wait_for_the_next(struct mn_volume *volume)
{
	u64 now = get_jiffies_64();
	u64 next = U64_MAX;
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && volume->mirror[i]->fence == MN_FENCE_WANTED)
			next = min(next, volume->mirror[i]->fence_until);
	if (next != U64_MAX)
		mod_delayed_work(volume->wq, &volume->fence_work,
				 next > now ? next - now : 0);
}

void mn_fence_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(to_delayed_work(work), struct mn_volume,
						fence_work);
	LIST_HEAD(done);

	spin_lock_irq(&volume->track);
	if (!list_empty(&volume->fenced))
		ask_for_fences(volume);
	if (expire(volume))
		stop_writes(volume);
	if (volume->fence_failed || !volume->fences)
		release_fenced(volume, &done);
	else
		wait_for_the_next(volume);
	spin_unlock_irq(&volume->track);
	mn_write_complete(&done);
}
