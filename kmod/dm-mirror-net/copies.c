// SPDX-License-Identifier: GPL-2.0-only
/*
 * copies: what the targets of one source know of each other (L3; I13, docs/targets.md)
 */
#include "bitmap.h"
#include "copies.h"

/* ---- at the target: what it applies ---- */

/* False: a page for pending bits is missing somewhere. */
static bool enter_all(struct mn_mirror *from, u64 first, u64 last)
{
	struct mn_volume *volume = from->volume;
	bool all = true;
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && volume->mirror[i] != from)
			all &= mn_bitmap_sent(&volume->mirror[i]->bitmap, first, last);
	spin_unlock_irq(&volume->track);
	return all;
}

/* Without memory: dirty is more than pending, and needs none. */
static void enter_as_dirty(struct mn_mirror *from, u64 first, u64 last)
{
	struct mn_volume *volume = from->volume;
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && volume->mirror[i] != from)
			mn_bitmap_set(&volume->mirror[i]->bitmap, first, last);
	spin_unlock_irq(&volume->track);
}

static void refill_all(struct mn_volume *volume)
{
	int i;

	/* none is freed meanwhile */
	mutex_lock(&volume->mirrors_lock);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_bitmap_refill(&volume->mirror[i]->bitmap);
	mutex_unlock(&volume->mirrors_lock);
}

void mn_copies_enter(struct mn_mirror *from, u64 sector, u32 sectors)
{
	u64 first, last;

	mn_track_span(sector, sectors, &first, &last);
	if (enter_all(from, first, last))
		return;
	refill_all(from->volume);
	if (!enter_all(from, first, last))
		enter_as_dirty(from, first, last);
}

/* Under mirrors_lock. */
static void settle(struct mn_mirror *other)
{
	struct mn_track *track = &other->bitmap.track;
	spinlock_t *lock = &other->volume->track;
	u64 block = 0;
	bool taken;

	while (block < track->blocks) {
		spin_lock_irq(lock);
		block = mn_track_next_dirty(track, block);
		taken = block < track->blocks && mn_bitmap_take(&other->bitmap, block);
		spin_unlock_irq(lock);
		if (!taken && (block >= track->blocks || mn_bitmap_refill(&other->bitmap)))
			return;		/* what stays dirty is sent once too often */
		cond_resched();
	}
}

void mn_copies_settle(struct mn_mirror *from)
{
	struct mn_volume *volume = from->volume;
	int i;

	mutex_lock(&volume->mirrors_lock);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && volume->mirror[i] != from)
			settle(volume->mirror[i]);
	mutex_unlock(&volume->mirrors_lock);
}

/* ---- at the target: what the source says of the others ---- */

/* The used slot for that node, or NULL. */
static struct mn_slot *find_slot(struct mn_super *super, const u8 *node_uuid)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (super->slot[i].used &&
		    !memcmp(super->slot[i].peer_uuid, node_uuid, MN_UUID_LEN))
			return &super->slot[i];
	return NULL;
}

/* Does the slot hold all from now on? While a transaction is open no slot comes or goes. */
static bool is_proven(struct mn_volume *volume, const struct mn_wire_copy *copy)
{
	const struct mn_mirror *mirror;
	bool proven;

	spin_lock_irq(&volume->track);
	mirror = mn_mirror_find(volume, copy->node_uuid);
	proven = mirror && mn_copy_mark_proves(le64_to_cpu(copy->as_of), mirror->tracked);
	spin_unlock_irq(&volume->track);
	return proven;
}

/* Its generation, and that the slot counts from now on. False: that cannot be recorded. */
static bool record_copy(struct mn_volume *volume, const struct mn_wire_copy *copy)
{
	struct mn_super *draft = mn_volume_begin(volume);
	struct mn_slot *slot = find_slot(draft, copy->node_uuid);
	u64 generation = le64_to_cpu(copy->generation);
	bool proves = slot && (slot->flags & MN_SLOT_F_FULL) && is_proven(volume, copy);

	if (!slot || (slot->base == generation && slot->old_base == generation && !proves)) {
		mn_meta_abort(&volume->meta);
		return slot;
	}
	slot->base = generation;
	slot->old_base = generation;
	if (proves)
		slot->flags &= ~MN_SLOT_F_FULL;
	return !mn_meta_commit(&volume->meta);
}

void mn_copies_heard(struct mn_mirror *from, const struct mn_wire_copy *copy)
{
	struct mn_volume *volume = from->volume;
	struct mn_mirror *other;

	if (!memcmp(copy->node_uuid, from->peer_uuid, MN_UUID_LEN) || !record_copy(volume, copy))
		return;
	spin_lock_irq(&volume->track);
	other = mn_mirror_find(volume, copy->node_uuid);
	if (other) {
		mn_bitmap_stable(&other->bitmap, le64_to_cpu(copy->as_of), volume->write_number);
		/* should that node be put back to an older image, this one will notice, too */
		other->peer_position = le64_to_cpu(copy->position);
	}
	spin_unlock_irq(&volume->track);
}

/* ---- at the source ---- */

/* Under track: has it got the generation that it was told last? */
static bool has_generation(const struct mn_mirror *mirror)
{
	return mirror->told && mirror->applied >= mirror->told;
}

/* Under track. False: nothing can be said of this copy. */
static bool describe(struct mn_mirror *mirror, struct mn_wire_copy *copy)
{
	struct mn_copy_now now = {
		.in_sync = mirror->live && !mirror->kept && mirror->in_sync &&
			   !mirror->bitmap.track.dirty_bits,
		.stream = mirror->stream, .sequence = mirror->sequence, .stable = mirror->stable,
		.number = mirror->volume->write_number,
	};

	mn_copy_mark_look(&mirror->mark, &now);
	if (!mirror->mark.as_of || !mirror->streaming || !has_generation(mirror))
		return false;
	memcpy(copy->node_uuid, mirror->peer_uuid, MN_UUID_LEN);
	copy->generation = cpu_to_le64(mirror->streaming->generation);
	copy->as_of = cpu_to_le64(mirror->mark.as_of);
	copy->position = cpu_to_le64(mirror->peer_position);
	return true;
}

static bool describe_slot(struct mn_session *session, int slot, struct mn_wire_copy *copy)
{
	struct mn_volume *volume = session->volume;
	bool told = false;

	spin_lock_irq(&volume->track);
	if (volume->mirror[slot] && session->mirror->streaming == session &&
	    session->mirror->in_sync && slot != session->mirror->slot)
		told = describe(volume->mirror[slot], copy);
	spin_unlock_irq(&volume->track);
	return told;
}

void mn_copies_tell(struct mn_session *session)
{
	struct mn_frame frame = {
		.type = MN_FRAME_COPY, .payload_bytes = sizeof(struct mn_wire_copy),
	};
	struct mn_wire_copy copy;
	int i;

	if (READ_ONCE(session->phase) != MN_SESSION_STREAM || !session->is_source ||
	    !(mn_conn_agreed(session->conn) & MN_FEATURE_COPIES))
		return;
	/* what does not leave now is said again in a moment */
	for (i = 0; i < MN_SLOTS; i++)
		if (describe_slot(session, i, &copy) &&
		    mn_send_small(session->conn, &frame, &copy))
			return;
}

/* ---- roles ---- */

void mn_copies_give_up(struct mn_volume *volume)
{
	int i;

	lockdep_assert_held(&volume->lock);
	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_bitmap_give_up(&volume->mirror[i]->bitmap);
	spin_unlock_irq(&volume->track);
}

bool mn_copies_is_aside(const struct mn_mirror *mirror)
{
	const struct mn_volume *volume = mirror->volume;
	int i;

	lockdep_assert_held(&volume->track);
	if (READ_ONCE(volume->role) != MN_ROLE_TARGET)
		return false;
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && volume->mirror[i] != mirror && volume->mirror[i]->apply)
			return true;
	return false;
}
