// SPDX-License-Identifier: GPL-2.0-only
/*
 * target: the dm target "mirror-net", front of a volume (L4; docs/target.md)
 *
 * Constructor: <data_dev> <meta_dev> [<#features> <feature>...]
 *
 * A front has no state of its own; it passes on what dm core asks. Its life:
 *
 *   ctr          opens the volume; while the front that a reload will replace is
 *                live, so nothing exclusive is taken
 *   preresume    attaches: claims the data device, starts the volume
 *   resume       ends the suspend's clock
 *   presuspend   starts the suspend's clock (DESIGN 3); I/O goes on
 *   postsuspend  detaches: no bio is under way any more
 *   dtr          closes the volume; the last one stops it
 *
 * There is no prepare_ioctl: what it returns gets every ioctl that the block layer
 * does not know, SG_IO among them, and a write by that way would reach the data
 * device past the mirrors. -ENOTTY is the only safe answer while the callback is not
 * told which ioctl it is about.
 */
#include <linux/slab.h>
#include "target.h"
#include "wire.h"
#include "write.h"

/* ---- constructor and destructor ---- */

static int target_fail(struct dm_target *ti, int error, const char *text)
{
	ti->error = (char *)text;	/* dm core only prints it */
	return error;
}

/* No features are defined yet; their number is checked so that a later tool learns it early. */
static int parse_features(struct dm_target *ti, struct dm_arg_set *args)
{
	static const struct dm_arg counts[] = {
		{ 0, 16, "Invalid number of features" },
	};
	unsigned int count;
	int error;

	if (!args->argc)
		return 0;
	error = dm_read_arg_group(counts, args, &count, &ti->error);
	if (error)
		return error;
	if (count)
		return target_fail(ti, -EINVAL, "Unknown feature: this version knows none");
	if (args->argc)
		return target_fail(ti, -EINVAL, "Words left over after the features");
	return 0;
}

static int front_find_device(struct dm_target *ti, struct dm_arg_set *args, dev_t *dev, char *name,
			     size_t size, const char *refusal)
{
	int error = mn_bdev_find(dm_shift_arg(args), dev);

	if (error)
		return target_fail(ti, error, refusal);
	snprintf(name, size, "%u:%u", MAJOR(*dev), MINOR(*dev));
	return 0;
}

static int front_open(struct dm_target *ti, struct mn_front *front, dev_t data, dev_t meta)
{
	struct mn_why why = { };

	front->volume = mn_volume_open(data, meta, ti->len, &why);
	if (IS_ERR(front->volume))
		return target_fail(ti, PTR_ERR(front->volume),
				   why.text ? why.text : "The volume cannot be opened");
	if (blk_queue_dax(bdev_get_queue(front->volume->data.bdev))) {
		mn_volume_close(front->volume);
		return target_fail(ti, -EOPNOTSUPP,
				   "The data device offers DAX, which would write past the mirror");
	}
	front->disk = dm_disk(dm_table_get_md(ti->table));
	front->data.bdev = front->volume->data.bdev;
	front->data.mode = MN_OPEN_READ | MN_OPEN_WRITE;
	strscpy(front->data.name, front->data_name, sizeof(front->data.name));
	return 0;
}

static int front_construct(struct dm_target *ti, struct mn_front *front, struct dm_arg_set *args)
{
	dev_t data, meta;
	int error;

	error = front_find_device(ti, args, &data, front->data_name, sizeof(front->data_name),
				  "The data device cannot be found");
	if (!error)
		error = front_find_device(ti, args, &meta, front->meta_name,
					  sizeof(front->meta_name),
					  "The metadata device cannot be found");
	if (!error)
		error = parse_features(ti, args);
	if (!error && data == meta)
		error = target_fail(ti, -EINVAL, "Data and metadata must be different devices");
	if (!error)
		error = front_open(ti, front, data, meta);
	return error;
}

/*
 * Both ends carry out a discard as write zeroes (DESIGN 3), so it is offered if
 * the data device can do that. A flush is ours to see whatever that device is (I4).
 */
static void target_describe(struct dm_target *ti, const struct mn_front *front)
{
	bool zeroes = bdev_write_zeroes_sectors(front->data.bdev) > 0;

	ti->num_flush_bios = 1;
	ti->flush_supported = true;
	ti->num_write_zeroes_bios = zeroes;
	ti->num_discard_bios = zeroes;
	ti->discards_supported = zeroes;
	ti->per_io_data_size = sizeof(struct mn_io);
	ti->limit_swap_bios = true;	/* each may need a copy: swap must not take all memory */
}

static int target_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct dm_arg_set args = { .argc = argc, .argv = argv };
	struct mn_front *front;
	int error;

	if (argc < 2)
		return target_fail(ti, -EINVAL,
				   "Expected: <data device> <metadata device> [<#features> ...]");
	error = dm_set_target_max_io_len(ti, MN_FRAME_PAYLOAD_MAX >> SECTOR_SHIFT);
	if (error)
		return error;
	front = kzalloc(sizeof(*front), GFP_KERNEL);
	if (!front)
		return target_fail(ti, -ENOMEM, "No memory for the front of the volume");
	error = front_construct(ti, front, &args);
	if (error) {
		kfree(front);
		return error;
	}
	mn_holder_join(front);
	target_describe(ti, front);
	ti->private = front;
	return 0;
}

static void target_dtr(struct dm_target *ti)
{
	struct mn_front *front = ti->private;

	mn_holder_leave(front);
	mn_volume_close(front->volume);
	kfree(front);
}

/* ---- I/O ---- */

static int target_map(struct dm_target *ti, struct bio *bio)
{
	const struct mn_front *front = ti->private;

	return mn_write_map(front->volume, dm_per_bio_data(bio, sizeof(struct mn_io)), bio);
}

static int target_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *status)
{
	const struct mn_front *front = ti->private;

	return mn_write_end_io(front->volume, dm_per_bio_data(bio, sizeof(struct mn_io)), status);
}

/* ---- suspend and resume ---- */

static void target_presuspend(struct dm_target *ti)
{
	const struct mn_front *front = ti->private;

	if (front->attached)
		mn_volume_presuspend(front->volume);
}

static void target_unsuspend(struct dm_target *ti)
{
	const struct mn_front *front = ti->private;

	if (front->attached)
		mn_volume_unsuspend(front->volume);
}

static void target_postsuspend(struct dm_target *ti)
{
	struct mn_front *front = ti->private;

	if (!front->attached)
		return;
	front->attached = false;
	mn_volume_detach(front->volume);
}

static int target_preresume(struct dm_target *ti)
{
	struct mn_front *front = ti->private;
	struct mn_why why = { };
	int error;

	error = mn_volume_attach(front->volume, front->disk, &why);
	if (error) {
		DMERR("%s: cannot be activated, its data was not touched: %s (error %d)",
		      front->volume->name, why.text ? why.text : "no reason given", error);
		return error;
	}
	front->attached = true;
	mn_holder_show(front);
	return 0;
}

/* ---- what dm core asks about the device ---- */

static int target_iterate_devices(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct mn_front *front = ti->private;

	return fn(ti, &front->data, 0, ti->len, data);
}

/*
 * The limits of the data device have been stacked. io_min and io_opt stay: a file
 * system laid out for the device below fits the volume. Stable pages are not asked
 * for: what goes over a link is a copy, and a write that could not be copied is
 * not sent at all but left to the resync, which reads the block when no write is
 * under way in it. A data device that needs them itself has passed that on.
 */
static void target_io_hints(struct dm_target *ti, struct queue_limits *limits)
{
	limits->max_write_zeroes_sectors = min_t(unsigned int, limits->max_write_zeroes_sectors,
						 MN_ZEROES_SECTORS_MAX);
	mn_limits_fit_zeroes(limits);
	if (!ti->num_discard_bios)
		return;
	if (!limits->discard_granularity)
		limits->discard_granularity = limits->physical_block_size;
	mn_limits_set_discard(limits, MN_ZEROES_SECTORS_MAX);
}

static struct target_type mirror_net_target = {
	.name = MN_TARGET_NAME,
	.version = { 1, 0, 0 },
	.features = DM_TARGET_SINGLETON,
	.module = THIS_MODULE,
	.ctr = target_ctr,
	.dtr = target_dtr,
	.map = target_map,
	.end_io = target_end_io,
	.presuspend = target_presuspend,
	.presuspend_undo = target_unsuspend,
	.postsuspend = target_postsuspend,
	.preresume = target_preresume,
	.resume = target_unsuspend,
	.status = mn_target_status,
	.iterate_devices = target_iterate_devices,
	.io_hints = target_io_hints,
};

int mn_target_init(void)
{
	return dm_register_target(&mirror_net_target);
}

void mn_target_exit(void)
{
	dm_unregister_target(&mirror_net_target);
}
