// SPDX-License-Identifier: GPL-2.0-only
/*
 * advance: the source takes a new generation, and the targets that go on get it (L3)
 *
 * A target that is lost keeps the old generation; one that goes on must not: it has what is
 * written from now on, and should it take over, the old source has to find its own
 * generation there.
 */
#include <linux/random.h>
#include "advance.h"
#include "session.h"
#include "stream.h"
#include "write.h"

/* Under track. */
static bool goes_on(const struct mn_mirror *mirror)
{
	return mirror && mirror->live && !mirror->kept && mirror->streaming;
}

/* Under track. It has the one that it was told last, if it has applied that. */
static void name_base(const struct mn_mirror *mirror, struct mn_slot *slot, u64 fresh)
{
	if (mirror->told && mirror->applied >= mirror->told)
		slot->old_base = slot->base;
	slot->base = fresh;
}

void mn_advance(struct mn_volume *volume, struct mn_super *draft)
{
	int i;

	mn_generation_advance(&draft->generation, draft->history, get_random_u64() | 1);
	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++)
		if (goes_on(volume->mirror[i]))
			name_base(volume->mirror[i], &draft->slot[i], draft->generation);
	spin_unlock_irq(&volume->track);
}

u64 mn_advance_now(struct mn_volume *volume)
{
	u64 generation;

	lockdep_assert_held(&volume->track);
	spin_lock(&volume->meta.super_lock);
	generation = volume->meta.super.generation;
	spin_unlock(&volume->meta.super_lock);
	return generation;
}

/* Under track. Takes the leg. */
static void queue_generation(struct mn_mirror *mirror, struct mn_leg *leg, u64 generation)
{
	leg->small.generation.generation = cpu_to_le64(generation);
	leg->out.inlined = &leg->small.generation;
	leg->out.frame.type = MN_FRAME_GENERATION;
	leg->out.frame.payload_bytes = sizeof(leg->small.generation);
	mn_leg_queue(mirror, leg);
	mirror->told = leg->out.frame.sequence;
	mn_leg_put(leg);
}

/*
 * Under track. One that is not in sync yet gets it with SYNC_END, any other with a frame of its
 * own. Takes the leg.
 */
static void tell(struct mn_mirror *mirror, struct mn_leg *leg, struct list_head *done)
{
	struct mn_session *session = mirror->streaming;
	u64 generation = mn_advance_now(mirror->volume);
	bool knows = session->generation == generation;

	session->generation = generation;
	if (knows || !mirror->in_sync) {
		mn_leg_put(leg);
	} else if (mn_conn_agreed(session->conn) & MN_FEATURE_COPIES) {
		queue_generation(mirror, leg, generation);
	} else {
		mn_leg_put(leg);
		mn_session_lost_locked(mirror, MN_REASON_OPERATION, done);
	}
}

static void tell_slot(struct mn_volume *volume, int slot, struct list_head *done)
{
	struct mn_leg *leg = mn_leg_get(volume, GFP_NOWAIT);

	spin_lock_irq(&volume->track);
	if (!goes_on(volume->mirror[slot])) {
		if (leg)
			mn_leg_put(leg);
	} else if (leg) {
		tell(volume->mirror[slot], leg, done);
	} else {
		mn_session_lost_locked(volume->mirror[slot], MN_REASON_NO_MEMORY, done);
	}
	spin_unlock_irq(&volume->track);
}

void mn_advance_tell(struct mn_volume *volume)
{
	LIST_HEAD(done);
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (READ_ONCE(volume->mirror[i]))
			tell_slot(volume, i, &done);
	mn_write_complete(&done);
}
