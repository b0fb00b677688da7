/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * position: how far this node and its peers have come (L3; DESIGN 5)
 *
 * A position is the volume-wide number of the last write that a node knows to
 * have counted, as its superblock has it. Each side announces its own with every
 * PING, and keeps the last one it heard. A node that comes back behind what it
 * announced was restored from an older image: its bitmaps and generation say
 * nothing, and generation.c refuses it (rolled-back).
 */
#ifndef MN_POSITION_H
#define MN_POSITION_H

#include "volume.h"

/* Any context: this node's position, as it may be announced. */
u64 mn_position_own(struct mn_volume *volume);
/* Process context. The verdict lets this peer in: what it said in its HELLO counts from now on. */
void mn_position_accept(struct mn_mirror *mirror, u64 position);
/* Process context. A PING of an accepted peer says so. */
void mn_position_heard(struct mn_mirror *mirror, u64 position);
/*
 * On volume->wq, may block: make what has moved durable, at most once in
 * MN_POSITION_PERIOD. A failure is the superblock's (meta->error).
 */
void mn_position_tick(struct mn_volume *volume);

#endif
