// SPDX-License-Identifier: GPL-2.0-only
/* 6.0: the discard limit of the device beside that of the user */
#include <linux/blkdev.h>

void mn_probe(struct queue_limits *limits);
void mn_probe(struct queue_limits *limits)
{
	limits->max_hw_discard_sectors = 0;
}
