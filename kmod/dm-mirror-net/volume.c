// SPDX-License-Identifier: GPL-2.0-only
/*
 * volume: finding, opening and closing; the fronts (L3)
 *
 * Two phases of the end: the last front sets `dying`, which takes the volume out of
 * every look-up; mn_volume_stop() then ends links, works and I/O. The memory
 * goes with the last reference, which may still be held by: a netlink request or
 * dump (mn_volume_get), a session whose end_work is finishing. Readers in sysfs hold
 * none: mn_volume_stop() removes their folder, which waits for them.
 */
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "event.h"
#include "fence.h"
#include "keep.h"
#include "meta_loss.h"
#include "overflow.h"
#include "region_log.h"
#include "rest.h"
#include "session.h"
#include "stream.h"
#include "volume_private.h"
#include "write.h"

#define MN_LEG_RESERVE 64	/* legs that can always be under way */
#define MN_BIO_RESERVE 64
/* DESIGN 3: how long a suspend lets writes wait for a link */
#define MN_SUSPEND_PATIENCE (5 * HZ)
#define MN_RECEIVE_CAP (32u << 20)	/* bytes of one volume's streams not yet applied */

const char mn_why_no_metadata[] =
	"the metadata cannot be written, nothing was changed: mend its device, mirrorctl down, up";

static LIST_HEAD(volumes);
static DEFINE_MUTEX(mn_volumes_lock);
static struct kmem_cache *leg_cache;
static struct mn_payload_pool *send_pool;	/* of all volumes together */

/* ---- finding ---- */

static void volume_free(struct kref *ref);

/* Under mn_volumes_lock: can it be looked up? It starts under another lock, volume->lock. */
static bool is_running(const struct mn_volume *volume)
{
	/* pairs with mn_volume_start() */
	return smp_load_acquire(&volume->started) && !volume->dying;
}

void mn_volume_put(struct mn_volume *volume)
{
	kref_put(&volume->ref, volume_free);
}

struct mn_volume *mn_volume_get(const u8 *uuid)
{
	struct mn_volume *volume, *found = NULL;

	mutex_lock(&mn_volumes_lock);
	list_for_each_entry(volume, &volumes, list)
		if (is_running(volume) && !memcmp(volume->uuid, uuid, MN_UUID_LEN))
			found = volume;
	if (found)
		kref_get(&found->ref);
	mutex_unlock(&mn_volumes_lock);
	return found;
}

/* Ordered by UUID, so that a walk survives what comes and goes meanwhile. */
struct mn_volume *mn_volume_next(const struct mn_volume *after)
{
	struct mn_volume *volume, *best = NULL;

	mutex_lock(&mn_volumes_lock);
	list_for_each_entry(volume, &volumes, list) {
		if (!is_running(volume))
			continue;
		if (after && memcmp(volume->uuid, after->uuid, MN_UUID_LEN) <= 0)
			continue;
		if (!best || memcmp(volume->uuid, best->uuid, MN_UUID_LEN) < 0)
			best = volume;
	}
	if (best)
		kref_get(&best->ref);
	mutex_unlock(&mn_volumes_lock);
	return best;
}

void mn_volume_region_span(const struct mn_volume *volume, u64 sector, u32 sectors,
			   u64 *first, u64 *last)
{
	u8 shift = volume->meta.super.region_shift - SECTOR_SHIFT;

	*first = sector >> shift;
	*last = (sector + sectors - 1) >> shift;
}

u32 mn_volume_most_sectors(const struct mn_volume *volume)
{
	u32 regions = max(volume->meta.super.intent_limit / 4, 2u) - 1;
	u8 shift = volume->meta.super.region_shift - SECTOR_SHIFT;

	return min_t(u64, (u64)regions << shift, MN_ZEROES_SECTORS_MAX);
}

struct mn_super *mn_volume_begin(struct mn_volume *volume)
{
	struct mn_super *draft = mn_meta_begin(&volume->meta);
	int i;

	spin_lock_irq(&volume->track);
	draft->write_number = max(draft->write_number, volume->write_number);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			draft->slot[i].peer_position = volume->mirror[i]->peer_position;
	spin_unlock_irq(&volume->track);
	return draft;
}

/* ---- making ---- */

static void io_released(struct percpu_ref *ref)
{
	struct mn_volume *volume = container_of(ref, struct mn_volume, io);

	complete(&volume->io_drained);
}

/* Nobody may wait for a link any more until the device is resumed. */
static void suspend_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(to_delayed_work(work), struct mn_volume,
						suspend_work);
	LIST_HEAD(done);
	int i;

	spin_lock_irq(&volume->track);
	volume->no_waiting = true;
	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (mirror && mirror->waited_for)
			mn_session_lost_locked(mirror, MN_REASON_OPERATION, &done);
	}
	mn_overflow_wake(volume);
	mn_fence_hurry(volume);
	mn_meta_loss_hurry(volume);
	spin_unlock_irq(&volume->track);
	mn_write_complete(&done);
}

static void init_members(struct mn_volume *volume)
{
	kref_init(&volume->ref);
	mutex_init(&volume->lock);
	mutex_init(&volume->mirrors_lock);
	mutex_init(&volume->intent_lock);
	mutex_init(&volume->drain_lock);
	spin_lock_init(&volume->track);
	mn_overlap_init(&volume->overlap);
	INIT_LIST_HEAD(&volume->list);
	INIT_LIST_HEAD(&volume->parked);
	INIT_LIST_HEAD(&volume->copying);
	INIT_LIST_HEAD(&volume->held);
	INIT_LIST_HEAD(&volume->fenced);
	INIT_LIST_HEAD(&volume->unrecorded);
	INIT_LIST_HEAD(&volume->crowded);
	INIT_LIST_HEAD(&volume->dropped);
	init_waitqueue_head(&volume->wait);
	init_completion(&volume->io_drained);
	INIT_WORK(&volume->intent_work, mn_region_set_work);
	INIT_WORK(&volume->copy_work, mn_write_copy_work);
	INIT_WORK(&volume->loss_work, mn_write_loss_work);
	INIT_DELAYED_WORK(&volume->meta_work, mn_meta_loss_work);
	INIT_DELAYED_WORK(&volume->fence_work, mn_fence_work);
	INIT_DELAYED_WORK(&volume->fence_lock_work, mn_volume_fence_lock_work);
	INIT_DELAYED_WORK(&volume->reclaim_work, mn_region_reclaim_work);
	INIT_DELAYED_WORK(&volume->yield_work, mn_volume_yield_work);
	INIT_DELAYED_WORK(&volume->open_work, mn_volume_open_work);
	INIT_DELAYED_WORK(&volume->boot_work, mn_volume_boot_work);
	INIT_DELAYED_WORK(&volume->suspend_work, suspend_work);
	INIT_WORK(&volume->drop_work, mn_stream_drop_work);
	volume->lock_reason = MN_LOCK_USER;
}

/* All queues together never exceed an eighth of memory (SPEC 3). */
static u64 send_cap(void)
{
	return ((u64)totalram_pages() << PAGE_SHIFT) / 8;
}

static int make_pools(struct mn_volume *volume)
{
	int err = percpu_ref_init(&volume->io, io_released,
				  PERCPU_REF_INIT_DEAD | PERCPU_REF_ALLOW_REINIT, GFP_KERNEL);

	if (!err)
		err = bioset_init(&volume->bios, MN_BIO_RESERVE, 0, BIOSET_NEED_RESCUER);
	if (!err)
		err = mempool_init_slab_pool(&volume->legs, MN_LEG_RESERVE, leg_cache);
	if (err)
		return err;
	volume->wq = alloc_workqueue("mn-write", WQ_MEM_RECLAIM | WQ_HIGHPRI, 0);
	volume->session_wq = alloc_workqueue("mn-session", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	volume->send_pool = send_pool;
	volume->receive_pool = mn_payload_pool_create(MN_RECEIVE_CAP);
	if (IS_ERR(volume->receive_pool))
		volume->receive_pool = NULL;
	volume->regions_memory = vzalloc(mn_regions_bytes(volume->meta.super.intent_limit));
	if (!volume->wq || !volume->session_wq || !volume->receive_pool || !volume->regions_memory)
		return -ENOMEM;
	mn_regions_init(&volume->regions, volume->regions_memory,
			volume->meta.super.intent_limit);
	return mn_intent_create(&volume->intent, &volume->meta);
}

static void volume_free(struct kref *ref)
{
	struct mn_volume *volume = container_of(ref, struct mn_volume, ref);
	int i;

	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_rest_exit(volume->mirror[i]);
	if (volume->session_wq)
		destroy_workqueue(volume->session_wq);
	if (volume->wq)
		destroy_workqueue(volume->wq);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_mirror_free(volume->mirror[i]);
	mn_intent_destroy(&volume->intent);
	vfree(volume->regions_memory);
	if (volume->receive_pool)
		mn_payload_pool_destroy(volume->receive_pool);
	mempool_exit(&volume->legs);
	bioset_exit(&volume->bios);
	percpu_ref_exit(&volume->io);
	if (volume->meta_opened)
		mn_meta_close(&volume->meta);
	mn_bdev_close(&volume->meta_bdev);
	mn_bdev_close(&volume->data);
	kfree(volume);
}

const char *mn_volume_data_refusal(struct block_device *data, u64 sectors)
{
	if (bdev_nr_sectors(data) < sectors)
		return "the data device is smaller than the volume";
	if (bdev_is_zoned(data))
		return "zoned data devices are not supported";
	return NULL;
}

/* Does the data device fit what the superblock says? */
static int check_sizes(struct mn_volume *volume, u64 sectors, struct mn_why *why)
{
	struct block_device *data = volume->data.bdev;
	const struct mn_super *super = &volume->meta.super;

	why->text = mn_volume_data_refusal(data, sectors);
	if (super->sectors != sectors)
		why->text = "the length of the table is not the size of the volume in its metadata";
	else if (bdev_logical_block_size(data) != super->sector_size)
		why->text = "the data device's sector size is not that of the volume";
	else if (mn_volume_most_sectors(volume) < MN_FRAME_PAYLOAD_MAX >> SECTOR_SHIFT)
		why->text = "the intent limit is too small for regions of this size";
	return why->text ? -EINVAL : 0;
}

static int volume_setup(struct mn_volume *volume, dev_t data, dev_t meta, u64 sectors,
			struct mn_why *why)
{
	int err;

	why->text = "cannot open the data device: is it there, and its name right?";
	err = mn_bdev_open(&volume->data, data, NULL);
	if (err)
		return err;
	why->text = "cannot open the metadata device: is it there, and its name right?";
	err = mn_bdev_open(&volume->meta_bdev, meta, NULL);
	if (err)
		return err;
	err = mn_meta_open(&volume->meta, volume->meta_bdev.bdev, &why->text);
	if (err)
		return err;
	volume->meta_opened = true;
	err = check_sizes(volume, sectors, why);
	if (err)
		return err;
	memcpy(volume->uuid, volume->meta.super.volume_uuid, MN_UUID_LEN);
	memcpy(volume->name, volume->meta.super.name, sizeof(volume->name));
	volume->sectors = sectors;
	volume->sector_size = volume->meta.super.sector_size;
	volume->write_number = volume->meta.super.write_number;
	why->text = "not enough memory for the volume";
	return make_pools(volume);
}

/* Under mn_volumes_lock: the volume which uses one of these devices already. */
static struct mn_volume *find_running(dev_t data, dev_t meta)
{
	struct mn_volume *volume;

	list_for_each_entry(volume, &volumes, list)
		if (volume->meta_bdev.bdev->bd_dev == meta || volume->data.bdev->bd_dev == data)
			return volume;
	return NULL;
}

static int check_running(struct mn_volume *volume, dev_t data, dev_t meta, u64 sectors,
			 struct mn_why *why)
{
	if (volume->dying) {
		why->text = "the volume is just being stopped: try again";
		return -EBUSY;
	}
	if (volume->data.bdev->bd_dev != data || volume->meta_bdev.bdev->bd_dev != meta) {
		why->text =
			"an active volume uses one of these devices with another one";
		return -EBADF;
	}
	return check_sizes(volume, sectors, why);
}

static bool uuid_is_running(const struct mn_volume *fresh)
{
	struct mn_volume *volume;

	list_for_each_entry(volume, &volumes, list)
		if (!memcmp(volume->uuid, fresh->uuid, MN_UUID_LEN))
			return true;
	return false;
}

/* Reads the superblock, which may take long: without mn_volumes_lock. */
static struct mn_volume *volume_new(dev_t data, dev_t meta, u64 sectors, struct mn_why *why)
{
	struct mn_volume *volume = kzalloc(sizeof(*volume), GFP_KERNEL);
	int err;

	if (!volume)
		return ERR_PTR(-ENOMEM);
	init_members(volume);
	err = volume_setup(volume, data, meta, sectors, why);
	if (!err)
		return volume;
	mn_volume_put(volume);
	return ERR_PTR(err);
}

/* Under mn_volumes_lock. NULL: nobody uses these devices. */
static struct mn_volume *join_running(dev_t data, dev_t meta, u64 sectors, struct mn_why *why)
{
	struct mn_volume *volume = find_running(data, meta);
	int err = volume ? check_running(volume, data, meta, sectors, why) : 0;

	if (err)
		return ERR_PTR(err);
	if (volume)
		volume->fronts++;
	return volume;
}

/* Under mn_volumes_lock: the fresh one, or who was faster with the same devices. */
static struct mn_volume *join_fresh(struct mn_volume *fresh, dev_t data, dev_t meta, u64 sectors,
				    struct mn_why *why)
{
	struct mn_volume *running = join_running(data, meta, sectors, why);

	if (running)
		return running;
	if (uuid_is_running(fresh)) {
		why->text =
			"this volume is active with another metadata device: is this a copy?";
		return ERR_PTR(-EEXIST);
	}
	fresh->fronts = 1;
	list_add(&fresh->list, &volumes);
	return fresh;
}

struct mn_volume *mn_volume_open(dev_t data, dev_t meta, u64 sectors, struct mn_why *why)
{
	struct mn_volume *volume, *fresh;

	if (data == meta) {
		why->text = "data and metadata device are the same: give each its own";
		return ERR_PTR(-EINVAL);
	}
	mutex_lock(&mn_volumes_lock);
	volume = join_running(data, meta, sectors, why);
	mutex_unlock(&mn_volumes_lock);
	if (volume)
		return volume;
	fresh = volume_new(data, meta, sectors, why);
	if (IS_ERR(fresh))
		return fresh;
	mutex_lock(&mn_volumes_lock);
	volume = join_fresh(fresh, data, meta, sectors, why);
	mutex_unlock(&mn_volumes_lock);
	if (volume != fresh)
		mn_volume_put(fresh);
	return volume;
}

void mn_volume_close(struct mn_volume *volume)
{
	bool last;

	mutex_lock(&mn_volumes_lock);
	last = !--volume->fronts;
	if (last)
		volume->dying = true;
	mutex_unlock(&mn_volumes_lock);
	if (!last)
		return;
	mn_volume_stop(volume);
	mutex_lock(&mn_volumes_lock);
	list_del_init(&volume->list);
	mutex_unlock(&mn_volumes_lock);
	mn_volume_put(volume);
}

int mn_volume_enter(struct mn_volume *volume, struct mn_why *why)
{
	mutex_lock(&volume->lock);
	if (!READ_ONCE(volume->dying))
		return 0;
	mutex_unlock(&volume->lock);
	why->text = "the volume is just being stopped: activate it again first";
	return -ENODEV;
}

/* ---- fronts ---- */

/* Under track, too: status looks at the disk there. */
static void set_disk(struct mn_volume *volume, struct gendisk *disk)
{
	spin_lock_irq(&volume->track);
	volume->disk = disk;
	spin_unlock_irq(&volume->track);
}

static int claim_devices(struct mn_volume *volume, struct mn_why *why)
{
	int err;

	why->text = "the data device cannot be claimed: look at it (lsblk, dmesg)";
	err = mn_bdev_open(&volume->claim, volume->data.bdev->bd_dev, volume);
	if (err == -EBUSY)
		why->text = "somebody else uses the data device: see lsblk (LVM, md, mounts)";
	if (err)
		return err;
	why->text = "the metadata device cannot be claimed: look at it (lsblk, dmesg)";
	err = mn_bdev_open(&volume->meta_claim, volume->meta_bdev.bdev->bd_dev, volume);
	if (err == -EBUSY)
		why->text =
			"somebody else uses the metadata device (LVM, md, a mount, a mapping)";
	if (err)
		mn_bdev_close(&volume->claim);
	return err;
}

static void release_devices(struct mn_volume *volume)
{
	mn_bdev_close(&volume->meta_claim);
	mn_bdev_close(&volume->claim);
}

int mn_volume_attach(struct mn_volume *volume, struct gendisk *disk, struct mn_why *why)
{
	int err = 0;

	mutex_lock(&volume->lock);
	if (volume->attached) {
		why->text = "another device is the live front of this volume: remove it first";
		err = -EBUSY;
		goto out;
	}
	err = claim_devices(volume, why);
	if (err)
		goto out;
	set_disk(volume, disk);
	volume->attached = true;
	if (!volume->started)
		err = mn_volume_start(volume, why);
	if (err) {
		volume->attached = false;
		set_disk(volume, NULL);
		release_devices(volume);
	}
out:
	mutex_unlock(&volume->lock);
	return err;
}

void mn_volume_detach(struct mn_volume *volume)
{
	mutex_lock(&volume->lock);
	/* nobody keeps others from the data device any more */
	mn_keep_forget_received(volume);
	volume->attached = false;
	set_disk(volume, NULL);
	release_devices(volume);
	mutex_unlock(&volume->lock);
}

void mn_volume_presuspend(struct mn_volume *volume)
{
	queue_delayed_work(volume->wq, &volume->suspend_work, MN_SUSPEND_PATIENCE);
}

void mn_volume_unsuspend(struct mn_volume *volume)
{
	cancel_delayed_work_sync(&volume->suspend_work);
	spin_lock_irq(&volume->track);
	volume->no_waiting = false;
	spin_unlock_irq(&volume->track);
}

int mn_volumes_init(void)
{
	send_pool = mn_payload_pool_create(send_cap());
	if (IS_ERR(send_pool))
		return PTR_ERR(send_pool);
	leg_cache = KMEM_CACHE(mn_leg, 0);
	if (leg_cache)
		return 0;
	mn_payload_pool_destroy(send_pool);
	return -ENOMEM;
}

void mn_volumes_exit(void)
{
	kmem_cache_destroy(leg_cache);
	mn_payload_pool_destroy(send_pool);
}
