/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rest: a mirror that paused for what would only come back wants no link for a while (L3;
 * docs/resync.md)
 */
#ifndef MN_REST_H
#define MN_REST_H

#include "volume.h"

void mn_rest_init(struct mn_mirror *mirror);
/* May block: nothing refers to the mirror for it any more. */
void mn_rest_exit(struct mn_mirror *mirror);
/* Any context. A link ended for this reason: begins a rest, if it asks for one. */
void mn_rest_begin(struct mn_mirror *mirror, u8 reason);
/* Any context. A person wants a link now. */
void mn_rest_end(struct mn_mirror *mirror);
/* Under track: the mirror was in sync, so the next rest is a short one again. */
void mn_rest_forget(struct mn_mirror *mirror);
/* Under track. */
bool mn_rest_is_on(const struct mn_mirror *mirror);

#endif
