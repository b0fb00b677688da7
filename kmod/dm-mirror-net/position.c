// SPDX-License-Identifier: GPL-2.0-only
/*
 * position: how far this node and its peers have come (L3; DESIGN 5)
 */
#include "position.h"

/* DESIGN 5 allows a minute; what was announced less than this ago is not noticed. */
#define MN_POSITION_PERIOD (10 * HZ)

u64 mn_position_own(struct mn_volume *volume)
{
	unsigned long flags;
	u64 position;

	spin_lock_irqsave(&volume->meta.super_lock, flags);
	position = volume->meta.super.write_number;
	spin_unlock_irqrestore(&volume->meta.super_lock, flags);
	return position;
}

void mn_position_accept(struct mn_mirror *mirror, u64 position)
{
	spin_lock_irq(&mirror->volume->track);
	mirror->peer_position = position;
	spin_unlock_irq(&mirror->volume->track);
}

void mn_position_heard(struct mn_mirror *mirror, u64 position)
{
	spin_lock_irq(&mirror->volume->track);
	mirror->peer_position = max(mirror->peer_position, position);
	spin_unlock_irq(&mirror->volume->track);
}

/* Under track: is the superblock behind? */
static bool has_moved(const struct mn_volume *volume)
{
	const struct mn_super *super = &volume->meta.super;
	bool moved = volume->write_number > super->write_number;
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		moved |= volume->mirror[i] &&
			 volume->mirror[i]->peer_position != super->slot[i].peer_position;
	return moved;
}

void mn_position_tick(struct mn_volume *volume)
{
	bool moved;

	if (time_before(jiffies, volume->positions_due))
		return;
	volume->positions_due = jiffies + MN_POSITION_PERIOD;
	spin_lock_irq(&volume->track);
	spin_lock(&volume->meta.super_lock);
	moved = has_moved(volume);
	spin_unlock(&volume->meta.super_lock);
	spin_unlock_irq(&volume->track);
	if (!moved)
		return;
	mn_volume_begin(volume);	/* it puts the positions in */
	mn_meta_commit(&volume->meta);
}
