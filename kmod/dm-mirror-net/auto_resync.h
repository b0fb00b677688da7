/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * auto_resync: which resync may start by itself when a link comes back (L3; docs/resync.md)
 */
#ifndef MN_AUTO_RESYNC_H
#define MN_AUTO_RESYNC_H

#include "volume.h"

/*
 * Source, before the stream begins; may block. With `full`: everything is marked, durably, if the
 * target lacks anything; *everything says so. -EIO: that cannot be recorded.
 */
int mn_auto_resync_fill(struct mn_mirror *mirror, bool *everything);
/* Source, before the stream begins: must a person ask for what the target lacks? */
bool mn_auto_resync_holds_back(struct mn_mirror *mirror, bool full);
/* Any context: a person wants what this mirror needs. In force until it is in sync. */
void mn_auto_resync_asked(struct mn_mirror *mirror);

#endif
