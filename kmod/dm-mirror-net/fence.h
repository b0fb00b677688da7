/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fence: writes wait until a lost copy is known not to be promoted (L3; docs/fence.md)
 */
#ifndef MN_FENCE_H
#define MN_FENCE_H

#include "volume.h"

struct mn_io;

/*
 * Under track. The target was in sync, does not get the writes any more, and that is on record
 * with this generation. Nothing follows unless it is sync and on-sync-loss is fence.
 */
void mn_fence_lost(struct mn_mirror *mirror, u64 generation);
/* Under track. */
void mn_fence_event(struct mn_mirror *mirror, enum mn_fence_event event);
/* Takes track; any context. A person gave this mirror up, or it has no copy to fence any more. */
void mn_fence_over(struct mn_mirror *mirror);
/* Takes track. The mode or on-sync-loss may have changed. */
void mn_fence_options_changed(struct mn_mirror *mirror);

/*
 * Under track. True: this write, which has ended, is on volume->fenced now. It may also get the
 * error of a fence that was not confirmed in time.
 */
bool mn_fence_holds(struct mn_io *io);
/* Under track. What may have changed for the writes that wait is looked at soon. */
void mn_fence_kick(struct mn_volume *volume);
/* Under track: a suspend's clock has run out; what waits does so for a moment more. */
void mn_fence_hurry(struct mn_volume *volume);
/* Takes track. The gate is closed, nothing is under way: from now on writes do not end. */
void mn_fence_gate_closed(struct mn_volume *volume);

/*
 * Takes track, not volume->lock: whoever holds that may wait for the very writes that wait for
 * this. See MN_CMD_MIRROR_FENCED.
 */
int mn_fence_confirm(struct mn_volume *volume, const u8 *peer_uuid, u64 generation,
		     struct mn_why *why);

/* Work function of the volume, on volume->wq. */
void mn_fence_work(struct work_struct *work);

#endif
