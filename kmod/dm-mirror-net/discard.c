// SPDX-License-Identifier: GPL-2.0-only
/*
 * discard: after a split brain this node gives up what it wrote (L3; I7, docs/split-brain.md)
 *
 * A person has chosen the other copy. The gate is closed, the link is gone; then one write of the
 * superblock makes this node a target of what both last had in common. Nothing of its data changes
 * here: the next link finds the union of both bitmaps.
 */
#include "event.h"
#include "keep.h"
#include "rest.h"
#include "session.h"
#include "split.h"
#include "volume_private.h"

static void announce(struct mn_mirror *mirror)
{
	struct mn_event event = {
		.class = MN_EVENT_SPLIT_BRAIN, .severity = MN_SEVERITY_WARNING,
		.volume = mirror->volume, .mirror = mirror,
		.text = "this node gives up what it wrote on its own: the other copy overwrites it",
	};

	mn_event_emit(&event);
}

/* Under lock: a target of that generation already, whose mirror goes on by itself. */
static bool is_done(struct mn_mirror *mirror, u64 generation)
{
	struct mn_volume *volume = mirror->volume;
	struct mn_super super;

	if (volume->role != MN_ROLE_TARGET || mn_state_is_durable(mirror->state))
		return false;
	mn_meta_read(&volume->meta, &super);
	return super.generation == generation;
}

/* Under lock: another mirror of the volume that has a link, or NULL. */
static struct mn_mirror *other_link(struct mn_volume *volume, const struct mn_mirror *mirror)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *other = volume->mirror[i];

		if (other && other != mirror && other->session)
			return other;
	}
	return NULL;
}

/*
 * Takes the lock. The mirror, and no link of any mirror of the volume: who follows this node gets
 * nothing more of what is given up. Links come again by themselves: so only a few times.
 */
static struct mn_mirror *find_alone(struct mn_volume *volume, const u8 *peer_uuid,
				    struct mn_why *why)
{
	struct mn_mirror *mirror, *other;
	u8 uuid[MN_UUID_LEN];
	int tries = 20;

	do {
		mirror = mn_mirror_find_idle(volume, peer_uuid, MN_REASON_OPERATION, why);
		if (IS_ERR(mirror))
			return mirror;
		other = other_link(volume, mirror);
		if (!other)
			return mirror;
		memcpy(uuid, other->peer_uuid, sizeof(uuid));
		mutex_unlock(&volume->lock);
		if (!IS_ERR(mn_mirror_find_idle(volume, uuid, MN_REASON_OPERATION, why)))
			mutex_unlock(&volume->lock);
	} while (--tries);
	why->text = "another mirror of the volume has a link again and again: pause it first";
	return ERR_PTR(-EBUSY);
}

/* Under lock: 0 or why it is too early, or too late. */
static int check(struct mn_mirror *mirror, struct mn_why *why)
{
	if (mirror->volume->lock_reason == MN_LOCK_NONE) {
		why->text = "the volume is open for use: lock it first";
		return -EBUSY;
	}
	if (mirror->state.state == MN_STATE_BROKEN) {
		why->text =
			"the mirror is broken here, writes were not tracked: only resync helps";
		return -ESTALE;
	}
	return 0;
}

static int commit(struct mn_mirror *mirror, u64 generation, struct mn_why *why)
{
	struct mn_volume *volume = mirror->volume;
	struct mn_super *draft = mn_volume_begin(volume);
	int err;

	why->text = mn_split_give_up(draft, mirror->slot, generation);
	if (why->text) {
		mn_meta_abort(&volume->meta);
		return -ESTALE;
	}
	draft->data_since = ktime_get_real_ns();
	draft->slot[mirror->slot].since = draft->data_since;
	err = mn_meta_commit(&volume->meta);
	why->text = mn_why_no_metadata;
	return err;
}

/* Under lock, without a link. */
static int discard(struct mn_mirror *mirror, u64 generation, struct mn_why *why)
{
	struct mn_volume *volume = mirror->volume;
	int err = check(mirror, why);

	if (err)
		return err;
	flush_work(&volume->loss_work);
	mn_keep_drop_all(volume);
	err = commit(mirror, generation, why);
	if (err)
		return err;
	announce(mirror);
	if (volume->role != MN_ROLE_TARGET)
		mn_volume_role_is(volume, MN_ROLE_TARGET, MN_LOCK_TARGET);
	mn_rest_end(mirror);
	mn_mirror_event(mirror, MN_EV_USER_CONTINUE, MN_REASON_NONE);
	return 0;
}

int mn_split_discard(struct mn_volume *volume, const u8 *peer_uuid, u64 generation,
		     struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = mn_volume_enter(volume, why);
	bool done;

	if (err)
		return err;
	mirror = mn_mirror_find(volume, peer_uuid);
	done = mirror && is_done(mirror, generation);
	mutex_unlock(&volume->lock);
	if (done)
		return 0;
	mirror = find_alone(volume, peer_uuid, why);
	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	err = discard(mirror, generation, why);
	mutex_unlock(&volume->lock);
	return err;
}
