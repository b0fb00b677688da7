// SPDX-License-Identifier: GPL-2.0-only
/*
 * auto_resync: which resync may start by itself when a link comes back (L3; docs/resync.md)
 */
#include "auto_resync.h"
#include "bitmap.h"

/* Is there something to send that no person asked for, and the option says this of it? */
static bool applies(struct mn_mirror *mirror, enum mn_auto_resync option, bool full)
{
	bool applies;

	spin_lock_irq(&mirror->volume->track);
	applies = READ_ONCE(mirror->options.auto_resync) == option && !mirror->asked &&
		  (full || mirror->bitmap.track.dirty_bits);
	spin_unlock_irq(&mirror->volume->track);
	return applies;
}

/*
 * The bits say it, not the slot: with FULL_NEEDED a person would have decided against what the
 * generations tell. A link that is lost meanwhile does not make it start anew.
 */
int mn_auto_resync_fill(struct mn_mirror *mirror, bool *everything)
{
	int err;

	*everything = applies(mirror, MN_AUTO_RESYNC_FULL, false);
	if (!*everything)
		return 0;
	mn_bitmap_fill(&mirror->bitmap);
	err = mn_bitmap_write_all(&mirror->bitmap);
	if (!err)
		mn_auto_resync_asked(mirror);
	return err;
}

bool mn_auto_resync_holds_back(struct mn_mirror *mirror, bool full)
{
	return applies(mirror, MN_AUTO_RESYNC_NO, full);
}

void mn_auto_resync_asked(struct mn_mirror *mirror)
{
	unsigned long flags;

	spin_lock_irqsave(&mirror->volume->track, flags);
	mirror->asked = true;
	spin_unlock_irqrestore(&mirror->volume->track, flags);
}
