// SPDX-License-Identifier: GPL-2.0-only
/*
 * format: fresh metadata for a volume that is not active (L3)
 *
 * Both devices are claimed for the time, so that nothing in use is taken.
 */
#include "volume_private.h"

struct format {
	struct mn_bdev data;
	struct mn_bdev meta;
};

/* Why a device could not be claimed, for people. */
struct claim_texts {
	const char *missing;
	const char *busy;
	const char *failed;
};

static const struct claim_texts data_texts = {
	.missing = "there is no such data device",
	.busy = "the data device is in use (a mount, swap, LVM, md or a mapping)",
	.failed = "the data device cannot be opened for writing",
};

static const struct claim_texts meta_texts = {
	.missing = "there is no such metadata device",
	.busy = "the metadata device is in use, or is the data device",
	.failed = "the metadata device cannot be opened for writing",
};

static const char *claim_text(const struct claim_texts *texts, int err)
{
	switch (err) {
	case -EBUSY:
		return texts->busy;
	case -ENOENT:
	case -ENXIO:
	case -ENOTBLK:
		return texts->missing;
	default:
		return texts->failed;
	}
}

/* One holder per device: a claim does not conflict with another one of the same holder. */
static int claim(struct mn_bdev *bdev, const char *path, const struct claim_texts *texts,
		 struct mn_why *why)
{
	dev_t dev;
	int err = mn_bdev_find(path, &dev);

	if (!err)
		err = mn_bdev_open(bdev, dev, bdev);
	if (err)
		why->text = claim_text(texts, err);
	return err;
}

static int check(const struct format *format, struct mn_super *super, struct mn_why *why)
{
	struct block_device *data = format->data.bdev;
	u32 sector_size = bdev_logical_block_size(data);

	if (!super->sectors)
		super->sectors = bdev_nr_sectors(data);
	why->text = mn_volume_data_refusal(data, super->sectors);
	if (data == format->meta.bdev)
		why->text = "data and metadata device are the same: give each its own";
	else if (!super->sectors || super->sectors % (sector_size >> SECTOR_SHIFT))
		why->text = "the size of the volume is not a multiple of the data device's sector";
	else if (super->sectors > MN_VOLUME_SECTORS_MAX)
		why->text = "the volume is larger than 1 PiB";
	else if (((u64)super->intent_limit / 4 - 1) << super->region_shift < MN_FRAME_PAYLOAD_MAX)
		why->text =
			"intent limit too small: a quarter of it must cover more than 1 MiB";
	super->sector_size = sector_size;
	super->page_bytes = bdev_logical_block_size(format->meta.bdev);
	return why->text ? -EINVAL : 0;
}

int mn_volume_format(const char *data_path, const char *meta_path, struct mn_super *super,
		     bool force, u64 *meta_bytes, struct mn_why *why)
{
	struct format format = { };
	int err;

	super->role = MN_ROLE_NONE;
	super->locked = MN_LOCK_USER;
	super->data_state = MN_DATA_UNKNOWN;
	super->flags = MN_SUPER_F_CLEAN;
	super->data_since = ktime_get_real_ns();
	err = claim(&format.data, data_path, &data_texts, why);
	if (!err)
		err = claim(&format.meta, meta_path, &meta_texts, why);
	if (!err)
		err = check(&format, super, why);
	if (!err)
		err = mn_meta_format(format.meta.bdev, super, force, meta_bytes, &why->text);
	mn_bdev_close(&format.meta);
	mn_bdev_close(&format.data);
	return err;
}
