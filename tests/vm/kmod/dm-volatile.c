// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk with a volatile cache, for tests of power cuts.
 *
 *   <start> <len> volatile <device> [<sectors>]
 *
 * Writes are acknowledged from memory. A FLUSH writes everything that was
 * acknowledged before it to <device>; a FUA write goes to <device> itself as
 * well. Messages:
 *
 *   crash            lose all unflushed writes and fail all I/O from now on
 *   crash <seed>     of every unflushed sector keep either what is on <device>
 *                    or one of the versions written since, as the seed says;
 *                    <sectors> (1; 8 is what file systems hope for) are chosen
 *                    alike, so that what was written together is not torn
 *   flush            as a FLUSH
 *   slow-flush <ms>  the next FLUSH takes that long, and nothing else goes on meanwhile
 *   fail-flush <ms>  the same, and then it fails and what was not flushed is lost; the
 *                    disk goes on
 *
 * A crashed disk is brought back by loading its table again. Status: unflushed
 * sectors, flushes, whether crashed.
 *
 * The newest versions of a sector are kept until the flush, because a real
 * disk may write its cache back in any order and at any time: after a power cut
 * each sector holds any one of its versions, independent of all others. What is
 * never lost is what a completed FLUSH or FUA covered.
 *
 * Simple rather than fast: one mutex, one worker, one sector at a time.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/delay.h>
#include <linux/device-mapper.h>
#include <linux/dm-io.h>
#include <linux/hash.h>
#include <linux/highmem.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define DM_MSG_PREFIX "volatile"

/* Sectors that one request to the device covers at most. */
#define CHUNK_SECTORS 128U

/* Of each sector the newest versions are kept; forgetting older ones is legal. */
#define MAX_VERSIONS 4

/* A full cache writes back without being asked, as a real one does. */
#define MAX_UNFLUSHED (64U * 1024 * 1024 / SECTOR_SIZE)

/* One written content of a sector; the newest is first in its list. */
struct version {
	struct list_head list;
	void *data;
};

struct cached {
	struct rb_node node;
	sector_t sector;
	unsigned int count;
	struct list_head versions;
};

struct disk {
	struct dm_dev *dev;
	struct dm_io_client *io;
	struct workqueue_struct *queue;
	struct work_struct work;
	spinlock_t lock;		/* guards pending */
	struct bio_list pending;

	struct mutex mutex;		/* guards all below */
	struct rb_root cache;
	u64 unflushed;
	u64 flushes;
	unsigned int granule;		/* sectors that are not torn; fixed */
	bool crashed;
	unsigned int next_flush_ms;	/* 0: as long as it takes */
	bool next_flush_fails;
	void *buffer;			/* CHUNK_SECTORS */
};

static struct cached *find(struct disk *d, sector_t sector)
{
	struct rb_node *at = d->cache.rb_node;

	while (at) {
		struct cached *c = rb_entry(at, struct cached, node);

		if (sector == c->sector)
			return c;
		at = sector < c->sector ? at->rb_left : at->rb_right;
	}
	return NULL;
}

static void insert(struct disk *d, struct cached *new)
{
	struct rb_node **link = &d->cache.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (new->sector < rb_entry(parent, struct cached, node)->sector)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&new->node, parent, link);
	rb_insert_color(&new->node, &d->cache);
	d->unflushed++;
}

static void forget_version(struct cached *c, struct version *v)
{
	list_del(&v->list);
	c->count--;
	kfree(v->data);
	kfree(v);
}

static void forget(struct disk *d, struct cached *c)
{
	struct version *v, *next;

	list_for_each_entry_safe(v, next, &c->versions, list)
		forget_version(c, v);
	rb_erase(&c->node, &d->cache);
	kfree(c);
	d->unflushed--;
}

static void forget_all(struct disk *d)
{
	struct rb_node *first;

	while ((first = rb_first(&d->cache)))
		forget(d, rb_entry(first, struct cached, node));
}

static struct cached *find_or_add(struct disk *d, sector_t sector)
{
	struct cached *c = find(d, sector);

	if (c)
		return c;
	c = kmalloc(sizeof(*c), GFP_NOIO);
	if (!c)
		return NULL;
	c->sector = sector;
	c->count = 0;
	INIT_LIST_HEAD(&c->versions);
	insert(d, c);
	return c;
}

static struct version *new_version(const void *data)
{
	struct version *v = kmalloc(sizeof(*v), GFP_NOIO);

	if (!v)
		return NULL;
	v->data = kzalloc(SECTOR_SIZE, GFP_NOIO);
	if (!v->data) {
		kfree(v);
		return NULL;
	}
	if (data)
		memcpy(v->data, data, SECTOR_SIZE);
	return v;
}

/* @data may be NULL: zeroes. */
static int cache_sector(struct disk *d, sector_t sector, const void *data)
{
	struct version *v = new_version(data);
	struct cached *c = v ? find_or_add(d, sector) : NULL;

	if (!c) {
		if (v)
			kfree(v->data);
		kfree(v);
		return -ENOMEM;
	}
	list_add(&v->list, &c->versions);
	c->count++;
	if (c->count > MAX_VERSIONS)
		forget_version(c, list_last_entry(&c->versions, struct version, list));
	return 0;
}

static int device_io(struct disk *d, blk_opf_t opf, sector_t sector, sector_t count)
{
	struct dm_io_request request = {
		.bi_opf = opf,
		.mem.type = DM_IO_VMA,
		.mem.ptr.vma = d->buffer,
		.client = d->io,
	};
	struct dm_io_region where = { .bdev = d->dev->bdev, .sector = sector, .count = count };

	return dm_io(&request, 1, &where, NULL, IOPRIO_DEFAULT);
}

static int flush_device(struct disk *d)
{
	return device_io(d, REQ_OP_WRITE | REQ_PREFLUSH, 0, 0);
}

/* Writes the newest versions of a run of neighbours that starts at @c. */
static int write_run(struct disk *d, struct cached *c)
{
	sector_t start = c->sector;
	unsigned int count = 0;
	int ret;

	while (c && c->sector == start + count && count < CHUNK_SECTORS) {
		struct version *v = list_first_entry(&c->versions, struct version, list);

		memcpy(d->buffer + count * SECTOR_SIZE, v->data, SECTOR_SIZE);
		count++;
		c = rb_entry_safe(rb_next(&c->node), struct cached, node);
	}
	ret = device_io(d, REQ_OP_WRITE, start, count);
	while (!ret && count--)
		forget(d, find(d, start + count));
	return ret;
}

static int flush_cache(struct disk *d)
{
	struct rb_node *first;
	int ret;

	while ((first = rb_first(&d->cache))) {
		ret = write_run(d, rb_entry(first, struct cached, node));
		if (ret)
			return ret;
		cond_resched();
	}
	d->flushes++;
	return flush_device(d);
}

/* A FLUSH that was asked for, with what a message has put in its way. */
static int flush_asked_for(struct disk *d)
{
	bool fails = d->next_flush_fails;

	if (d->next_flush_ms)
		msleep(d->next_flush_ms);
	d->next_flush_ms = 0;
	d->next_flush_fails = false;
	if (!fails)
		return flush_cache(d);
	forget_all(d);
	return -EIO;
}

/* Writes back until there is room again. */
static int make_room(struct disk *d)
{
	int ret = 0;

	while (!ret && d->unflushed > MAX_UNFLUSHED)
		ret = write_run(d, rb_entry(rb_first(&d->cache), struct cached, node));
	return ret;
}

static int flush_sector(struct disk *d, sector_t sector)
{
	struct cached *c = find(d, sector);

	return c ? write_run(d, c) : 0;
}

/* Calls @fn for each sector of @bio with its address in memory. */
static int each_sector(struct disk *d, struct bio *bio,
		       int (*fn)(struct disk *d, sector_t sector, void *data))
{
	sector_t sector = bio->bi_iter.bi_sector;
	struct bvec_iter iter;
	struct bio_vec bv;
	int ret = 0;

	bio_for_each_segment(bv, bio, iter) {
		void *data = bvec_kmap_local(&bv);
		unsigned int at;

		for (at = 0; at < bv.bv_len && !ret; at += SECTOR_SIZE)
			ret = fn(d, sector++, data + at);
		kunmap_local(data);
		if (ret)
			break;
	}
	return ret;
}

static int write_sector(struct disk *d, sector_t sector, void *data)
{
	return cache_sector(d, sector, data);
}

/* What lies in the cache is newer than what was read from the device. */
static int overlay_sector(struct disk *d, sector_t sector, void *data)
{
	struct cached *c = find(d, sector);

	if (c)
		memcpy(data, list_first_entry(&c->versions, struct version, list)->data,
		       SECTOR_SIZE);
	return 0;
}

static int copy_from_buffer(struct disk *d, struct bio *bio, unsigned int skip, unsigned int bytes)
{
	struct bvec_iter iter = bio->bi_iter;
	unsigned int done = 0;

	bio_advance_iter(bio, &iter, skip);
	while (done < bytes) {
		struct bio_vec bv = bio_iter_iovec(bio, iter);
		unsigned int len = min(bv.bv_len, bytes - done);
		void *data = bvec_kmap_local(&bv);

		memcpy(data, d->buffer + done, len);
		kunmap_local(data);
		bio_advance_iter(bio, &iter, len);
		done += len;
	}
	return 0;
}

static int do_read(struct disk *d, struct bio *bio)
{
	sector_t sector = bio->bi_iter.bi_sector;
	unsigned int left = bio_sectors(bio), skip = 0;

	while (left) {
		unsigned int count = min(left, CHUNK_SECTORS);
		int ret = device_io(d, REQ_OP_READ, sector, count);

		if (ret)
			return ret;
		copy_from_buffer(d, bio, skip, count * SECTOR_SIZE);
		skip += count * SECTOR_SIZE;
		sector += count;
		left -= count;
	}
	return each_sector(d, bio, overlay_sector);
}

static int zero_range(struct disk *d, struct bio *bio)
{
	sector_t sector = bio->bi_iter.bi_sector, end = bio_end_sector(bio);
	int ret = 0;

	for (; sector < end && !ret; sector++)
		ret = cache_sector(d, sector, NULL);
	return ret;
}

static int do_write(struct disk *d, struct bio *bio)
{
	sector_t sector = bio->bi_iter.bi_sector, end = bio_end_sector(bio);
	int ret;

	if (bio_op(bio) == REQ_OP_WRITE)
		ret = each_sector(d, bio, write_sector);
	else
		ret = zero_range(d, bio);
	if (ret || !(bio->bi_opf & REQ_FUA))
		return ret ?: make_room(d);
	for (; sector < end && !ret; sector++)
		ret = flush_sector(d, sector);
	return ret ?: flush_device(d);
}

static int process(struct disk *d, struct bio *bio)
{
	int ret = 0;

	if (d->crashed)
		return -EIO;
	if (bio->bi_opf & REQ_PREFLUSH)
		ret = flush_asked_for(d);
	if (ret || !bio_sectors(bio))
		return ret;
	switch (bio_op(bio)) {
	case REQ_OP_READ:
		return do_read(d, bio);
	case REQ_OP_WRITE:
	case REQ_OP_WRITE_ZEROES:
	case REQ_OP_DISCARD:
		return do_write(d, bio);
	default:
		return -EOPNOTSUPP;
	}
}

static void work(struct work_struct *work)
{
	struct disk *d = container_of(work, struct disk, work);
	struct bio *bio;

	for (;;) {
		spin_lock_irq(&d->lock);
		bio = bio_list_pop(&d->pending);
		spin_unlock_irq(&d->lock);
		if (!bio)
			return;
		mutex_lock(&d->mutex);
		bio->bi_status = errno_to_blk_status(process(d, bio));
		mutex_unlock(&d->mutex);
		bio_endio(bio);
	}
}

static int volatile_map(struct dm_target *ti, struct bio *bio)
{
	struct disk *d = ti->private;
	unsigned long flags;

	bio->bi_iter.bi_sector = dm_target_offset(ti, bio->bi_iter.bi_sector);
	spin_lock_irqsave(&d->lock, flags);
	bio_list_add(&d->pending, bio);
	spin_unlock_irqrestore(&d->lock, flags);
	queue_work(d->queue, &d->work);
	return DM_MAPIO_SUBMITTED;
}

static u32 random_of(u64 seed, u64 n)
{
	struct rnd_state rnd;

	prandom_seed_state(&rnd, seed + n * GOLDEN_RATIO_64);
	return prandom_u32_state(&rnd);
}

/* Leaves the version that @random says, or none: then the device's own content stays. */
static void choose_version(struct disk *d, struct cached *c, u32 random)
{
	unsigned int at = 0, keep = random % (c->count + 1);
	struct version *v, *next;

	list_for_each_entry_safe(v, next, &c->versions, list)
		if (at++ != keep)
			forget_version(c, v);
	if (list_empty(&c->versions))
		forget(d, c);
}

static int crash_to_some_state(struct disk *d, u64 seed)
{
	struct rb_node *at, *next;

	for (at = rb_first(&d->cache); at; at = next) {
		struct cached *c = rb_entry(at, struct cached, node);
		sector_t n = c->sector;

		next = rb_next(at);
		sector_div(n, d->granule);
		choose_version(d, c, random_of(seed, n));
	}
	return flush_cache(d);
}

static int arm_flush(struct disk *d, bool fails, const char *ms)
{
	int ret = kstrtouint(ms, 0, &d->next_flush_ms);

	d->next_flush_fails = !ret && fails;
	return ret;
}

static int volatile_message(struct dm_target *ti, unsigned int argc, char **argv,
			    char *result, unsigned int maxlen)
{
	struct disk *d = ti->private;
	int ret = 0;
	u64 seed;

	mutex_lock(&d->mutex);
	if (argc == 1 && !strcmp(argv[0], "flush"))
		ret = d->crashed ? -EIO : flush_cache(d);
	else if (argc == 2 && !strcmp(argv[0], "crash") && !kstrtou64(argv[1], 0, &seed))
		ret = d->crashed ? 0 : crash_to_some_state(d, seed);
	else if (argc == 2 && (!strcmp(argv[0], "slow-flush") || !strcmp(argv[0], "fail-flush")))
		ret = arm_flush(d, !strcmp(argv[0], "fail-flush"), argv[1]);
	else if (argc != 1 || strcmp(argv[0], "crash"))
		ret = -EINVAL;
	if (!ret && !strcmp(argv[0], "crash")) {
		d->crashed = true;
		forget_all(d);
	}
	mutex_unlock(&d->mutex);
	return ret;
}

static void destroy(struct disk *d)
{
	if (d->queue)
		destroy_workqueue(d->queue);
	if (!IS_ERR_OR_NULL(d->io))
		dm_io_client_destroy(d->io);
	vfree(d->buffer);
	forget_all(d);
	kfree(d);
}

static struct disk *create(void)
{
	struct disk *d = kzalloc(sizeof(*d), GFP_KERNEL);

	if (!d)
		return NULL;
	spin_lock_init(&d->lock);
	mutex_init(&d->mutex);
	INIT_WORK(&d->work, work);
	d->cache = RB_ROOT;
	d->queue = alloc_workqueue("dm-volatile", WQ_MEM_RECLAIM, 1);
	d->io = dm_io_client_create();
	d->buffer = vmalloc(CHUNK_SECTORS * SECTOR_SIZE);
	if (d->queue && !IS_ERR(d->io) && d->buffer)
		return d;
	destroy(d);
	return NULL;
}

static int volatile_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	unsigned int granule = 1;
	struct disk *d;
	int ret;

	if (argc < 1 || argc > 2 ||
	    (argc == 2 && (kstrtouint(argv[1], 0, &granule) || !granule))) {
		ti->error = "Expected: the device, and optionally how many sectors are not torn";
		return -EINVAL;
	}
	d = create();
	if (!d) {
		ti->error = "Out of memory";
		return -ENOMEM;
	}
	ret = dm_get_device(ti, argv[0], dm_table_get_mode(ti->table), &d->dev);
	if (ret) {
		ti->error = "Cannot open the device";
		destroy(d);
		return ret;
	}
	d->granule = granule;
	ti->num_flush_bios = 1;
	ti->num_discard_bios = 1;
	ti->num_write_zeroes_bios = 1;
	ti->flush_supported = true;
	ti->discards_supported = true;
	ti->private = d;
	return 0;
}

/* An orderly end keeps the cache, as a disk does that is switched off cleanly. */
static void volatile_dtr(struct dm_target *ti)
{
	struct disk *d = ti->private;

	mutex_lock(&d->mutex);
	if (!d->crashed && flush_cache(d))
		DMWARN("the cache could not be written to %s", d->dev->name);
	mutex_unlock(&d->mutex);
	dm_put_device(ti, d->dev);
	destroy(d);
}

static void volatile_status(struct dm_target *ti, status_type_t type, unsigned int flags,
			    char *result, unsigned int maxlen)
{
	struct disk *d = ti->private;
	unsigned int sz = 0;

	if (type == STATUSTYPE_INFO)
		DMEMIT("%llu %llu %s", READ_ONCE(d->unflushed), READ_ONCE(d->flushes),
		       READ_ONCE(d->crashed) ? "crashed" : "running");
	else if (type == STATUSTYPE_TABLE)
		DMEMIT("%s %u", d->dev->name, d->granule);
}

static int volatile_iterate(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct disk *d = ti->private;

	return fn(ti, d->dev, 0, ti->len, data);
}

static void volatile_hints(struct dm_target *ti, struct queue_limits *limits)
{
	limits->max_discard_sectors = 1 << 16;
	limits->max_hw_discard_sectors = 1 << 16;
	limits->max_write_zeroes_sectors = 1 << 16;
	limits->discard_granularity = max(limits->discard_granularity,
					  limits->logical_block_size);
}

static struct target_type volatile_target = {
	.name = "volatile",
	.version = { 1, 0, 0 },
	.module = THIS_MODULE,
	.ctr = volatile_ctr,
	.dtr = volatile_dtr,
	.map = volatile_map,
	.message = volatile_message,
	.status = volatile_status,
	.iterate_devices = volatile_iterate,
	.io_hints = volatile_hints,
};

static int __init volatile_init(void)
{
	return dm_register_target(&volatile_target);
}

static void __exit volatile_exit(void)
{
	dm_unregister_target(&volatile_target);
}

module_init(volatile_init);
module_exit(volatile_exit);
MODULE_DESCRIPTION("A disk with a volatile cache, for tests of power cuts");
MODULE_LICENSE("GPL");
