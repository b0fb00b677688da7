// SPDX-License-Identifier: GPL-2.0-only
/*
 * meta_loss: the source's metadata cannot be written any more (L3; I1, I6; docs/metadata.md)
 *
 *   a write of metadata fails -> every copy is asked to store that it needs a full resync
 *   -> all have: writes go on without intents; any has not: writes without an intent fail
 *
 * From then on no loss, generation or bit can be recorded here. So what a copy lacks has to be on
 * record with the copy itself before the first such write returns. The link of a copy that has
 * stored it is ended: nothing of what follows reaches it, and it does not pass for current.
 */
#include "event.h"
#include "fence.h"
#include "meta_loss.h"
#include "meta_way.h"
#include "write.h"

/* So long writes wait for the answers of all copies. */
#define MN_META_PATIENCE (10 * HZ)

/* ---- one copy; under track ---- */

static struct mn_slot slot_of(struct mn_mirror *mirror)
{
	struct mn_meta *meta = &mirror->volume->meta;
	struct mn_slot slot;
	unsigned long flags;

	spin_lock_irqsave(&meta->super_lock, flags);
	slot = meta->super.slot[mirror->slot];
	spin_unlock_irqrestore(&meta->super_lock, flags);
	return slot;
}

/*
 * What only a broken, or a new mirror has: the next link begins with everything. One that is
 * being built is just about to have it taken away, perhaps on disk already.
 */
static bool is_on_record_here(struct mn_mirror *mirror)
{
	return (slot_of(mirror).flags & MN_SLOT_F_FULL_NEEDED) && !mirror->building &&
	       !mirror->streaming && !mirror->kept && !mirror->in_sync;
}

static bool is_stored(struct mn_mirror *mirror)
{
	return mirror->full_stored || is_on_record_here(mirror);
}

/*
 * Over which it can be asked; NULL: none. A copy that never had a stream is new: that it needs
 * everything would not stop the next link from sending only what the bitmap says that was made
 * for it, of which nothing written from now on would be part (bitmap_was_prepared()).
 */
static struct mn_conn *conn_to_ask(struct mn_mirror *mirror)
{
	const struct mn_session *session = mirror->streaming ?: mirror->deferred;

	if (!session || !(mn_conn_agreed(session->conn) & MN_FEATURE_NEEDS_FULL) ||
	    !slot_of(mirror).base)
		return NULL;
	return session->conn;
}

/* ---- all of them; under track ---- */

static bool is_wished(const struct mn_volume *volume)
{
	bool any = false;
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		const struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror)
			continue;
		if (READ_ONCE(mirror->options.on_metadata_error) != MN_ON_METADATA_ERROR_CONTINUE)
			return false;
		any = true;
	}
	return any && READ_ONCE(volume->role) == MN_ROLE_SOURCE;
}

/* No copy is given up in vain: all are asked, or none is. */
static void ask_all(struct mn_volume *volume)
{
	int i;

	if (!is_wished(volume))
		return;
	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (mirror && !is_stored(mirror) && !conn_to_ask(mirror))
			return;
	}
	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror || mirror->full_asked || is_stored(mirror))
			continue;
		mirror->full_asked = true;
		mn_send_needs_full(conn_to_ask(mirror));
	}
}

static u8 way_now(struct mn_volume *volume)
{
	bool patient = time_before64(get_jiffies_64(), volume->meta_until);
	struct mn_meta_copy copies[MN_SLOTS] = { };
	u32 count = 0;
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror)
			continue;
		copies[count].stored = is_stored(mirror);
		copies[count++].asked = mirror->full_asked;
	}
	return mn_meta_way(is_wished(volume), patient, copies, count);
}

static void announce(struct mn_volume *volume, u8 old)
{
	bool goes_on = volume->meta_way == MN_META_CONTINUE;
	struct mn_event event = {
		.class = MN_EVENT_METADATA,
		.severity = MN_SEVERITY_CRITICAL,
		.volume = volume, .old = volume->meta_way,
		.new = -READ_ONCE(volume->meta.error), .reason = MN_REASON_METADATA_ERROR,
		.text = goes_on ?
			"writes go on without metadata: every copy needs a full resync, on record" :
			"writes to new regions fail: not every copy has stored that it needs everything",
	};

	if (goes_on || old == MN_META_WAIT || old == MN_META_CONTINUE)
		mn_event_emit(&event);
}

void mn_meta_loss_check(struct mn_volume *volume)
{
	u8 old = volume->meta_way;

	lockdep_assert_held(&volume->track);
	/* before mn_meta_loss_begins() there is nothing to decide */
	if (!volume->meta_until)
		return;
	volume->meta_way = way_now(volume);
	if (volume->meta_way == old)
		return;
	announce(volume, old);
	mod_delayed_work(volume->wq, &volume->meta_work,
			 volume->meta_way == MN_META_WAIT ? MN_META_PATIENCE + 1 : 0);
}

/* Who waits already does not wait longer because of another question. */
static void begin_anew(struct mn_volume *volume)
{
	if (volume->meta_way != MN_META_WAIT)
		volume->meta_until = get_jiffies_64() +
				     (volume->no_waiting ? 0 : MN_META_PATIENCE);
	ask_all(volume);
	mn_meta_loss_check(volume);
}

void mn_meta_loss_begins(struct mn_volume *volume)
{
	unsigned long flags;

	spin_lock_irqsave(&volume->track, flags);
	begin_anew(volume);
	spin_unlock_irqrestore(&volume->track, flags);
}

bool mn_meta_loss_waits(const struct mn_volume *volume)
{
	lockdep_assert_held(&volume->track);
	/* who found it is just about to say so */
	if (volume->meta_way == MN_META_FINE)
		return is_wished(volume);
	return volume->meta_way == MN_META_WAIT;
}

void mn_meta_loss_hurry(struct mn_volume *volume)
{
	lockdep_assert_held(&volume->track);
	if (volume->meta_way != MN_META_WAIT)
		return;
	volume->meta_until = get_jiffies_64();
	mn_meta_loss_check(volume);
}

void mn_meta_loss_options_changed(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;

	spin_lock_irq(&volume->track);
	if (volume->meta_until)
		begin_anew(volume);
	spin_unlock_irq(&volume->track);
}

/* ---- what the links say ---- */

bool mn_meta_loss_stored(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;

	lockdep_assert_held(&volume->track);
	if (!mirror->full_asked)
		return false;
	mirror->full_asked = false;
	mirror->full_stored = true;
	mirror->in_sync = false;
	mn_fence_event(mirror, MN_FENCE_EV_UNFIT);
	/* what was held until its loss is on record need not wait for that any more */
	queue_work(volume->wq, &volume->loss_work);
	mn_meta_loss_check(volume);
	return true;
}

/* The link does nothing any more but carry the question and the answer. */
static bool defers(struct mn_session *session)
{
	struct mn_volume *volume = session->volume;
	struct mn_mirror *mirror = session->mirror;
	bool waits = false;

	spin_lock_irq(&volume->track);
	if (!session->ended && volume->meta_until && is_wished(volume)) {
		mirror->deferred = session;
		begin_anew(volume);
		waits = volume->meta_way == MN_META_WAIT;
		if (!waits)
			mirror->deferred = NULL;
	}
	spin_unlock_irq(&volume->track);
	return waits;
}

void mn_meta_loss_fail(struct mn_session *session, const char *why)
{
	if (!defers(session))
		mn_session_fail(session, MN_REASON_METADATA_ERROR, why);
}

/* ---- decided, or time is up ---- */

void mn_meta_loss_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(to_delayed_work(work), struct mn_volume,
						meta_work);
	LIST_HEAD(done);
	int i;

	spin_lock_irq(&volume->track);
	mn_meta_loss_check(volume);
	if (volume->meta_way != MN_META_WAIT) {
		list_splice_tail_init(&volume->unrecorded, &volume->parked);
		queue_work(volume->wq, &volume->intent_work);
		for (i = 0; i < MN_SLOTS; i++)
			if (volume->mirror[i] && volume->mirror[i]->deferred)
				mn_session_lost_locked(volume->mirror[i], MN_REASON_METADATA_ERROR,
						       &done);
	}
	spin_unlock_irq(&volume->track);
	mn_write_complete(&done);
}
