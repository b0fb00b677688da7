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

/*
 * Under track. Only a stream whose target is consistent, or would be if it had all that is
 * queued, goes on: without resync data the target refuses it otherwise.
 */
static bool can_be_kept(const struct mn_mirror *mirror, u8 reason)
{
	return mn_keep_outlives(reason) && mirror->live && mirror->in_sync &&
	       mirror->applied >= mirror->sync_begin && !READ_ONCE(mirror->volume->dying);
}

void mn_keep_or_give_up(struct mn_mirror *mirror, u8 reason, struct list_head *done)
{
	lockdep_assert_held(&mirror->volume->track);
	if (!can_be_kept(mirror, reason)) {
		mn_stream_give_up(mirror, done);
		return;
	}
	mirror->kept = true;
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

void mn_keep_drop_all(struct mn_volume *volume)
{
	LIST_HEAD(done);
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++) {
		if (!volume->mirror[i])
			continue;
		mn_keep_drop_locked(volume->mirror[i], &done);
		volume->mirror[i]->received.stream = 0;
	}
	spin_unlock_irq(&volume->track);
	mn_write_complete(&done);
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
