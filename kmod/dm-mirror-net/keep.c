// SPDX-License-Identifier: GPL-2.0-only
/*
 * keep: a stream that has lost its link (L3; DESIGN 1.10; docs/resume.md)
 *
 * A kept stream is live (writes are numbered and queued), has no conn, and nobody
 * waits for it. It ends when a link takes it up (golive.c) or when it is given up.
 */
#include "keep.h"
#include "overflow.h"
#include "stream.h"
#include "write.h"

bool mn_keep_outlives(u8 reason)
{
	return reason == MN_REASON_LINK_LOST || reason == MN_REASON_PEER_SILENT ||
	       reason == MN_REASON_PEER_BUSY;
}

/* Links that end one after the other while the target does not move on at all. */
#define MN_KEPT_IN_VAIN 8

/* Under track: the reserve of the pool must come back soon, whatever the link does. */
static bool holds_reserve(const struct mn_mirror *mirror)
{
	const struct mn_leg *leg;

	list_for_each_entry(leg, &mirror->unapplied, list)
		if (leg->out.payload && leg->out.payload->reserved)
			return true;
	return false;
}

/*
 * Under track. Only a stream in which nothing of a resync is under way goes on: otherwise the
 * target is inconsistent.
 */
static bool is_in_order(const struct mn_mirror *mirror)
{
	return mirror->live && (mirror->in_sync || mirror->catching_up) &&
	       mirror->applied >= mirror->sync_begin;
}

static bool can_be_kept(const struct mn_mirror *mirror, u8 reason)
{
	return mn_keep_outlives(reason) && is_in_order(mirror) && !holds_reserve(mirror) &&
	       mirror->kept_in_vain < MN_KEPT_IN_VAIN && !READ_ONCE(mirror->volume->dying);
}

void mn_keep_or_give_up(struct mn_mirror *mirror, u8 reason, struct list_head *done)
{
	lockdep_assert_held(&mirror->volume->track);
	if (mirror->applied != mirror->kept_applied)
		mirror->kept_in_vain = 0;
	mirror->kept_applied = mirror->applied;
	if (!can_be_kept(mirror, reason)) {
		mn_stream_give_up(mirror, done);
		return;
	}
	mirror->kept_in_vain++;
	mirror->kept = true;
	mirror->catching_up = false;
	mirror->conn = NULL;
	mn_stream_lose_sync(mirror);
	mn_stream_release_writers(mirror, done);
	mn_overflow_wake(mirror->volume);
}

void mn_keep_drop_locked(struct mn_mirror *mirror, struct list_head *done)
{
	lockdep_assert_held(&mirror->volume->track);
	if (!mirror->kept)
		return;
	mn_stream_give_up(mirror, done);
	mn_stream_untrack(mirror);
}

void mn_keep_drop(struct mn_mirror *mirror)
{
	LIST_HEAD(done);

	spin_lock_irq(&mirror->volume->track);
	mn_keep_drop_locked(mirror, &done);
	spin_unlock_irq(&mirror->volume->track);
	mn_write_complete(&done);
}

void mn_keep_drop_scarce(struct mn_volume *volume)
{
	int i;

	if (!mn_payload_pool_scarce(volume->send_pool))
		return;
	for (i = 0; i < MN_SLOTS; i++)
		if (READ_ONCE(volume->mirror[i]))
			mn_keep_drop(volume->mirror[i]);
}

void mn_keep_forget_received(struct mn_volume *volume)
{
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			volume->mirror[i]->received.stream = 0;
	spin_unlock_irq(&volume->track);
}

void mn_keep_drop_all(struct mn_volume *volume)
{
	int i;

	lockdep_assert_held(&volume->lock);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_keep_drop(volume->mirror[i]);
	mn_keep_forget_received(volume);
}

/* A dirty block is one that the stream does not account for. */
void mn_keep_offer(struct mn_mirror *mirror, struct mn_wire_hello *hello)
{
	spin_lock_irq(&mirror->volume->track);
	if (mirror->bitmap.track.dirty_bits) {
		/* nothing to go on with */
	} else if (mirror->kept) {
		hello->stream = cpu_to_le64(mirror->stream);
		hello->applied = cpu_to_le64(mirror->applied);
		hello->sequence = cpu_to_le64(mirror->sequence);
	} else if (mirror->received.stream) {
		hello->stream = cpu_to_le64(mirror->received.stream);
		hello->applied = cpu_to_le64(mirror->received.applied);
		hello->sequence = hello->applied;
	}
	spin_unlock_irq(&mirror->volume->track);
}

bool mn_keep_has_received(struct mn_mirror *mirror, const struct mn_received *said)
{
	bool has;

	spin_lock_irq(&mirror->volume->track);
	has = mirror->received.stream == said->stream &&
	      mirror->received.applied == said->applied;
	spin_unlock_irq(&mirror->volume->track);
	return has;
}
