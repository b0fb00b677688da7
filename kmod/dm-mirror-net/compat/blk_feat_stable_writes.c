// SPDX-License-Identifier: GPL-2.0-only
/* 6.10: stable pages are a feature of the queue limits */
#include <linux/blkdev.h>

void mn_probe(struct queue_limits *limits);
void mn_probe(struct queue_limits *limits)
{
	limits->features |= BLK_FEAT_STABLE_WRITES;
}
