// SPDX-License-Identifier: GPL-2.0-only
/* 6.8: the user's discard limit is a limit of its own */
#include <linux/blkdev.h>

void mn_probe(struct queue_limits *limits);
void mn_probe(struct queue_limits *limits)
{
	limits->max_user_discard_sectors = 0;
}
