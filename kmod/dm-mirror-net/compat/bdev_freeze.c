// SPDX-License-Identifier: GPL-2.0-only
/* 6.8: new name of freeze_bdev() */
#include <linux/blkdev.h>

int mn_probe(struct block_device *bdev);
int mn_probe(struct block_device *bdev)
{
	return bdev_freeze(bdev);
}
