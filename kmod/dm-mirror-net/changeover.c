// SPDX-License-Identifier: GPL-2.0-only
/*
 * changeover: a node gives its role away, or takes one (L3; I6, docs/takeover.md)
 *
 * What may be done is decided by handover.c, on the draft of the superblock, and is in
 * force when that is durable. The gate is closed all the time; only TAKE lets it open, by the
 * ordinary work of role.c.
 */
#include <linux/random.h>
#include "handover.h"
#include "keep.h"
#include "session.h"
#include "volume_private.h"

static const char not_recorded[] = "the metadata cannot be written: nothing was changed";

/* Under lock: the first mirror that has a link. */
static struct mn_session *any_session(struct mn_volume *volume)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && volume->mirror[i]->session)
			return mn_session_get(volume->mirror[i]);
	return NULL;
}

/* Takes volume->lock; on success it is held, and no mirror has a link, nor a kept stream. */
static int enter_without_links(struct mn_volume *volume, struct mn_why *why)
{
	struct mn_session *session;

	for (;;) {
		int err = mn_volume_enter(volume, why);

		if (err)
			return err;
		session = any_session(volume);
		if (!session)
			break;
		mutex_unlock(&volume->lock);
		mn_session_stop(session, MN_REASON_OPERATION);
	}
	mn_keep_drop_all(volume);
	return 0;
}

/* Under lock. NULL, and why: no mirror with this node. */
static struct mn_mirror *find(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why)
{
	struct mn_mirror *mirror = mn_mirror_find(volume, peer_uuid);

	if (!mirror)
		why->text = "the volume has no mirror with this node";
	return mirror;
}

/* What the pure core answered becomes durable, or nothing changes. */
static int settle(struct mn_volume *volume, enum mn_handover_answer answer, const char *text,
		  struct mn_why *why)
{
	int err;

	if (answer != MN_HANDOVER_DONE) {
		mn_meta_abort(&volume->meta);
		why->text = text;
		return answer == MN_HANDOVER_NO ? -ESTALE : 0;
	}
	err = mn_meta_commit(&volume->meta);
	if (err)
		why->text = not_recorded;
	return err;
}

/* ---- at the source ---- */

/* Under track: has this target got all that was written, stable? */
static bool has_everything(const struct mn_mirror *mirror)
{
	return mirror->stable >= mirror->sequence && list_empty(&mirror->unapplied);
}

static bool is_in_sync(const struct mn_mirror *mirror)
{
	return mirror->live && !mirror->kept && mirror->in_sync &&
	       mirror->state.state == MN_STATE_MIRRORING && !mirror->bitmap.track.dirty_bits;
}

/* Under lock, locked: may it take over as it is? */
static int check_target(struct mn_mirror *mirror, struct mn_why *why)
{
	struct mn_super super;
	int err = 0;

	mn_meta_read(&mirror->volume->meta, &super);
	spin_lock_irq(&mirror->volume->track);
	if (!is_in_sync(mirror) || super.slot[mirror->slot].base != super.generation) {
		why->text = "the mirror with this node is not in sync: wait until it is mirroring";
		err = -ESTALE;
	} else if (!has_everything(mirror)) {
		why->text = "the target has not got everything yet: ask again";
		err = -EAGAIN;
	}
	spin_unlock_irq(&mirror->volume->track);
	return err;
}

static int give(struct mn_mirror *mirror, u64 *number, u64 *generation, struct mn_why *why)
{
	struct mn_volume *volume = mirror->volume;
	struct mn_super *draft = mn_volume_begin(volume);
	enum mn_handover_answer answer;
	const char *text = NULL;
	int err;

	err = mn_handover_is_open(draft) ? 0 : check_target(mirror, why);
	if (err) {
		mn_meta_abort(&volume->meta);
		return err;
	}
	answer = mn_handover_give(draft, mirror->slot, &text);
	*number = draft->handover;
	*generation = draft->generation;
	err = settle(volume, answer, text, why);
	if (!err)
		mn_volume_locked_as(volume, MN_LOCK_HANDED_OVER);
	return err;
}

int mn_handover_begin(struct mn_volume *volume, const u8 *peer_uuid, u64 *number, u64 *generation,
		      struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	mirror = find(volume, peer_uuid, why);
	if (!mirror) {
		err = -ENOENT;
	} else if (volume->lock_reason == MN_LOCK_NONE) {
		why->text = "the volume is open for use: lock it first";
		err = -EBUSY;
	} else {
		err = give(mirror, number, generation, why);
	}
	mutex_unlock(&volume->lock);
	return err;
}

/* Under lock: nobody was told of it, or nobody was asked. */
static int end_as_source(struct mn_volume *volume, u64 number, bool force, struct mn_why *why)
{
	struct mn_super *draft = mn_volume_begin(volume);
	const char *text = NULL;
	enum mn_handover_answer answer;
	bool open = mn_handover_is_open(draft);
	u8 locked;
	int err;

	answer = mn_handover_take_back(draft, force ? draft->handover : number, &text);
	if (force && answer == MN_HANDOVER_DONE) {
		mn_generation_advance(&draft->generation, draft->history, get_random_u64() | 1);
		if (draft->locked != MN_LOCK_FOREIGN_WRITE)
			draft->locked = MN_LOCK_USER;
	}
	locked = draft->locked;
	err = settle(volume, answer, text, why);
	if (!err && open) {
		mn_boot_for_good(volume, true);
		mn_volume_locked_as(volume, locked);
	}
	return err;
}

/* Under lock. */
static int end_as_target(struct mn_volume *volume, const u8 *peer_uuid, u64 number,
			 struct mn_why *why)
{
	struct mn_super now;

	if (volume->role == MN_ROLE_TARGET)
		return 0;
	mn_meta_read(&volume->meta, &now);
	if (mn_handover_is_open(&now) && now.handover == number &&
	    !memcmp(now.handed_to, peer_uuid, MN_UUID_LEN))
		return mn_volume_commit_yield(volume, false, why);
	why->text =
		"this node has not handed its role to that one: nothing was changed";
	return -ESTALE;
}

int mn_handover_end(struct mn_volume *volume, const u8 *peer_uuid, u8 role, u64 number, bool force,
		    struct mn_why *why)
{
	int err = enter_without_links(volume, why);

	if (err)
		return err;
	err = role == MN_ROLE_TARGET ? end_as_target(volume, peer_uuid, number, why) :
		end_as_source(volume, number, force, why);
	mutex_unlock(&volume->lock);
	return err;
}

/* Under lock: what a target in sync has not got would be missing in it, and nobody would know. */
static int check_demoted(struct mn_volume *volume, struct mn_why *why)
{
	int i, err = 0;

	if (volume->role == MN_ROLE_TARGET) {
		why->text = "this node is a target of the volume: it has no role to lay down";
		return -ESTALE;
	}
	if (volume->lock_reason == MN_LOCK_NONE) {
		why->text = "the volume is open for use: lock it first";
		return -EBUSY;
	}
	if (volume->lock_reason == MN_LOCK_HANDED_OVER) {
		why->text = "the role was handed to another node: finish that first";
		return -ESTALE;
	}
	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++) {
		const struct mn_mirror *mirror = volume->mirror[i];

		if (mirror && mirror->in_sync && !has_everything(mirror))
			err = -EAGAIN;
	}
	spin_unlock_irq(&volume->track);
	why->text = "a target has not got everything yet: ask again";
	return err;
}

/*
 * Under lock, closed and without links: whose target lacks something, as a mask of slots. After a
 * restart, in a pause and after a lost link nobody has waited for it.
 */
static u32 lacking(struct mn_volume *volume, const struct mn_super *super)
{
	u32 mask = 0;
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] &&
		    (volume->mirror[i]->bitmap.track.dirty_bits ||
		     super->slot[i].flags & MN_SLOT_F_FULL))
			mask |= BIT(i);
	spin_unlock_irq(&volume->track);
	return mask;
}

static int commit_demoted(struct mn_volume *volume, struct mn_why *why)
{
	struct mn_super *draft = mn_volume_begin(volume);
	int err;

	mn_handover_lay_down(draft, lacking(volume, draft), get_random_u64() | 1);
	err = mn_meta_commit(&volume->meta);
	why->text = not_recorded;
	if (!err)
		mn_volume_role_is(volume, MN_ROLE_NONE, MN_LOCK_USER);
	return err;
}

int mn_volume_demote(struct mn_volume *volume, struct mn_why *why)
{
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	err = check_demoted(volume, why);
	mutex_unlock(&volume->lock);
	if (err)
		return err;
	err = enter_without_links(volume, why);
	if (err)
		return err;
	/* a loss of the links that leaves something behind has a generation of its own by now */
	flush_work(&volume->loss_work);
	err = check_demoted(volume, why);
	if (!err && volume->role != MN_ROLE_NONE)
		err = commit_demoted(volume, why);
	mutex_unlock(&volume->lock);
	return err;
}

/* ---- at the target ---- */

int mn_handover_accept(struct mn_volume *volume, const u8 *peer_uuid, u64 number, u64 generation,
		       struct mn_why *why)
{
	enum mn_handover_answer answer;
	struct mn_mirror *mirror;
	struct mn_super *draft;
	const char *text = NULL;
	int err = enter_without_links(volume, why);

	if (err)
		return err;
	mirror = find(volume, peer_uuid, why);
	if (!mirror) {
		err = -ENOENT;
		goto out;
	}
	draft = mn_volume_begin(volume);
	answer = mn_handover_take(draft, mirror->slot, number, generation, get_random_u64() | 1,
				  &text);
	draft->data_since = answer == MN_HANDOVER_DONE ? ktime_get_real_ns() : draft->data_since;
	err = settle(volume, answer, text, why);
	if (!err && answer == MN_HANDOVER_DONE) {
		mn_volume_role_is(volume, MN_ROLE_SOURCE, MN_LOCK_WAIT_PEER);
		mn_boot_for_good(volume, true);
		queue_delayed_work(volume->session_wq, &volume->open_work, 0);
	}
out:
	mutex_unlock(&volume->lock);
	return err;
}

int mn_handover_decline(struct mn_volume *volume, const u8 *peer_uuid, u64 number, u64 generation,
			struct mn_why *why)
{
	enum mn_handover_answer answer;
	struct mn_mirror *mirror;
	const char *text = NULL;
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	mirror = find(volume, peer_uuid, why);
	if (!mirror) {
		err = -ENOENT;
	} else {
		answer = mn_handover_refuse(mn_volume_begin(volume), mirror->slot, number,
					    generation, &text);
		err = settle(volume, answer, text, why);
		if (answer == MN_HANDOVER_NO && volume->role == MN_ROLE_SOURCE)
			err = -EEXIST;
	}
	mutex_unlock(&volume->lock);
	return err;
}
