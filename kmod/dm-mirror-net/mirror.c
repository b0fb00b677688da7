// SPDX-License-Identifier: GPL-2.0-only
/*
 * mirror: the slots of a volume and what a person does to them (L3)
 *
 * Every operation is durable before it takes effect. volume->lock serialises
 * them; a link is ended without it (mn_session_stop waits for work that takes
 * it), so the slot is looked up again afterwards.
 */
#include <linux/slab.h>
#include "advance.h"
#include "auto_resync.h"
#include "event.h"
#include "fence.h"
#include "keep.h"
#include "meta_loss.h"
#include "mirror.h"
#include "rest.h"
#include "session.h"
#include "trace.h"
#include "volume_private.h"
#include "write.h"

const struct mn_options mn_options_default = {
	.ping_interval = 3000,
	.max_ping_misses = 5,
	.stall_timeout = 20000,
	.resync_reads = 20,
	.queue_high_water = 20000,
	.queue_byte_limit = 0,
	.mode = MN_MODE_SYNC,
	.on_queue_limit = MN_ON_QUEUE_LIMIT_PAUSE,
	.async_flush = MN_ASYNC_FLUSH_BARRIER,
	.compression = 0,
	.bandwidth_limit = 0,
	.resync_bandwidth_limit = 0,
	.auto_resync = MN_AUTO_RESYNC_PARTIAL,
	.max_resync_passes = 200,
	.resync_low_water = 150,
	.resync_block_writes_timeout = 15000,
	.on_sync_loss = MN_ON_SYNC_LOSS_CONTINUE,
	.fence_timeout = 30000,
	.on_fence_timeout = MN_ON_FENCE_TIMEOUT_STOP,
	.on_metadata_error = MN_ON_METADATA_ERROR_STOP,
	.boot_wait = 30,
	.boot_alone = MN_BOOT_ALONE_SAFE,
	.keep_lost_writes = MN_KEEP_LOST_WRITES_NO,
};

/* ---- state ---- */

static u8 severity_of(struct mn_state state)
{
	if (state.state == MN_STATE_MIRRORING || state.state == MN_STATE_RESYNC ||
	    state.state == MN_STATE_RESYNC_PENDING)
		return MN_SEVERITY_INFO;
	return mn_reason_ends_by_itself(state.reason) || state.reason == MN_REASON_USER ?
	       MN_SEVERITY_WARNING : MN_SEVERITY_ERROR;
}

/* What the new state means, and what ends it. */
static const char *meaning_of(struct mn_state state)
{
	switch (state.state) {
	case MN_STATE_MIRRORING:
		return "in sync: every write goes to the target";
	case MN_STATE_RESYNC:
		return state.reason == MN_REASON_NONE ?
		       "blocks are being copied: the target is inconsistent until all are there" :
		       "more is written than the link carries: the rest is tracked and sent later";
	case MN_STATE_RESYNC_PENDING:
		return "what the target lacks is tracked, and sent as soon as it can be";
	case MN_STATE_BROKEN:
		return "writes are not tracked: only a resync brings the mirror back";
	case MN_STATE_PAUSED:
		break;
	default:
		return "there is no mirror between these two nodes";
	}
	if (state.reason == MN_REASON_USER)
		return "paused by a person, writes are tracked: continue resumes it";
	/* the stream outlives the link, if it can */
	if (mn_keep_outlives(state.reason))
		return "writes are queued, or tracked: it resumes by itself with the next link";
	return mn_reason_ends_by_itself(state.reason) ?
	       "writes are tracked: the mirror resumes by itself when the reason is gone" :
	       "writes are tracked: nothing is sent until a person decides (continue, or resync)";
}

void mn_mirror_event_locked(struct mn_mirror *mirror, enum mn_mirror_event what, u8 reason)
{
	struct mn_state old = mirror->state;
	struct mn_state new = mn_state_next(old, what, reason);
	struct mn_event event = {
		.class = MN_EVENT_STATE, .severity = severity_of(new),
		.volume = mirror->volume, .mirror = mirror,
		.old = old.state, .new = new.state, .reason = new.reason,
		.text = meaning_of(new),
	};
	u64 now = ktime_get_boottime_ns();

	lockdep_assert_held(&mirror->volume->track);
	if (old.state == new.state && old.reason == new.reason)
		return;
	if (old.state == MN_STATE_MIRRORING)
		mirror->mirroring_ns += now - mirror->entered;
	mirror->state = new;
	if (old.state != new.state || new.state != MN_STATE_RESYNC)
		mirror->since = ktime_get_real_ns();
	mirror->entered = now;
	trace_state(mirror->volume->data.bdev->bd_dev, mirror->slot, old.state, new.state,
		    new.reason);
	mn_event_emit(&event);
}

void mn_mirror_event(struct mn_mirror *mirror, enum mn_mirror_event what, u8 reason)
{
	unsigned long flags;

	spin_lock_irqsave(&mirror->volume->track, flags);
	mn_mirror_event_locked(mirror, what, reason);
	spin_unlock_irqrestore(&mirror->volume->track, flags);
}

/* ---- objects ---- */

static void initial_state(struct mn_mirror *mirror, const struct mn_slot *slot)
{
	struct mn_state stored = { .state = slot->state, .reason = slot->reason };
	struct mn_state fresh = { .state = MN_STATE_NONE, .reason = MN_REASON_NONE };

	mirror->state = mn_state_is_durable(stored) ? stored
						    : mn_state_next(fresh, MN_EV_ADDED,
								    MN_REASON_NONE);
	mirror->since = slot->since ? slot->since : ktime_get_real_ns();
}

struct mn_mirror *mn_mirror_new(struct mn_volume *volume, u8 slot, const u8 *peer_uuid)
{
	struct mn_mirror *mirror = kzalloc(sizeof(*mirror), GFP_NOIO);

	if (!mirror)
		return NULL;
	mirror->volume = volume;
	mirror->slot = slot;
	mirror->options = mn_options_default;
	memcpy(mirror->peer_uuid, peer_uuid, MN_UUID_LEN);
	INIT_LIST_HEAD(&mirror->unapplied);
	mn_rest_init(mirror);
	mirror->peer_position = volume->meta.super.slot[slot].peer_position;
	mirror->tracked = READ_ONCE(volume->write_number);
	initial_state(mirror, &volume->meta.super.slot[slot]);
	if (mn_bitmap_create(&mirror->bitmap, &volume->meta, slot, &volume->track)) {
		kfree(mirror);
		return NULL;
	}
	return mirror;
}

void mn_mirror_free(struct mn_mirror *mirror)
{
	mn_rest_exit(mirror);
	mn_bitmap_destroy(&mirror->bitmap);
	kfree(mirror);
}

static void set_slot(struct mn_volume *volume, u8 slot, struct mn_mirror *mirror)
{
	mutex_lock(&volume->mirrors_lock);
	spin_lock_irq(&volume->track);
	WRITE_ONCE(volume->mirror[slot], mirror);
	spin_unlock_irq(&volume->track);
	mutex_unlock(&volume->mirrors_lock);
}

void mn_mirror_install(struct mn_volume *volume, struct mn_mirror *mirror)
{
	set_slot(volume, mirror->slot, mirror);
}

void mn_mirror_uninstall(struct mn_volume *volume, struct mn_mirror *mirror)
{
	set_slot(volume, mirror->slot, NULL);
}

struct mn_mirror *mn_mirror_find(struct mn_volume *volume, const u8 *peer_uuid)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] &&
		    !memcmp(volume->mirror[i]->peer_uuid, peer_uuid, MN_UUID_LEN))
			return volume->mirror[i];
	return NULL;
}

struct mn_mirror *mn_mirror_find_idle(struct mn_volume *volume, const u8 *peer_uuid, u8 reason,
				      struct mn_why *why)
{
	struct mn_mirror *mirror;
	struct mn_session *session;

	for (;;) {
		if (mn_volume_enter(volume, why))
			return ERR_PTR(-ENODEV);
		mirror = mn_mirror_find(volume, peer_uuid);
		if (!mirror) {
			mutex_unlock(&volume->lock);
			why->text = "the volume has no mirror with this node";
			return ERR_PTR(-ENOENT);
		}
		session = mn_session_get(mirror);
		if (!session && !mn_keep_outlives(reason))
			mn_keep_drop(mirror);
		if (!session)
			return mirror;
		mutex_unlock(&volume->lock);
		mn_session_stop(session, reason);
	}
}

/* ---- add and remove ---- */

static int free_slot(const struct mn_volume *volume)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (!volume->mirror[i])
			return i;
	return -ENOSPC;
}

static u32 flags_of_new(bool blank, bool in_sync)
{
	if (in_sync)
		return 0;
	return MN_SLOT_F_FULL_NEEDED | (blank ? MN_SLOT_F_BLANK : 0);
}

static int commit_new_slot(struct mn_volume *volume, u8 slot, const u8 *peer_uuid, u32 flags)
{
	struct mn_super *draft = mn_volume_begin(volume);
	struct mn_slot *entry = &draft->slot[slot];

	memset(entry, 0, sizeof(*entry));
	memcpy(entry->peer_uuid, peer_uuid, MN_UUID_LEN);
	entry->used = true;
	entry->flags = flags;
	return mn_meta_commit(&volume->meta);
}

static void announce_config(struct mn_volume *volume, struct mn_mirror *mirror, const char *text)
{
	struct mn_event event = {
		.class = MN_EVENT_CONFIG, .severity = MN_SEVERITY_INFO,
		.volume = volume, .mirror = mirror, .text = text,
	};

	mn_event_emit(&event);
}

static int add_locked(struct mn_volume *volume, const u8 *peer_uuid, u32 flags,
		      struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err, slot = free_slot(volume);

	if (slot < 0) {
		why->text = "the volume has 8 mirrors already: remove one first";
		return slot;
	}
	why->text = "not enough memory for the bitmaps: nothing was changed, try again";
	mirror = mn_mirror_new(volume, slot, peer_uuid);
	if (!mirror)
		return -ENOMEM;
	mn_auto_resync_asked(mirror);
	/* what an earlier peer left in these pages says nothing about this one */
	mn_bitmap_empty(&mirror->bitmap);
	why->text = mn_why_no_metadata;
	err = mn_bitmap_write_all(&mirror->bitmap);
	if (!err) {
		/* before the slot counts: no write may miss it (I12) */
		mn_mirror_install(volume, mirror);
		err = commit_new_slot(volume, slot, peer_uuid, flags);
		if (err)
			mn_mirror_uninstall(volume, mirror);
	}
	if (err) {
		mn_mirror_free(mirror);
		return err;
	}
	mn_write_drain(volume);		/* writes classified before it was there */
	mn_view_mirror_added(mirror);
	announce_config(volume, mirror, "a mirror was added");
	return 0;
}

static bool is_written(struct mn_volume *volume)
{
	struct mn_super super;

	mn_meta_read(&volume->meta, &super);
	return super.flags & MN_SUPER_F_WRITTEN;
}

int mn_mirror_add(struct mn_volume *volume, const u8 *peer_uuid, bool blank, bool in_sync,
		  struct mn_why *why)
{
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	/* what was written here while it was open is not equal to anything */
	in_sync = in_sync && !is_written(volume);
	if (mn_mirror_find(volume, peer_uuid)) {
		why->text = "the volume has a mirror with this node already: nothing was changed";
		err = -EEXIST;
	} else if (!memcmp(peer_uuid, volume->meta.super.node_uuid, MN_UUID_LEN)) {
		why->text = "this is the node's own UUID";
		err = -EINVAL;
	} else {
		err = add_locked(volume, peer_uuid, flags_of_new(blank, in_sync), why);
	}
	mutex_unlock(&volume->lock);
	return err;
}

/* Nobody remembers then what this peer has: a source goes on in a generation that it lacks. */
static int commit_no_slot(struct mn_volume *volume, u8 slot)
{
	struct mn_super *draft = mn_volume_begin(volume);
	const struct mn_slot *old = &draft->slot[slot];
	int err;

	if (draft->role == MN_ROLE_SOURCE &&
	    mn_generation_may_be_held(draft->generation, old->base, old->old_base))
		mn_advance(volume, draft);
	memset(&draft->slot[slot], 0, sizeof(draft->slot[slot]));
	err = mn_meta_commit(&volume->meta);
	if (!err)
		mn_advance_tell(volume);
	return err;
}

int mn_mirror_del(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why)
{
	struct mn_mirror *mirror = mn_mirror_find_idle(volume, peer_uuid, MN_REASON_OPERATION, why);
	int err;

	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	if (volume->lock_reason == MN_LOCK_HANDED_OVER) {
		mutex_unlock(&volume->lock);
		why->text =
			"the role was handed to that node: repeat mirrorctl switchover";
		return -ESTALE;
	}
	flush_work(&volume->loss_work);
	err = commit_no_slot(volume, mirror->slot);
	if (err) {
		why->text = "the metadata cannot be written: the mirror stays";
	} else {
		mn_fence_over(mirror);
		mn_mirror_event(mirror, MN_EV_REMOVED, MN_REASON_NONE);
		announce_config(volume, mirror, "a mirror was removed");
		mn_mirror_uninstall(volume, mirror);
		mn_write_drain(volume);
		mn_view_mirror_removed(mirror);
		mn_mirror_free(mirror);
	}
	mutex_unlock(&volume->lock);
	return err;
}

/* ---- pause, continue, resync ---- */

static int commit_state(struct mn_mirror *mirror, s8 state, u8 reason, u32 more_flags)
{
	struct mn_super *draft = mn_volume_begin(mirror->volume);
	struct mn_slot *slot = &draft->slot[mirror->slot];

	slot->state = state;
	slot->reason = reason;
	slot->since = ktime_get_real_ns();
	slot->flags |= more_flags;
	return mn_meta_commit(&mirror->volume->meta);
}

/* Under volume->lock: 0, or why what waits for a person is not on record. */
static int keep_state(struct mn_mirror *mirror)
{
	struct mn_state now;

	spin_lock_irq(&mirror->volume->track);
	now = mirror->state;
	spin_unlock_irq(&mirror->volume->track);
	return mn_state_is_durable(now) ? commit_state(mirror, now.state, now.reason, 0) : 0;
}

void mn_mirror_keep_state(struct mn_mirror *mirror)
{
	u8 reason = READ_ONCE(mirror->state.reason);

	lockdep_assert_held(&mirror->volume->lock);
	if (keep_state(mirror))
		pr_err("dm-mirror-net: %s: that the mirror waits for a person (%s) is not recorded: it is found out again after a restart\n",
		       mirror->volume->name, mn_reason_text(reason));
}

/* Under volume->lock: record, then tell the state machine. */
static int record_locked(struct mn_mirror *mirror, struct mn_state state, u32 more_flags,
			 enum mn_mirror_event event, struct mn_why *why)
{
	int err = commit_state(mirror, state.state, state.reason, more_flags);

	if (err)
		why->text = mn_why_no_metadata;
	else
		mn_mirror_event(mirror, event, state.reason);
	return err;
}

static bool is_broken(const struct mn_mirror *mirror)
{
	return mirror->state.state == MN_STATE_BROKEN;
}

static int pause_locked(struct mn_mirror *mirror, struct mn_why *why)
{
	struct mn_state paused = { .state = MN_STATE_PAUSED, .reason = MN_REASON_USER };

	if (is_broken(mirror)) {
		why->text = "the mirror is broken: nothing is sent or tracked that could pause";
		return -ESTALE;
	}
	/* where it waits for a person already, the reason says why, and must not be forgotten */
	if (mn_state_is_durable(mirror->state)) {
		why->text = "the metadata cannot be written: after a restart it goes on by itself";
		return keep_state(mirror);
	}
	return record_locked(mirror, paused, 0, MN_EV_USER_PAUSE, why);
}

/* Look up under the lock, and do it. */
static int change_locked(struct mn_volume *volume, const u8 *peer_uuid,
			 int (*change)(struct mn_mirror *mirror, struct mn_why *why),
			 struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	mirror = mn_mirror_find(volume, peer_uuid);
	why->text = "the volume has no mirror with this node";
	err = mirror ? change(mirror, why) : -ENOENT;
	mutex_unlock(&volume->lock);
	return err;
}

int mn_mirror_pause(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why)
{
	int err = change_locked(volume, peer_uuid, pause_locked, why);
	struct mn_mirror *mirror;

	if (err)
		return err;
	mirror = mn_mirror_find_idle(volume, peer_uuid, MN_REASON_USER, why);
	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	mutex_unlock(&volume->lock);
	return 0;
}

/*
 * The link goes first, and its loss is on record, as of any other: from then on nothing is written
 * in a generation that the target has (I6). Only then the tracking ends.
 */
int mn_mirror_break(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why)
{
	struct mn_state broken = { .state = MN_STATE_BROKEN, .reason = MN_REASON_USER };
	struct mn_mirror *mirror = mn_mirror_find_idle(volume, peer_uuid, MN_REASON_OPERATION, why);
	int err;

	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	flush_work(&volume->loss_work);
	err = READ_ONCE(volume->loss_pending) ? -EIO :
	      commit_state(mirror, broken.state, broken.reason, MN_SLOT_F_FULL_NEEDED);
	if (err) {
		why->text = "the metadata cannot be written: not broken, only its link was closed";
	} else {
		mn_fence_over(mirror);	/* a person gives this copy up */
		mn_mirror_event(mirror, MN_EV_USER_BREAK, broken.reason);
		mn_bitmap_empty(&mirror->bitmap);	/* it says nothing any more */
		WRITE_ONCE(mirror->compare, false);
	}
	mutex_unlock(&volume->lock);
	return err;
}

/*
 * No bitmap tells what an older image lacks, nor what was written while a mirror was broken: then
 * the target takes everything, whatever it has.
 */
static u32 flags_to_continue(const struct mn_mirror *mirror)
{
	if (is_broken(mirror))
		return MN_SLOT_F_FULL_NEEDED | MN_SLOT_F_BLANK;
	return mirror->state.reason == MN_REASON_ROLLED_BACK ? MN_SLOT_F_FULL_NEEDED : 0;
}

/* A person says so: what this target wrote by itself may be overwritten. */
static int commit_continue(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;
	struct mn_super *draft = mn_volume_begin(volume);
	struct mn_slot *slot = &draft->slot[mirror->slot];

	slot->state = MN_STATE_NONE;
	slot->reason = MN_REASON_NONE;
	slot->since = ktime_get_real_ns();
	slot->flags |= flags_to_continue(mirror);
	if (volume->role == MN_ROLE_TARGET)
		draft->flags &= ~MN_SUPER_F_WRITTEN;
	return mn_meta_commit(&volume->meta);
}

/* Whatever held it back: a person wants it now. */
static void asked_for(struct mn_mirror *mirror)
{
	mn_auto_resync_asked(mirror);
	mn_rest_end(mirror);
}

static int continue_locked(struct mn_mirror *mirror, struct mn_why *why)
{
	struct mn_volume *volume = mirror->volume;
	int err;

	if (volume->role == MN_ROLE_TARGET && volume->lock_reason == MN_LOCK_NONE) {
		why->text = "the target is unlocked here: lock it first (mirrorctl lock)";
		return -EBUSY;
	}
	if (volume->role != MN_ROLE_TARGET && is_broken(mirror)) {
		why->text =
			"the mirror is broken: writes were not tracked, only resync helps";
		return -ESTALE;
	}
	err = commit_continue(mirror);
	if (err) {
		why->text = mn_why_no_metadata;
		return err;
	}
	asked_for(mirror);
	mn_mirror_event(mirror, is_broken(mirror) ? MN_EV_USER_RESYNC : MN_EV_USER_CONTINUE,
			MN_REASON_NONE);
	return 0;
}

int mn_mirror_continue(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why)
{
	return change_locked(volume, peer_uuid, continue_locked, why);
}

/* What was never sent stays so. Durable, so that a restart sends what it cannot compare. */
static int mark_to_compare(struct mn_mirror *mirror, struct mn_why *why)
{
	int err;

	mn_bitmap_fill_sent(&mirror->bitmap);
	err = mn_bitmap_write_all(&mirror->bitmap);
	if (err)
		why->text = "the metadata cannot be written: the next resync sends what was marked";
	return err;
}

int mn_mirror_resync(struct mn_volume *volume, const u8 *peer_uuid, bool full, bool verify,
		     struct mn_why *why)
{
	struct mn_state none = { .state = MN_STATE_NONE, .reason = MN_REASON_NONE };
	struct mn_mirror *mirror;
	int err = -EBUSY;

	if (READ_ONCE(volume->role) != MN_ROLE_SOURCE) {
		why->text = "this node is not the source of the volume: start the resync there";
		return -ESTALE;
	}
	/* the link comes back with what is to be sent: none may come before that is on record */
	mirror = mn_mirror_find_idle(volume, peer_uuid, MN_REASON_OPERATION, why);
	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	full |= flags_to_continue(mirror) != 0;
	why->text =
		"the mirror is being created: if nothing is, delete it and create it again";
	if (!mirror->building)
		err = verify && !full ? mark_to_compare(mirror, why) : 0;
	if (!err)
		err = record_locked(mirror, none, full ? MN_SLOT_F_FULL_NEEDED : 0,
				    MN_EV_USER_RESYNC, why);
	if (!err) {
		WRITE_ONCE(mirror->compare, verify);
		asked_for(mirror);
	}
	mutex_unlock(&volume->lock);
	return err;
}

/* ---- at the target: the source goes on without it ---- */

/* NULL: nothing is against it. A late request must not cost a mirror that went on since. */
static const char *why_not_outdated(struct mn_volume *volume, u64 generation)
{
	struct mn_super super;

	if (volume->role != MN_ROLE_TARGET)
		return "this node is no target of the volume now: it may have taken over";
	mn_meta_read(&volume->meta, &super);
	if (mn_generation_was_held(generation, super.generation, super.history))
		return "this copy is past that loss: its mirror went on since; nothing was changed";
	return NULL;
}

static void announce_outdated(struct mn_mirror *mirror, u64 generation)
{
	struct mn_event event = {
		.class = MN_EVENT_FENCE, .severity = MN_SEVERITY_WARNING,
		.volume = mirror->volume, .mirror = mirror, .new = MN_FENCE_OUTDATED,
		.generation = generation,
		.text = "this copy is outdated, durably: the source goes on without it",
	};

	mn_event_emit(&event);
}

/* An inconsistent copy is worth even less, and stays so. */
static int commit_outdated(struct mn_mirror *mirror, u64 generation, struct mn_why *why)
{
	struct mn_volume *volume = mirror->volume;
	struct mn_super *draft = mn_volume_begin(volume);
	int err;

	if (draft->data_state == MN_DATA_INCONSISTENT || draft->data_state == MN_DATA_OUTDATED) {
		mn_meta_abort(&volume->meta);
		return 0;
	}
	draft->data_state = MN_DATA_OUTDATED;
	draft->data_since = ktime_get_real_ns();
	err = mn_meta_commit(&volume->meta);
	if (err)
		why->text = "the metadata cannot be written: that it is outdated is not on record";
	else
		announce_outdated(mirror, generation);
	return err;
}

int mn_mirror_outdate(struct mn_volume *volume, const u8 *peer_uuid, u64 generation,
		      struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	why->text = why_not_outdated(volume, generation);
	mutex_unlock(&volume->lock);
	if (why->text)
		return -ESTALE;
	/* this side may not have noticed that the link is gone; the stream can go on later */
	mirror = mn_mirror_find_idle(volume, peer_uuid, MN_REASON_LINK_LOST, why);
	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	why->text = why_not_outdated(volume, generation);
	err = why->text ? -ESTALE : commit_outdated(mirror, generation, why);
	mutex_unlock(&volume->lock);
	return err;
}

/* ---- options ---- */

/* The engines read each with READ_ONCE when they need it. */
static void change_options(struct mn_options *options, const struct mn_options_change *change)
{
	const u32 *from = (const u32 *)&change->value;
	u32 *to = (u32 *)options;
	unsigned int i;

	BUILD_BUG_ON(sizeof(*options) / sizeof(*to) > BITS_PER_TYPE(change->given));
	for (i = 0; i < sizeof(*options) / sizeof(*to); i++)
		if (change->given & BIT(i))
			WRITE_ONCE(to[i], from[i]);
}

int mn_mirror_set_options(struct mn_volume *volume, const u8 *peer_uuid,
			  const struct mn_options_change *change, struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	mirror = mn_mirror_find(volume, peer_uuid);
	if (mirror) {
		change_options(&mirror->options, change);
		mirror->options_set = true;
		mn_session_options_changed(mirror);
		mn_fence_options_changed(mirror);
		mn_meta_loss_options_changed(mirror);
	} else {
		why->text = "the volume has no mirror with this node";
		err = -ENOENT;
	}
	mutex_unlock(&volume->lock);
	return err;
}

/* ---- links ---- */

int mn_link_attach(struct mn_volume *volume, const u8 *peer_uuid, int fd, bool initiator,
		   bool encrypted, u64 renew, struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = -ENOENT;

	mutex_lock(&volume->lock);
	mirror = mn_mirror_find(volume, peer_uuid);
	why->text = "the volume has no mirror with this node";
	if (mirror)
		err = renew ? mn_session_renew(mirror, fd, renew, why) :
			      mn_session_attach(mirror, fd, initiator, encrypted, why);
	mutex_unlock(&volume->lock);
	return err;
}

int mn_link_renew(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = -ENOENT;

	mutex_lock(&volume->lock);
	mirror = mn_mirror_find(volume, peer_uuid);
	why->text = "the volume has no mirror with this node";
	if (mirror)
		err = mn_session_ask_renewal(mirror, why);
	mutex_unlock(&volume->lock);
	return err;
}

int mn_link_detach(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why)
{
	struct mn_mirror *mirror = mn_mirror_find_idle(volume, peer_uuid, MN_REASON_LINK_LOST, why);

	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	mutex_unlock(&volume->lock);
	return 0;
}
