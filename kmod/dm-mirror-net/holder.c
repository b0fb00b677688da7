// SPDX-License-Identifier: GPL-2.0-only
/*
 * holder: the links in sysfs by which lsblk finds the volume above its data device (L4)
 *
 * The data device is not opened through dm_get_device() (DESIGN 1.2), so the
 * links that dm core would make are made here: once for a disk, by the first
 * front that goes live on it. Up to 6.1 the kernel takes the open mutex of our
 * own disk for it. A last close may hold that mutex while it writes to the
 * suspended device and so waits for the resume, which we are in. Therefore a
 * front that replaces another one on the same disk (a table reload) inherits
 * the link and asks the kernel for nothing; a disk that gets its first table
 * has no dirty page that a close could write.
 */
#include <linux/sched/mm.h>
#include "target.h"

static DEFINE_MUTEX(fronts_lock);
static LIST_HEAD(fronts);

void mn_holder_join(struct mn_front *front)
{
	mutex_lock(&fronts_lock);
	list_add(&front->list, &fronts);
	mutex_unlock(&fronts_lock);
}

static bool holder_inherit(struct mn_front *front)
{
	struct mn_front *other;

	lockdep_assert_held(&fronts_lock);
	list_for_each_entry(other, &fronts, list) {
		if (!other->linked || other->disk != front->disk ||
		    other->volume != front->volume)
			continue;
		other->linked = false;
		front->linked = true;
		return true;
	}
	return false;
}

/* A link that cannot be made is missed by lsblk alone. */
void mn_holder_show(struct mn_front *front)
{
	unsigned int noio;
	int error;

	mutex_lock(&fronts_lock);
	if (!front->linked && !holder_inherit(front)) {
		noio = memalloc_noio_save();
		error = bd_link_disk_holder(front->data.bdev, front->disk);
		memalloc_noio_restore(noio);
		front->linked = !error;
		if (error)
			DMWARN("%s: lsblk will not show it above its data device %s (error %d)",
			       front->volume->name, front->data_name, error);
	}
	mutex_unlock(&fronts_lock);
}

void mn_holder_leave(struct mn_front *front)
{
	mutex_lock(&fronts_lock);
	list_del(&front->list);
	if (front->linked)
		bd_unlink_disk_holder(front->data.bdev, front->disk);
	mutex_unlock(&fronts_lock);
}
