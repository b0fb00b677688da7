// SPDX-License-Identifier: GPL-2.0-only
/*
 * loss: a mirror that was in sync is gone; make that durable (L3; I6)
 *
 * From the moment the stream is given up, every write that ends is held
 * (volume->held). Here the loss and the new generation are recorded, then the
 * held writes complete; if they cannot be recorded, they fail. With on-sync-loss fence they
 * then wait until the lost copy is fenced (fence.c).
 */
#include "advance.h"
#include "event.h"
#include "fence.h"
#include "overflow.h"
#include "write.h"

/* Under track: is there a target that may be taken for equal and does not get the writes? */
static bool is_lost(const struct mn_mirror *mirror)
{
	return mirror && mirror->in_sync && (!mirror->live || mirror->kept);
}

/* Under track: the mirrors whose loss is to be recorded, as a mask of slots. */
static u32 lost_slots(const struct mn_volume *volume)
{
	u32 mask = 0;
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (is_lost(volume->mirror[i]))
			mask |= BIT(i);
	return mask;
}

static int record_loss(struct mn_volume *volume, u64 *generation)
{
	struct mn_super *draft = mn_volume_begin(volume);

	draft->flags |= MN_SUPER_F_MOVED_ON;
	mn_advance(volume, draft);
	*generation = draft->generation;
	return mn_meta_commit(&volume->meta);
}

static void report_failure(struct mn_volume *volume, int err)
{
	char text[MN_EVENT_TEXT_MAX];
	struct mn_event event = {
		.class = MN_EVENT_METADATA, .severity = MN_SEVERITY_CRITICAL, .volume = volume,
		.new = -err, .reason = MN_REASON_METADATA_ERROR, .text = text,
	};

	snprintf(text, sizeof(text),
		 "the loss of a mirror cannot be recorded (%d): writes fail, because the other copy would pass for equal",
		 err);
	mn_event_emit(&event);
}

/* Under track. Held writes fail. */
static void fail_held(struct mn_volume *volume, struct list_head *done)
{
	struct mn_io *io;

	list_for_each_entry(io, &volume->held, list) {
		if (!io->status)
			io->status = BLK_STS_IOERR;
		mn_write_raise_barriers(io);
	}
	list_splice_tail_init(&volume->held, done);
}

/* Under track. Held writes go to done, or have to wait for a fence. */
static void release_held(struct mn_volume *volume, struct list_head *done)
{
	struct mn_io *io, *next;
	LIST_HEAD(held);

	list_splice_init(&volume->held, &held);
	list_for_each_entry_safe(io, next, &held, list) {
		list_del_init(&io->list);
		mn_write_ended(io, done);
	}
}

/* Under track: the loss of these mirrors is durable. */
static void is_recorded(struct mn_volume *volume, u32 mask, u64 generation)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror || !(mask & BIT(i)))
			continue;
		mirror->in_sync = false;
		mn_fence_lost(mirror, generation);
	}
	volume->loss_pending = lost_slots(volume);
}

/* Under track: no link helps them before this volume is activated anew. */
static void is_not_recorded(struct mn_volume *volume)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (is_lost(volume->mirror[i]))
			mn_mirror_event_locked(volume->mirror[i], MN_EV_METADATA_ERROR,
					       MN_REASON_METADATA_ERROR);
}

void mn_write_loss_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(work, struct mn_volume, loss_work);
	LIST_HEAD(done);
	u64 generation = 0;
	u32 mask;
	int err, i;

	spin_lock_irq(&volume->track);
	mask = lost_slots(volume);
	spin_unlock_irq(&volume->track);
	err = mask ? record_loss(volume, &generation) : 0;
	if (err)
		report_failure(volume, err);
	else if (mask)
		mn_advance_tell(volume);
	spin_lock_irq(&volume->track);
	if (!err)
		is_recorded(volume, mask, generation);
	else
		is_not_recorded(volume);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_overflow_check(volume->mirror[i]);
	/* another loss queued this work again: it releases what is held */
	if (err)
		fail_held(volume, &done);
	else if (!volume->loss_pending)
		release_held(volume, &done);
	spin_unlock_irq(&volume->track);
	mn_write_complete(&done);
}
