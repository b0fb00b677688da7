// SPDX-License-Identifier: GPL-2.0-only
/*
 * auto_resync: which resync may start by itself when a link comes back (L3; docs/resync.md)
 */
#include "auto_resync.h"

/* Is there something to send that no person asked for, and the option says this of it? */
static bool applies(struct mn_mirror *mirror, enum mn_auto_resync option, bool full)
{
	bool applies;

	spin_lock_irq(&mirror->volume->track);
	applies = READ_ONCE(mirror->options.auto_resync) == option && !mirror->asked &&
		  !mirror->kept && (full || mirror->bitmap.track.dirty_bits);
	spin_unlock_irq(&mirror->volume->track);
	return applies;
}

int mn_auto_resync_prepare(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;
	struct mn_super *draft;

	lockdep_assert_held(&volume->lock);
	if (volume->role != MN_ROLE_SOURCE || !applies(mirror, MN_AUTO_RESYNC_FULL, false))
		return 0;
	draft = mn_volume_begin(volume);
	draft->slot[mirror->slot].flags |= MN_SLOT_F_FULL_NEEDED;
	return mn_meta_commit(&volume->meta);
}

bool mn_auto_resync_holds_back(struct mn_mirror *mirror, bool full)
{
	return applies(mirror, MN_AUTO_RESYNC_NO, full);
}

void mn_auto_resync_asked(struct mn_mirror *mirror, bool asked)
{
	unsigned long flags;

	spin_lock_irqsave(&mirror->volume->track, flags);
	mirror->asked = asked;
	spin_unlock_irqrestore(&mirror->volume->track, flags);
}
