/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * target: the dm target "mirror-net", front of a volume (L4; docs/target.md)
 */
#ifndef MN_TARGET_H
#define MN_TARGET_H

#include <linux/device-mapper.h>
#include "volume.h"

#define MN_TARGET_NAME "mirror-net"
#define DM_MSG_PREFIX MN_TARGET_NAME

/* A dm instance: a table line that names a volume (DESIGN 1.2). */
struct mn_front {
	struct list_head list;		/* under fronts_lock of holder.c */
	struct mn_volume *volume;
	struct gendisk *disk;		/* of the dm device; lives longer than its tables */
	struct dm_dev data;		/* what dm core is shown; not from dm_get_device() */
	char data_name[16];		/* major:minor, as in the table line */
	char meta_name[16];
	bool attached;			/* between preresume and postsuspend */
	bool linked;			/* owns the holder link; under fronts_lock */
};

int mn_target_init(void);
void mn_target_exit(void);

/*
 * holder.c: the links in sysfs by which lsblk finds the volume above its data device.
 * join and leave: constructor and destructor; show: preresume, data device claimed.
 */
void mn_holder_join(struct mn_front *front);
void mn_holder_show(struct mn_front *front);
void mn_holder_leave(struct mn_front *front);

/* target_status.c */
void mn_target_status(struct dm_target *ti, status_type_t type, unsigned int flags,
		      char *result, unsigned int maxlen);

#endif
