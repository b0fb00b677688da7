// SPDX-License-Identifier: GPL-2.0-only
/*
 * latency: how long writes took, as a histogram of powers of two (L0, pure)
 */
#include <linux/bitops.h>
#include <linux/math64.h>

#include "latency.h"

unsigned int mn_latency_bucket(u64 us)
{
	unsigned int bucket = us > 1 ? fls64(us - 1) : 0;

	return bucket < MN_LATENCY_BUCKETS ? bucket : MN_LATENCY_BUCKETS - 1;
}

void mn_latency_add(struct mn_latency *latency, u64 began, u64 ended)
{
	u64 us = ended > began ? div_u64(ended - began, 1000) : 0;

	latency->writes[mn_latency_bucket(us)]++;
	latency->sum += us;
}
