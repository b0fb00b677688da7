// SPDX-License-Identifier: GPL-2.0-only
/* 6.5: block devices have an open mode type of their own */
#include <linux/blkdev.h>

blk_mode_t mn_probe(void);
blk_mode_t mn_probe(void)
{
	return BLK_OPEN_READ | BLK_OPEN_WRITE;
}
