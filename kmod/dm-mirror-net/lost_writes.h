/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lost_writes: what an old source wrote last, and the newer one has not got (L3; docs/takeover.md)
 *
 * It is overwritten when the old source becomes a target. With keep-lost-writes it is saved before
 * that, by the tools: the source stays one, locked and without links, until they have said so.
 * Nothing of this is durable: whoever starts anew hears of the newer source anew.
 */
#ifndef MN_LOST_WRITES_H
#define MN_LOST_WRITES_H

#include "volume.h"

/*
 * All under volume->lock, with the gate closed and no link. slots: the mirrors that may be the
 * newer source, as a mask.
 *
 * Must it wait until something is saved? Then the tools are told; ask again, since the option may
 * change.
 */
bool mn_lost_writes_must_wait(struct mn_volume *volume, u32 slots);
/* That is durable now: this node is a target. Counts for people what is given up. */
void mn_lost_writes_given_up(struct mn_volume *volume, u32 slots);
/* Nothing is waited for any more. */
void mn_lost_writes_forget(struct mn_volume *volume);

#endif
