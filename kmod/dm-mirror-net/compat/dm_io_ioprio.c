// SPDX-License-Identifier: GPL-2.0-only
/* 6.1.83 and 6.8: dm_io() takes an I/O priority */
#include <linux/dm-io.h>
#include <linux/ioprio.h>

int mn_probe(struct dm_io_request *req, struct dm_io_region *where);
int mn_probe(struct dm_io_request *req, struct dm_io_region *where)
{
	return dm_io(req, 1, where, NULL, IOPRIO_DEFAULT);
}
