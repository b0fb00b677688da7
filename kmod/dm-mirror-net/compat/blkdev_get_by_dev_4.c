// SPDX-License-Identifier: GPL-2.0-only
/* 6.5 and 6.6: holder operations are the fourth argument */
#include <linux/blkdev.h>

struct block_device *mn_probe(dev_t dev);
struct block_device *mn_probe(dev_t dev)
{
	return blkdev_get_by_dev(dev, 0, NULL, NULL);
}
