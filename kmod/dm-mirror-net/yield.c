// SPDX-License-Identifier: GPL-2.0-only
/*
 * yield: a source hears of a newer one, and becomes a target by itself (L3; I6, docs/takeover.md)
 *
 * Who yields is decided by generation.c, in the handshake; here its links end, and the superblock
 * says so.
 */
#include "generation.h"
#include "handover.h"
#include "keep.h"
#include "lost_writes.h"
#include "session.h"
#include "volume_private.h"

#define MN_YIELD_RETRY (HZ / 10)	/* how often it is seen whether the links are gone */
#define MN_YIELD_LOOK HZ		/* ... and whether what is to be saved still is */

int mn_volume_commit_yield(struct mn_volume *volume, bool unwritten, struct mn_why *why)
{
	struct mn_super *draft = mn_volume_begin(volume);
	int err;

	mn_handover_yield(draft, unwritten);
	draft->data_since = ktime_get_real_ns();
	err = mn_meta_commit(&volume->meta);
	why->text = "the metadata cannot be written: nothing was changed";
	if (!err)
		mn_volume_role_is(volume, MN_ROLE_TARGET, MN_LOCK_TARGET);
	return err;
}

void mn_volume_yields(struct mn_volume *volume, u64 generation, u8 why, u32 newer)
{
	WRITE_ONCE(volume->yield_to, newer);
	WRITE_ONCE(volume->yield_from, generation);
	WRITE_ONCE(volume->yield, why);
	queue_delayed_work(volume->session_wq, &volume->yield_work, 0);
}

static bool yields_unwritten(const struct mn_volume *volume)
{
	return READ_ONCE(volume->yield) == MN_YIELD_UNWRITTEN;
}

/*
 * Under lock: is it still the source with that generation, and locked, or unwritten? What was
 * written behind our back is no one's copy: a person looks at it first.
 */
static bool still_yields(struct mn_volume *volume)
{
	struct mn_super now;

	mn_meta_read(&volume->meta, &now);
	if (volume->role != MN_ROLE_SOURCE || volume->lock_reason == MN_LOCK_FOREIGN_WRITE ||
	    now.generation != READ_ONCE(volume->yield_from))
		return false;
	return yields_unwritten(volume) ? mn_handover_is_unwritten(&now) :
					  volume->lock_reason != MN_LOCK_NONE;
}

/*
 * Under lock: does it yield, with its gate closed? An unwritten source may be open: it closes, if
 * nobody holds the device (else the next link asks again), and a write that came before that is on
 * record, and keeps it source.
 */
static bool closes_and_yields(struct mn_volume *volume)
{
	if (READ_ONCE(volume->dying) || !still_yields(volume))
		return false;
	if (volume->lock_reason != MN_LOCK_NONE)
		return true;
	return !mn_volume_close_io(volume, MN_LOCK_WAIT_PEER, false) && still_yields(volume);
}

/*
 * Under lock: also those with targets that have heard of nobody newer; they would follow this node
 * for ever. False: there is none.
 */
static bool end_links(struct mn_volume *volume)
{
	bool any = false;
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror || !mirror->session)
			continue;
		any = true;
		mn_session_fail(mirror->session, MN_REASON_OPERATION,
				"this node becomes a target of a newer source");
	}
	return any;
}

/* Under lock. Who wrote nothing has nothing to save. A kept stream's writes count as not sent. */
static bool waits_for_saving(struct mn_volume *volume)
{
	mn_keep_drop_all(volume);
	return !yields_unwritten(volume) &&
	       mn_lost_writes_must_wait(volume, READ_ONCE(volume->yield_to));
}

/* Under lock. If it cannot be recorded, the next link asks again. */
static void become_target(struct mn_volume *volume)
{
	bool unwritten = yields_unwritten(volume);
	struct mn_why why;

	if (!mn_volume_commit_yield(volume, unwritten, &why) && !unwritten)
		mn_lost_writes_given_up(volume, READ_ONCE(volume->yield_to));
	mn_lost_writes_forget(volume);
	volume->yielding = false;
}

void mn_volume_yield_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(to_delayed_work(work), struct mn_volume,
						yield_work);

	mutex_lock(&volume->lock);
	volume->yielding = closes_and_yields(volume);
	if (!volume->yielding) {
		mn_lost_writes_forget(volume);
		/* it may be closed: then it opens again, if it may */
		queue_delayed_work(volume->session_wq, &volume->open_work, 0);
	} else if (end_links(volume)) {
		queue_delayed_work(volume->session_wq, &volume->yield_work, MN_YIELD_RETRY);
	} else if (waits_for_saving(volume)) {
		queue_delayed_work(volume->session_wq, &volume->yield_work, MN_YIELD_LOOK);
	} else {
		become_target(volume);
	}
	mutex_unlock(&volume->lock);
}
