/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sum: a block's strong checksum (L2; docs/resync.md)
 *
 * BLAKE2s with 256 bits, of the kernel's library (RFC 7693), unkeyed.
 */
#ifndef MN_SUM_H
#define MN_SUM_H

#include "payload.h"
#include "wire.h"

/* Any context that may take its time (some 100 us); a payload that was read, of any size. */
void mn_sum(const struct mn_payload *payload, struct mn_wire_compare *sum);

#endif
