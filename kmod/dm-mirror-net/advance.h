/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * advance: the source takes a new generation, and the targets that go on get it (L3; DESIGN 5,
 * docs/targets.md)
 */
#ifndef MN_ADVANCE_H
#define MN_ADVANCE_H

#include "volume.h"

/*
 * Between mn_volume_begin() and its commit: a new generation, in which the targets that get the
 * writes go on. Their slots name it, for they may have it from then on.
 */
void mn_advance(struct mn_volume *volume, struct mn_super *draft);

/*
 * Process context, after a good commit: tells these targets, each behind what its stream holds. One
 * that cannot be told loses its link, and learns it from the next one.
 */
void mn_advance_tell(struct mn_volume *volume);

/* Under track. The generation that is on record now. */
u64 mn_advance_now(struct mn_volume *volume);

#endif
