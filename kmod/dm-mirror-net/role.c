// SPDX-License-Identifier: GPL-2.0-only
/*
 * role: who may write, and who is the source (L3; I5, I6)
 *
 * The gate is volume->io: a bio holds it from map to its end, nobody gets it while the
 * volume is locked. Locking closes the gate first, then records; opening
 * records first, then opens the gate.
 */
#include <linux/blkdev.h>
#include <linux/random.h>
#include "advance.h"
#include "copies.h"
#include "event.h"
#include "fence.h"
#include "handover.h"
#include "keep.h"
#include "volume_private.h"

#define MN_OPEN_RETRY (HZ / 10)	/* how often a held device is tried again */

static u8 severity_of(u8 lock_reason)
{
	return lock_reason == MN_LOCK_FENCED ? MN_SEVERITY_CRITICAL : MN_SEVERITY_INFO;
}

static void lock_changed(struct mn_volume *volume, u8 old)
{
	struct mn_event event = {
		.class = MN_EVENT_LOCK, .severity = severity_of(volume->lock_reason),
		.volume = volume,
		.old = old, .new = volume->lock_reason,
		.text = volume->lock_reason == MN_LOCK_NONE ?
			"the volume is open for use" :
			"the volume is locked: every read and write fails until it is opened",
	};

	if (old != volume->lock_reason)
		mn_event_emit(&event);
}

static void set_lock_reason(struct mn_volume *volume, u8 reason)
{
	u8 old = volume->lock_reason;

	WRITE_ONCE(volume->lock_reason, reason);
	lock_changed(volume, old);
}

void mn_volume_locked_as(struct mn_volume *volume, u8 reason)
{
	set_lock_reason(volume, reason);
}

static bool has_mirrors(const struct mn_volume *volume)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			return true;
	return false;
}

u8 mn_volume_initial_lock(const struct mn_volume *volume, const struct mn_super *super)
{
	if (super->role == MN_ROLE_TARGET)
		return MN_LOCK_TARGET;
	if (super->role != MN_ROLE_SOURCE)
		return MN_LOCK_USER;
	if (super->locked != MN_LOCK_NONE)
		return super->locked;
	return has_mirrors(volume) ? MN_LOCK_WAIT_PEER : MN_LOCK_NONE;
}

static void set_writable(struct mn_volume *volume, bool writable)
{
	spin_lock_irq(&volume->track);
	volume->writable = writable;
	spin_unlock_irq(&volume->track);
}

static int kill_io(struct mn_volume *volume, bool force)
{
	struct gendisk *disk = volume->disk;
	int err = 0;

	if (!disk && !force)
		return -ENODEV;		/* suspended: nobody knows who has it open */
	if (disk && !mutex_trylock(&disk->open_mutex))
		return -EINPROGRESS;	/* as in open_gate() */
	if (disk && !force && disk_openers(disk))
		err = -EBUSY;
	else
		percpu_ref_kill(&volume->io);
	if (disk)
		mutex_unlock(&disk->open_mutex);
	return err;
}

int mn_volume_close_io(struct mn_volume *volume, u8 reason, bool force)
{
	int err;

	lockdep_assert_held(&volume->lock);
	if (volume->lock_reason == MN_LOCK_NONE) {
		reinit_completion(&volume->io_drained);
		err = kill_io(volume, force);

		if (err)
			return err;
		wait_for_completion(&volume->io_drained);
		set_writable(volume, false);
		WRITE_ONCE(volume->read_only, false);
	}
	set_lock_reason(volume, reason);
	return 0;
}

/* Under track: its loss would be noticed, or it is inconsistent. */
static bool is_seen_to(const struct mn_mirror *mirror)
{
	return mirror->live && !mirror->kept &&
	       (mirror->in_sync || mirror->peer_data_state == MN_DATA_INCONSISTENT);
}

/*
 * Under track. Could this target take over with the generation that the source has now, and nobody
 * would know what it lacks? Not one whose loss is recorded, nor one that is inconsistent.
 */
static bool passes_for_equal(const struct mn_mirror *mirror, const struct mn_super *super)
{
	const struct mn_slot *slot = &super->slot[mirror->slot];

	return !is_seen_to(mirror) &&
	       mn_generation_may_be_held(super->generation, slot->base, slot->old_base);
}

/* As a mask of slots. */
static u32 pass_for_equal(struct mn_volume *volume, const struct mn_super *super)
{
	u32 mask = 0;
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && passes_for_equal(volume->mirror[i], super))
			mask |= BIT(i);
	spin_unlock_irq(&volume->track);
	return mask;
}

/*
 * The first write will be one that these lack, as after a loss with the volume open; and so do
 * those that were lost while nothing was written, whatever generation they have. Unless a person
 * has seen to them.
 */
static void are_lost(struct mn_volume *volume, u32 mask, u64 generation, bool fence)
{
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror)
			continue;
		if (fence && !is_seen_to(mirror) &&
		    ((mask & BIT(i)) || mirror->lost_unrecorded))
			mn_fence_lost(mirror, generation);
		mirror->lost_unrecorded = false;
	}
	spin_unlock_irq(&volume->track);
}

/*
 * Its generation is one that no target passes for (I6). It counts as written with the first write:
 * region_log.c.
 */
static int commit_open(struct mn_volume *volume, bool fence)
{
	struct mn_super *draft = mn_volume_begin(volume);
	u64 generation;
	u32 mask;
	int err;

	WRITE_ONCE(volume->unwritten, !(draft->flags & MN_SUPER_F_MOVED_ON));
	/* first: a link that ends from here on is a loss */
	set_writable(volume, true);
	mask = pass_for_equal(volume, draft);
	if (mask)
		mn_advance(volume, draft);
	draft->locked = MN_LOCK_NONE;
	generation = draft->generation;
	err = mn_meta_commit(&volume->meta);
	if (err) {
		set_writable(volume, false);
		return err;
	}
	mn_advance_tell(volume);
	are_lost(volume, mask, generation, fence);
	return 0;
}

static int commit_open_fencing(struct mn_volume *volume)
{
	return commit_open(volume, true);
}

/* A person has seen to it that no other copy is promoted, or takes the risk. */
static int commit_open_by_person(struct mn_volume *volume)
{
	return commit_open(volume, false);
}

/*
 * A target that may be written is no state of the source any more; its generation stays, because
 * what it writes is tracked and will be overwritten (DESIGN 5).
 */
static int commit_open_target(struct mn_volume *volume)
{
	struct mn_super *draft = mn_volume_begin(volume);

	WRITE_ONCE(volume->unwritten, false);
	draft->locked = MN_LOCK_NONE;
	draft->flags |= MN_SUPER_F_WRITTEN;
	if (draft->data_state == MN_DATA_CURRENT) {
		draft->data_state = MN_DATA_OUTDATED;
		draft->data_since = ktime_get_real_ns();
	}
	return mn_meta_commit(&volume->meta);
}

static int commit_open_read_only(struct mn_volume *volume)
{
	struct mn_super *draft = mn_volume_begin(volume);

	draft->locked = MN_LOCK_NONE;
	return mn_meta_commit(&volume->meta);
}

/*
 * Record that the volume is open, then open. Only a device that nobody holds has an empty page
 * cache (I5): checked under the disk's own lock, which is kept until the gate is open.
 */
static int open_gate(struct mn_volume *volume, int (*commit)(struct mn_volume *volume))
{
	struct gendisk *disk = volume->disk;
	int err;

	lockdep_assert_held(&volume->lock);
	if (!disk)
		return -ENODEV;
	/* never wait for it: its holder may wait for a suspend, which waits for volume->lock */
	if (!mutex_trylock(&disk->open_mutex))
		return -EINPROGRESS;
	err = disk_openers(disk) ? -EBUSY : commit(volume);
	if (!err)
		percpu_ref_reinit(&volume->io);
	mutex_unlock(&disk->open_mutex);
	if (!err)
		set_lock_reason(volume, MN_LOCK_NONE);
	return err;
}

static int open_source(struct mn_volume *volume, bool by_person)
{
	int err = open_gate(volume, by_person ? commit_open_by_person : commit_open_fencing);

	if (!err)
		mn_boot_for_good(volume, true);
	return err;
}

/* What it receives from then on, it receives anew: a stream cannot go on. */
static int open_target(struct mn_volume *volume, bool read_only)
{
	int err;

	if (!read_only)
		mn_keep_drop_all(volume);
	WRITE_ONCE(volume->read_only, read_only);
	err = open_gate(volume, read_only ? commit_open_read_only : commit_open_target);
	if (err)
		WRITE_ONCE(volume->read_only, false);
	return err;
}

static const char *why_not_opened(int err)
{
	switch (err) {
	case -EINPROGRESS:
		return "the volume's device is just being opened or closed: try again";
	case -EBUSY:
		return "the volume is open (by a mount or a process): close it first";
	case -ENODEV:
		return "no device of the volume is live: resume or activate it first";
	default:
		return "the opening cannot be recorded in the metadata: the volume stays locked";
	}
}

/* For those who ask: what may pass in a moment is busy, too. */
static int refused(int err, struct mn_why *why)
{
	why->text = why_not_opened(err);
	return err == -EINPROGRESS ? -EBUSY : err;
}

void mn_volume_open_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(to_delayed_work(work), struct mn_volume,
						open_work);
	int err = 0;

	mutex_lock(&volume->lock);
	if (volume->may_open && volume->lock_reason == MN_LOCK_WAIT_PEER)
		err = open_source(volume, false);
	mutex_unlock(&volume->lock);
	if (err == -EBUSY || err == -EINPROGRESS || err == -ENODEV) {
		queue_delayed_work(volume->session_wq, &volume->open_work, MN_OPEN_RETRY);
	} else if (err) {
		pr_err("dm-mirror-net: %s: stays locked: the opening cannot be recorded (%d)\n",
		       volume->name, err);
	}
}

/* ---- operations ---- */

static bool has_link(const struct mn_volume *volume)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && volume->mirror[i]->session)
			return true;
	return false;
}

/* Is there a mirror which would go on by itself, and overwrite this target? */
static bool any_goes_on(struct mn_volume *volume)
{
	bool any = false;
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		any |= volume->mirror[i] && !mn_state_is_durable(volume->mirror[i]->state);
	spin_unlock_irq(&volume->track);
	return any;
}

/* NULL: nothing is against it. */
static const char *why_target_stays_locked(struct mn_volume *volume, bool force)
{
	struct mn_super super;

	if (any_goes_on(volume))
		return "its mirror runs or goes on by itself: mirrorctl pause --unlock ends that";
	if (has_link(volume))
		return "a link of the volume is just being ended: try again";
	mn_meta_read(&volume->meta, &super);
	if (super.data_state == MN_DATA_INCONSISTENT && !force)
		return "this copy is inconsistent: a resync into it was not finished";
	return NULL;
}

/* Does a peer say that it is the source, or has one been heard of? */
static bool another_source(struct mn_volume *volume)
{
	bool there = false;
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++) {
		const struct mn_mirror *mirror = volume->mirror[i];

		there |= mirror && (mirror->peer_role == MN_ROLE_SOURCE ||
				    mirror->state.reason == MN_REASON_SPLIT_BRAIN ||
				    mirror->state.reason == MN_REASON_OTHER_SOURCE);
	}
	spin_unlock_irq(&volume->track);
	return there;
}

/* NULL: nothing is against it. */
static const char *why_not_unlocked(struct mn_volume *volume, bool read_only, bool force)
{
	if (volume->role == MN_ROLE_TARGET)
		return why_target_stays_locked(volume, force);
	if (volume->role != MN_ROLE_SOURCE)
		return "this node has no role for the volume: nobody knows what its copy is worth";
	if (read_only)
		return "only a target is unlocked for reading alone";
	if (volume->lock_reason == MN_LOCK_FOREIGN_WRITE)
		return "the data was written behind our back: look, then mirrorctl up --as-source";
	if (volume->lock_reason == MN_LOCK_HANDED_OVER)
		return "the role was handed to another node: repeat mirrorctl switchover";
	if (volume->lock_reason == MN_LOCK_FENCED && another_source(volume))
		return "another node took over, or may have: mirrorctl up --as-source decides";
	if (!volume->may_open && has_mirrors(volume))
		return "the source waits for its peer's answer: another node may have taken over";
	return NULL;
}

int mn_volume_unlock(struct mn_volume *volume, bool read_only, bool force, struct mn_why *why)
{
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	if (volume->lock_reason == MN_LOCK_NONE) {
		if (volume->read_only != read_only) {
			why->text = volume->role == MN_ROLE_TARGET ?
				"the volume is unlocked in the other way: lock it first" :
				"only a target is unlocked for reading alone";
			err = -EBUSY;
		}
		goto out;
	}
	why->text = why_not_unlocked(volume, read_only, force);
	if (why->text) {
		err = -ESTALE;
		goto out;
	}
	err = volume->role == MN_ROLE_TARGET ? open_target(volume, read_only) :
		open_source(volume, volume->lock_reason == MN_LOCK_FENCED);
	if (err)
		err = refused(err, why);
out:
	mutex_unlock(&volume->lock);
	return err;
}

static int commit_lock(struct mn_volume *volume, u8 role, u8 locked)
{
	struct mn_super *draft = mn_volume_begin(volume);

	mn_handover_forget(draft);
	/* who becomes a target follows a source, which goes on from now */
	if (role == MN_ROLE_TARGET && draft->role == MN_ROLE_NONE &&
	    draft->data_state == MN_DATA_CURRENT) {
		draft->data_state = MN_DATA_OUTDATED;
		draft->data_since = ktime_get_real_ns();
	}
	draft->role = role;
	draft->locked = locked;
	return mn_meta_commit(&volume->meta);
}

/*
 * Locked already: what was written behind our back, or a copy that is not fenced, stays the reason
 * until a person has decided; and a person's lock stays one.
 */
static bool keeps_lock_reason(const struct mn_volume *volume, u8 reason)
{
	return volume->lock_reason == MN_LOCK_FOREIGN_WRITE ||
	       volume->lock_reason == MN_LOCK_HANDED_OVER ||
	       volume->lock_reason == MN_LOCK_FENCED || volume->lock_reason == MN_LOCK_TARGET ||
	       (volume->lock_reason == MN_LOCK_USER && reason == MN_LOCK_HANDING_OVER);
}

int mn_volume_lock(struct mn_volume *volume, u8 reason, bool force, struct mn_why *why)
{
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	if (volume->role == MN_ROLE_TARGET)
		reason = MN_LOCK_TARGET;
	else if (volume->role == MN_ROLE_NONE)
		reason = MN_LOCK_USER;
	if (!keeps_lock_reason(volume, reason)) {
		err = mn_volume_close_io(volume, reason, force);
		if (err) {
			err = refused(err, why);
		} else {
			err = commit_lock(volume, volume->role, reason);
			why->text =
				"locked until a restart only: the metadata cannot be written";
		}
	}
	mutex_unlock(&volume->lock);
	return err;
}

/*
 * Whoever locked it meanwhile has closed the gate, too. A person's lock becomes this one: to unlock
 * it is to decide about the copy that is not fenced.
 */
static int lock_fenced(struct mn_volume *volume)
{
	u8 was = volume->lock_reason;
	int err = was == MN_LOCK_NONE ? mn_volume_close_io(volume, MN_LOCK_FENCED, true) : 0;

	if (err)
		return err;
	mn_fence_gate_closed(volume);
	if (was != MN_LOCK_NONE && was != MN_LOCK_USER && was != MN_LOCK_WAIT_PEER &&
	    was != MN_LOCK_HANDING_OVER)
		return 0;
	set_lock_reason(volume, MN_LOCK_FENCED);
	return commit_lock(volume, volume->role, MN_LOCK_FENCED);
}

void mn_volume_fence_lock_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(to_delayed_work(work), struct mn_volume,
						fence_lock_work);
	int err;

	mutex_lock(&volume->lock);
	err = READ_ONCE(volume->dying) ? 0 : lock_fenced(volume);
	mutex_unlock(&volume->lock);
	if (err == -EINPROGRESS)
		queue_delayed_work(volume->session_wq, &volume->fence_lock_work, MN_OPEN_RETRY);
	else if (err)
		pr_err("dm-mirror-net: %s: locked (fenced) until a restart only: the metadata cannot be written (%d)\n",
		       volume->name, err);
}

static const char *role_meaning(u8 role)
{
	switch (role) {
	case MN_ROLE_SOURCE:
		return "this node is the source now: what is written here goes to the targets";
	case MN_ROLE_TARGET:
		return "this node is a target now: its copy is overwritten by the source's";
	default:
		return "this node has no role now: its copy is neither sent nor overwritten";
	}
}

static void role_changed(struct mn_volume *volume, u8 old)
{
	struct mn_event event = {
		.class = MN_EVENT_ROLE, .severity = MN_SEVERITY_INFO, .volume = volume,
		.old = old, .new = volume->role, .text = role_meaning(volume->role),
	};

	mn_event_emit(&event);
}

/* NULL: nothing is against it. */
static const char *why_not_promoted(u8 data_state)
{
	switch (data_state) {
	case MN_DATA_INCONSISTENT:
		return "this copy is inconsistent: a resync into it was not finished";
	case MN_DATA_OUTDATED:
		return "this copy is outdated: written here, or the source went on without it";
	default:
		return NULL;
	}
}

/* From no role: what the slots say of the others' generations stays. */
static void become_source_again(struct mn_super *draft)
{
	int i;

	draft->role = MN_ROLE_SOURCE;
	draft->data_state = MN_DATA_CURRENT;
	draft->flags &= ~(MN_SUPER_F_WRITTEN | MN_SUPER_F_MOVED_ON);
	for (i = 0; i < MN_SLOTS; i++)
		draft->slot[i].flags &= ~MN_SLOT_F_BLANK;
	mn_generation_advance(&draft->generation, draft->history, get_random_u64() | 1);
}

/*
 * A source starts with a generation of its own, in which nothing was written yet: what others have
 * is older, or foreign. Nobody overwrites its data unasked any more.
 */
static int become_source(struct mn_volume *volume, bool force, struct mn_why *why)
{
	struct mn_super *draft = mn_volume_begin(volume);
	const char *against = why_not_promoted(draft->data_state);
	bool written = draft->flags & MN_SUPER_F_WRITTEN;

	mn_handover_forget(draft);
	if (against && !force) {
		why->text = against;
		mn_meta_abort(&volume->meta);
		return -ESTALE;
	}
	if (draft->role == MN_ROLE_TARGET)
		mn_handover_promote(draft, get_random_u64() | 1);
	else
		become_source_again(draft);
	/* a person wrote to it, or says that it is the newest copy: it does not yield */
	if (against || written)
		draft->flags |= MN_SUPER_F_MOVED_ON;
	draft->locked = MN_LOCK_USER;
	draft->data_since = ktime_get_real_ns();
	return mn_meta_commit(&volume->meta);
}

/*
 * The peer was not heard, or the data device was written behind our back; a person takes the
 * risk.
 */
static int open_by_force(struct mn_volume *volume, struct mn_why *why)
{
	int err;

	if (volume->lock_reason == MN_LOCK_HANDED_OVER) {
		why->text =
			"the role was handed to another node: repeat mirrorctl switchover";
		return -ESTALE;
	}
	err = open_source(volume, true);
	return err ? refused(err, why) : 0;
}

/* What this node lacked as source of others does not matter in another role. */
static void no_fences(struct mn_volume *volume)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_fence_over(volume->mirror[i]);
}

/*
 * What was agreed with others belongs to the old role. A loss that is not on record stays one while
 * this node may become the source again: its next write is the first that the copy lacks.
 */
static void forget_agreements(struct mn_volume *volume, u8 role)
{
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++) {
		if (!volume->mirror[i])
			continue;
		volume->mirror[i]->agreed = false;
		volume->mirror[i]->refused = false;
		if (role == MN_ROLE_TARGET)
			volume->mirror[i]->lost_unrecorded = false;
	}
	spin_unlock_irq(&volume->track);
}

void mn_volume_role_is(struct mn_volume *volume, u8 role, u8 locked)
{
	u8 old = volume->role;

	lockdep_assert_held(&volume->lock);
	no_fences(volume);
	forget_agreements(volume, role);
	mn_copies_give_up(volume);
	volume->role = role;
	mn_boot_for_good(volume, role == MN_ROLE_SOURCE);	/* a person says so */
	set_lock_reason(volume, locked);
	role_changed(volume, old);
}

/*
 * Who had no role may have been one of two that could be promoted: each copy that is not in sync
 * by the first write is one to fence, whatever generation it has.
 */
static void all_are_lost(struct mn_volume *volume)
{
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			volume->mirror[i]->lost_unrecorded = true;
	spin_unlock_irq(&volume->track);
}

static int change_role(struct mn_volume *volume, u8 role, bool force, struct mn_why *why)
{
	u8 was = volume->role, locked = role == MN_ROLE_TARGET ? MN_LOCK_TARGET : MN_LOCK_USER;
	int err;

	mn_keep_drop_all(volume);
	why->text = "the superblock cannot be written: nothing was changed";
	err = role == MN_ROLE_SOURCE ? become_source(volume, force, why)
				     : commit_lock(volume, role, locked);
	if (err)
		return err;
	mn_volume_role_is(volume, role, locked);
	if (was == MN_ROLE_NONE && role == MN_ROLE_SOURCE)
		all_are_lost(volume);
	return 0;
}

int mn_volume_set_role(struct mn_volume *volume, u8 role, bool force, struct mn_why *why)
{
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	if (role == volume->role) {
		err = force && role == MN_ROLE_SOURCE && volume->lock_reason != MN_LOCK_NONE ?
		      open_by_force(volume, why) : 0;
	} else if (volume->lock_reason == MN_LOCK_NONE) {
		why->text =
			"the volume is open for use: close it, then stop it with mirrorctl down";
		err = -EBUSY;
	} else if (volume->lock_reason == MN_LOCK_HANDED_OVER) {
		why->text = "the role was handed to another node: finish that first";
		err = -ESTALE;
	} else if (has_link(volume)) {
		why->text = "a mirror of the volume has a link: pause it first";
		err = -EBUSY;
	} else if (role == MN_ROLE_TARGET && volume->role == MN_ROLE_SOURCE &&
		   has_mirrors(volume)) {
		why->text =
			"a source becomes a target by switchover, or when another took over";
		err = -ESTALE;
	} else {
		err = change_role(volume, role, force, why);
	}
	mutex_unlock(&volume->lock);
	return err;
}
