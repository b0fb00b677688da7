// SPDX-License-Identifier: GPL-2.0-only
/* 6.9: an open block device is a file */
#include <linux/blkdev.h>

struct file *mn_probe(dev_t dev);
struct file *mn_probe(dev_t dev)
{
	return bdev_file_open_by_dev(dev, BLK_OPEN_READ, NULL, NULL);
}
