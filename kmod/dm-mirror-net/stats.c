// SPDX-License-Identifier: GPL-2.0-only
/*
 * stats: volumes and mirrors in sysfs, one value per file (L4)
 *
 *   /sys/kernel/mirror_net/<volume>/<fact>
 *   /sys/kernel/mirror_net/<volume>/<UUID of the peer>/<counter>
 *
 * A folder is a folder of its own; it only points to its volume or mirror.
 * Removing a folder waits for those who read in it, and reading takes no lock
 * but volume->track, so the pointers are good as long as somebody can read, and
 * the removal may be called under volume->lock. Files are for root and for
 * whoever may read /sys; they change nothing.
 */
#include <linux/kobject.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include "event.h"
#include "stats.h"
#include "view.h"

/* A folder. */
struct folder {
	struct kobject kobj;
	struct list_head list;		/* under folders_lock */
	struct mn_volume *volume;
	struct mn_mirror *mirror;	/* NULL: the folder of the volume itself */
	u8 slot;			/* of the mirror */
};

static struct kobject *root;
static DEFINE_MUTEX(folders_lock);	/* inside volume->lock */
static LIST_HEAD(folders);

static struct folder *folder_of(struct kobject *kobj)
{
	return container_of(kobj, struct folder, kobj);
}

static void folder_release(struct kobject *kobj)
{
	kfree(folder_of(kobj));
}

/* ---- files of a volume ---- */

struct volume_file {
	struct attribute attr;
	ssize_t (*show)(const struct mn_volume_view *view, char *buffer);
};

#define VOLUME_FILE(_name, format, ...)							\
	static ssize_t _name##_show(const struct mn_volume_view *view, char *buffer)	\
	{										\
		return sysfs_emit(buffer, format "\n", __VA_ARGS__);			\
	}										\
	static struct volume_file _name##_file = {					\
		.attr = { .name = #_name, .mode = 0444 },				\
		.show = _name##_show,							\
	}

VOLUME_FILE(uuid, "%pU", view->super.volume_uuid);
VOLUME_FILE(role, "%s", mn_role_text(view->role));
VOLUME_FILE(locked, "%s", mn_lock_reason_text(view->locked));
VOLUME_FILE(data_state, "%s", mn_data_state_text(view->super.data_state));
VOLUME_FILE(generation, "%016llx", view->super.generation);
VOLUME_FILE(sectors, "%llu", view->super.sectors);
VOLUME_FILE(openers, "%llu", view->openers);
VOLUME_FILE(metadata_error, "%llu", view->meta_error);
VOLUME_FILE(intent_regions, "%llu", view->intent_regions);
VOLUME_FILE(intent_writes, "%llu", view->intent_writes);
VOLUME_FILE(bitmap_writes, "%llu", view->bitmap_writes);
VOLUME_FILE(write_number, "%llu", view->write_number);
VOLUME_FILE(local_latency_sum, "%llu", view->local_latency.sum);

/* The numbers of one histogram are one value. */
static ssize_t latency_show(const struct mn_latency *latency, char *buffer)
{
	ssize_t at = 0;
	int i;

	for (i = 0; i < MN_LATENCY_BUCKETS; i++)
		at += sysfs_emit_at(buffer, at, "%llu%c", latency->writes[i],
				    i + 1 < MN_LATENCY_BUCKETS ? ' ' : '\n');
	return at;
}

static ssize_t local_latency_show(const struct mn_volume_view *view, char *buffer)
{
	return latency_show(&view->local_latency, buffer);
}

static struct volume_file local_latency_file = {
	.attr = { .name = "local_latency", .mode = 0444 },
	.show = local_latency_show,
};

static struct attribute *volume_attrs[] = {
	&uuid_file.attr,
	&role_file.attr,
	&locked_file.attr,
	&data_state_file.attr,
	&generation_file.attr,
	&sectors_file.attr,
	&openers_file.attr,
	&metadata_error_file.attr,
	&intent_regions_file.attr,
	&intent_writes_file.attr,
	&bitmap_writes_file.attr,
	&write_number_file.attr,
	&local_latency_file.attr,
	&local_latency_sum_file.attr,
	NULL
};
ATTRIBUTE_GROUPS(volume);

static ssize_t volume_show(struct kobject *kobj, struct attribute *attr, char *buffer)
{
	const struct volume_file *file = container_of(attr, struct volume_file, attr);
	struct mn_volume_view view;

	mn_view_volume(folder_of(kobj)->volume, &view);
	return file->show(&view, buffer);
}

/* ---- files of a mirror: numbers under the names of SPEC 8, and more ---- */

struct mirror_file {
	struct attribute attr;
	u16 offset;		/* of a u64 in the view */
};

#define MIRROR_FILE(_name, member)					\
	static struct mirror_file _name##_file = {			\
		.attr = { .name = #_name, .mode = 0444 },		\
		.offset = offsetof(struct mn_mirror_view, member),	\
	}

static struct mirror_file mirror_state_file = {
	.attr = { .name = "mirror_state", .mode = 0444 },
	.offset = offsetof(struct mn_mirror_view, state),	/* the one that is an s32 */
};

static struct mirror_file remote_latency_file = {
	.attr = { .name = "remote_latency", .mode = 0444 },
	.offset = offsetof(struct mn_mirror_view, remote_latency),	/* one that is many */
};

MIRROR_FILE(mirror_elapsed_time, elapsed);
MIRROR_FILE(mirror_type, type);
MIRROR_FILE(network_reconnects, reconnects);
MIRROR_FILE(link_renewals, renewals);
MIRROR_FILE(queue_byte_limit, queue_byte_limit);
MIRROR_FILE(queue_current_age, queue_age);
MIRROR_FILE(queue_current_bytes, queue_bytes);
MIRROR_FILE(queue_current_length, queue_length);
MIRROR_FILE(queue_high_water, queue_high_water);
MIRROR_FILE(queue_low_water, queue_low_water);
MIRROR_FILE(resync_reads, resync_reads);
MIRROR_FILE(resync_current_block, resync_current);
MIRROR_FILE(resync_dirty_blocks, dirty_blocks);
MIRROR_FILE(resync_elapsed_time, resync_seconds);
MIRROR_FILE(resync_new_writes, resync_new_writes);
MIRROR_FILE(resync_pass, resync_pass);
MIRROR_FILE(resync_total_blocks, total_blocks);
MIRROR_FILE(resync_phase, resync_phase);
/* beyond the eighteen */
MIRROR_FILE(mirror_reason, reason);
MIRROR_FILE(link_state, link);
MIRROR_FILE(unsent_blocks, unsent_blocks);
MIRROR_FILE(resync_begun_blocks, resync_begun);
MIRROR_FILE(resync_sent_blocks, resync_sent);
MIRROR_FILE(resync_zero_blocks, resync_zero);
MIRROR_FILE(resync_sent_bytes, resync_bytes);
MIRROR_FILE(resync_unreadable_blocks, resync_unreadable);
MIRROR_FILE(resync_compared_blocks, resync_compared);
MIRROR_FILE(resync_differed_blocks, resync_differed);
MIRROR_FILE(resync_waits_for, resync_waits_for);
MIRROR_FILE(sent_bytes, sent_bytes);
MIRROR_FILE(received_bytes, received_bytes);
MIRROR_FILE(uncompressed_bytes, uncompressed_bytes);
MIRROR_FILE(compression_state, compressing);
MIRROR_FILE(sequence, sequence);
MIRROR_FILE(applied, applied);
MIRROR_FILE(stable, stable);
MIRROR_FILE(remote_latency_sum, remote_latency.sum);
MIRROR_FILE(lag_time, lag_time);
MIRROR_FILE(lag_bytes, lag_bytes);
MIRROR_FILE(stalls, stalls);
MIRROR_FILE(stall_time, stall_time);

static struct attribute *mirror_attrs[] = {
	&mirror_elapsed_time_file.attr,
	&mirror_state_file.attr,
	&mirror_type_file.attr,
	&network_reconnects_file.attr,
	&link_renewals_file.attr,
	&queue_byte_limit_file.attr,
	&queue_current_age_file.attr,
	&queue_current_bytes_file.attr,
	&queue_current_length_file.attr,
	&queue_high_water_file.attr,
	&queue_low_water_file.attr,
	&resync_reads_file.attr,
	&resync_current_block_file.attr,
	&resync_dirty_blocks_file.attr,
	&resync_elapsed_time_file.attr,
	&resync_new_writes_file.attr,
	&resync_pass_file.attr,
	&resync_total_blocks_file.attr,
	&resync_phase_file.attr,
	&mirror_reason_file.attr,
	&link_state_file.attr,
	&unsent_blocks_file.attr,
	&resync_begun_blocks_file.attr,
	&resync_sent_blocks_file.attr,
	&resync_zero_blocks_file.attr,
	&resync_sent_bytes_file.attr,
	&resync_unreadable_blocks_file.attr,
	&resync_compared_blocks_file.attr,
	&resync_differed_blocks_file.attr,
	&resync_waits_for_file.attr,
	&sent_bytes_file.attr,
	&received_bytes_file.attr,
	&uncompressed_bytes_file.attr,
	&compression_state_file.attr,
	&sequence_file.attr,
	&applied_file.attr,
	&stable_file.attr,
	&remote_latency_file.attr,
	&remote_latency_sum_file.attr,
	&lag_time_file.attr,
	&lag_bytes_file.attr,
	&stalls_file.attr,
	&stall_time_file.attr,
	NULL
};
ATTRIBUTE_GROUPS(mirror);

static ssize_t mirror_show(struct kobject *kobj, struct attribute *attr, char *buffer)
{
	const struct mirror_file *file = container_of(attr, struct mirror_file, attr);
	const struct folder *folder = folder_of(kobj);
	struct mn_mirror_view view;

	if (!mn_view_slot(folder->volume, folder->slot, &view))
		return -ENODEV;		/* its removal is under way */
	if (file == &mirror_state_file)
		return sysfs_emit(buffer, "%d\n", view.state);
	if (file == &remote_latency_file)
		return latency_show(&view.remote_latency, buffer);
	return sysfs_emit(buffer, "%llu\n", *(const u64 *)((const void *)&view + file->offset));
}

static const struct sysfs_ops volume_sysfs_ops = { .show = volume_show };
static const struct sysfs_ops mirror_sysfs_ops = { .show = mirror_show };

static const struct kobj_type volume_type = {
	.release = folder_release,
	.sysfs_ops = &volume_sysfs_ops,
	.default_groups = volume_groups,
};

static const struct kobj_type mirror_type = {
	.release = folder_release,
	.sysfs_ops = &mirror_sysfs_ops,
	.default_groups = mirror_groups,
};

/* ---- folders come and go ---- */

static struct folder *folder_find(const struct mn_volume *volume, const struct mn_mirror *mirror)
{
	struct folder *folder;

	lockdep_assert_held(&folders_lock);
	list_for_each_entry(folder, &folders, list)
		if (folder->volume == volume && folder->mirror == mirror)
			return folder;
	return NULL;
}

static bool name_taken(const char *name)
{
	struct folder *folder;

	lockdep_assert_held(&folders_lock);
	list_for_each_entry(folder, &folders, list)
		if (!folder->mirror && !strcmp(kobject_name(&folder->kobj), name))
			return true;
	return false;
}

static struct folder *folder_create(struct mn_volume *volume, struct mn_mirror *mirror)
{
	struct folder *folder = kzalloc(sizeof(*folder), GFP_KERNEL);

	if (!folder)
		return NULL;
	folder->volume = volume;
	folder->mirror = mirror;
	return folder;
}

/* A folder that cannot be made is only missed by those who look for it. */
static void folder_added(struct folder *folder, int error)
{
	if (!error) {
		list_add(&folder->list, &folders);
		return;
	}
	pr_warn("dm-mirror-net: %s: not shown in /sys/kernel/mirror_net (error %d); nothing else is affected\n",
		folder->volume->name, error);
	kobject_put(&folder->kobj);
}

/* Two volumes may have one name on a node; the second is shown under its UUID. */
static void volume_show_up(struct mn_volume *volume)
{
	struct folder *folder = folder_create(volume, NULL);
	int error;

	if (!folder)
		return;
	kobject_init(&folder->kobj, &volume_type);
	if (name_taken(volume->name))
		error = kobject_add(&folder->kobj, root, "%pU", volume->uuid);
	else
		error = kobject_add(&folder->kobj, root, "%s", volume->name);
	folder_added(folder, error);
}

static void mirror_show_up(struct mn_mirror *mirror)
{
	struct folder *parent = folder_find(mirror->volume, NULL);
	struct folder *folder = parent ? folder_create(mirror->volume, mirror) : NULL;

	if (!folder)
		return;
	folder->slot = mirror->slot;
	kobject_init(&folder->kobj, &mirror_type);
	folder_added(folder, kobject_add(&folder->kobj, &parent->kobj, "%pU", mirror->peer_uuid));
}

static void folder_remove(const struct mn_volume *volume, const struct mn_mirror *mirror)
{
	struct folder *folder;

	mutex_lock(&folders_lock);
	folder = folder_find(volume, mirror);
	if (folder)
		list_del(&folder->list);
	mutex_unlock(&folders_lock);
	if (!folder)
		return;
	kobject_del(&folder->kobj);	/* waits for readers */
	kobject_put(&folder->kobj);
}

/*
 * The caller may hold volume->lock, which the way of a write may need: memory
 * must not be reclaimed through the volume.
 */
static void stats_volume_added(struct mn_volume *volume)
{
	unsigned int noio = memalloc_noio_save();

	mutex_lock(&folders_lock);
	volume_show_up(volume);
	mutex_unlock(&folders_lock);
	memalloc_noio_restore(noio);
}

static void stats_mirror_added(struct mn_mirror *mirror)
{
	unsigned int noio = memalloc_noio_save();

	mutex_lock(&folders_lock);
	mirror_show_up(mirror);
	mutex_unlock(&folders_lock);
	memalloc_noio_restore(noio);
}

static void stats_volume_removed(struct mn_volume *volume)
{
	folder_remove(volume, NULL);
}

static void stats_mirror_removed(struct mn_mirror *mirror)
{
	folder_remove(mirror->volume, mirror);
}

static const struct mn_view_ops stats_ops = {
	.volume_added = stats_volume_added,
	.volume_removed = stats_volume_removed,
	.mirror_added = stats_mirror_added,
	.mirror_removed = stats_mirror_removed,
};

int mn_stats_init(void)
{
	root = kobject_create_and_add("mirror_net", kernel_kobj);
	if (!root)
		return -ENOMEM;
	mn_view_register(&stats_ops);
	return 0;
}

void mn_stats_exit(void)
{
	mn_view_register(NULL);
	kobject_put(root);
}
