// SPDX-License-Identifier: GPL-2.0-only
/* 6.17: how much the device can zero by unmapping */
#include <linux/blkdev.h>

void mn_probe(struct queue_limits *limits);
void mn_probe(struct queue_limits *limits)
{
	limits->max_hw_wzeroes_unmap_sectors = 0;
}
