/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * latency: how long writes took, as a histogram of powers of two (L0, pure)
 *
 * Bucket i counts what took at most 2^i us and more than bucket i - 1 may hold: 1 us,
 * 2 us, 4 us ... 2^24 us (16.8 s); the last one counts what took longer. Whoever keeps one has
 * the lock; here is arithmetic alone.
 */
#ifndef MN_LATENCY_H
#define MN_LATENCY_H

#include <linux/types.h>
#include <linux/dm_mirror_net.h>

/* All zero in the beginning. */
struct mn_latency {
	u64 writes[MN_LATENCY_BUCKETS];
	u64 sum;			/* us; wraps after half a million years of waiting */
};

/* The bucket of so many us, 0..MN_LATENCY_BUCKETS - 1. */
unsigned int mn_latency_bucket(u64 us);
/* One write took so many ns. A clock that went back counts as no time. */
void mn_latency_add(struct mn_latency *latency, u64 began, u64 ended);

#endif
