// SPDX-License-Identifier: GPL-2.0-only
/* 6.7 and 6.8: an open block device is a handle */
#include <linux/blkdev.h>

struct bdev_handle *mn_probe(dev_t dev);
struct bdev_handle *mn_probe(dev_t dev)
{
	return bdev_open_by_dev(dev, BLK_OPEN_READ, NULL, NULL);
}
