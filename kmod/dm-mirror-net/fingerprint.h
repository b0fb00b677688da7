/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fingerprint: was the data device written behind our back? (L3; DESIGN 1.5)
 */
#ifndef MN_FINGERPRINT_H
#define MN_FINGERPRINT_H

#include "volume.h"

/*
 * May block. SHA-256 over the first MN_FINGERPRINT_HEAD and the last
 * MN_FINGERPRINT_TAIL bytes of the volume. -ENOMEM (not even a page), or what reading gave.
 */
int mn_fingerprint_take(struct mn_volume *volume, u8 digest[MN_FINGERPRINT_BYTES]);

#endif
