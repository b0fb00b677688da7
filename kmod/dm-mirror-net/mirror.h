/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mirror: the options of a mirror (L3); its other operations are in volume.h
 */
#ifndef MN_MIRROR_H
#define MN_MIRROR_H

#include "volume.h"

/* Some of the options. */
struct mn_options_change {
	u32 given;		/* bit n: the n-th member of value counts */
	struct mn_options value;
};

/*
 * Takes volume->lock, may block: in force when it returns, not kept in the metadata. The values
 * are in range. -ENODEV or -ENOENT with *why.
 */
int mn_mirror_set_options(struct mn_volume *volume, const u8 *peer_uuid,
			  const struct mn_options_change *change, struct mn_why *why);

#endif
