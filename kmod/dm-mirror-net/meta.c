// SPDX-License-Identifier: GPL-2.0-only
/*
 * meta: the superblock pair, its transactions, and the format
 */
#include <linux/slab.h>
#include "meta_io.h"

#define COPIES		2
#define DURABLE_SUPER	(REQ_OP_WRITE | REQ_PREFLUSH | REQ_FUA)

/* Every refusal comes with a sentence: what is wrong, what that means for the data. */
static int refuse(const char **why, int error, const char *text)
{
	*why = text;
	return error;
}

static int refuse_memory(const char **why)
{
	return refuse(why, -ENOMEM, "no memory for the metadata: nothing was changed, try again");
}

static int refuse_read(const char **why)
{
	return refuse(why, -EIO,
		      "the metadata device cannot be read: nothing was changed; check this device");
}

/* An unreadable copy counts as torn: a power cut can leave a sector in that state. */
static enum mn_super_error copy_read(struct mn_meta *meta, u8 copy, struct mn_super *out,
				     bool *unreadable)
{
	if (!mn_meta_io_super(meta, REQ_OP_READ, copy))
		return mn_super_decode(meta->buffer, out);
	*unreadable = true;
	return MN_SUPER_BAD_CRC;
}

static bool either(const enum mn_super_error *error, enum mn_super_error which)
{
	return error[0] == which || error[1] == which;
}

/*
 * A copy that is whole but says what we do not understand is not a torn one: it
 * may be the newer, so the other must not be used in its place.
 */
static int copies_judge(const enum mn_super_error *error, bool unreadable, const char **why)
{
	if (either(error, MN_SUPER_NEWER_VERSION))
		return refuse(why, -EOPNOTSUPP,
			      "the metadata was written by a newer version: the volume stays down, its data was not touched; use that version");
	if (either(error, MN_SUPER_BAD_VALUE))
		return refuse(why, -EUCLEAN,
			      "a whole copy of the superblock makes no sense: the volume stays down, its data was not touched; restore the metadata, or format it and resync in full");
	if (either(error, MN_SUPER_OK))
		return 0;
	if (unreadable)
		return refuse_read(why);
	if (either(error, MN_SUPER_BAD_CRC))
		return refuse(why, -EUCLEAN,
			      "both copies of the superblock are damaged: the volume stays down, its data was not touched; restore the metadata, or format it and resync in full");
	return refuse(why, -ENODATA,
		      "no mirror-net metadata here: another device was meant, or it was never formatted");
}

/* The chosen copy ends up in meta->super, the next commit overwrites the other. */
static int copies_load(struct mn_meta *meta, const char **why)
{
	enum mn_super_error error[COPIES];
	bool unreadable = false;
	int chosen, result;

	error[0] = copy_read(meta, 0, &meta->super, &unreadable);
	error[1] = copy_read(meta, 1, &meta->draft, &unreadable);
	result = copies_judge(error, unreadable, why);
	if (result)
		return result;
	chosen = mn_super_choose(error[0], meta->super.sequence, error[1], meta->draft.sequence);
	if (WARN_ON_ONCE(chosen < 0))
		return refuse(why, -EUCLEAN, "neither copy of the superblock was chosen (a bug)");
	if (chosen == 1)
		meta->super = meta->draft;
	meta->next_copy = !chosen;
	return 0;
}

/* Do the device and the superblock it carries fit together? */
static int geometry_check(struct mn_meta *meta, const char **why)
{
	const struct mn_super *super = &meta->super;

	if (super->page_bytes != meta->page_bytes)
		return refuse(why, -EMEDIUMTYPE,
			      "the metadata was written on a device with another logical sector size: the volume stays down, its data was not touched; put the metadata back on such a device");
	if (!mn_layout_compute(super->sectors, super->page_bytes, super->region_shift,
			       &meta->layout))
		return refuse(why, -EUCLEAN,
			      "the superblock gives impossible sizes: the volume stays down, its data was not touched; restore the metadata, or format it and resync in full");
	if (bdev_nr_bytes(meta->bdev) < meta->layout.total_bytes)
		return refuse(why, -EFBIG,
			      "the metadata device is smaller than its metadata: the volume stays down, its data was not touched; restore the device's size");
	return 0;
}

static int meta_load(struct mn_meta *meta, const char **why)
{
	int error;

	if (bdev_nr_bytes(meta->bdev) < COPIES * MN_SUPER_BYTES)
		return refuse(why, -ENODATA,
			      "the device is too small to hold metadata: another device was meant");
	error = copies_load(meta, why);
	return error ? error : geometry_check(meta, why);
}

static int meta_create(struct mn_meta *meta, struct block_device *bdev, const char **why)
{
	memset(meta, 0, sizeof(*meta));
	mutex_init(&meta->lock);
	spin_lock_init(&meta->super_lock);
	return mn_meta_io_create(meta, bdev) ? refuse_memory(why) : 0;
}

int mn_meta_open(struct mn_meta *meta, struct block_device *bdev, const char **why)
{
	int error = meta_create(meta, bdev, why);

	if (error)
		return error;
	*why = NULL;
	error = meta_load(meta, why);
	if (error)
		mn_meta_close(meta);
	return error;
}

void mn_meta_close(struct mn_meta *meta)
{
	mn_meta_io_destroy(meta);
	mutex_destroy(&meta->lock);
}

void mn_meta_read(struct mn_meta *meta, struct mn_super *out)
{
	unsigned long flags;

	spin_lock_irqsave(&meta->super_lock, flags);
	*out = meta->super;
	spin_unlock_irqrestore(&meta->super_lock, flags);
}

struct mn_super *mn_meta_begin(struct mn_meta *meta)
{
	mutex_lock(&meta->lock);
	meta->draft = meta->super;
	return &meta->draft;
}

static void draft_publish(struct mn_meta *meta)
{
	unsigned long flags;

	spin_lock_irqsave(&meta->super_lock, flags);
	meta->super = meta->draft;
	spin_unlock_irqrestore(&meta->super_lock, flags);
}

/* What could not be read back must never be written. */
static bool draft_encode(struct mn_meta *meta)
{
	mn_super_encode(&meta->draft, meta->buffer);
	return mn_super_decode(meta->buffer, &meta->scratch) == MN_SUPER_OK;
}

/* Write the draft over the older copy; it is the newer one when this succeeds. */
static int draft_write(struct mn_meta *meta)
{
	int error;

	meta->draft.sequence = meta->super.sequence + 1;
	if (!draft_encode(meta))
		return -EINVAL;
	error = mn_meta_io_super(meta, DURABLE_SUPER, meta->next_copy);
	if (error) {
		mn_meta_fail(meta, error);
		return error;
	}
	meta->next_copy = !meta->next_copy;
	draft_publish(meta);
	return 0;
}

int mn_meta_commit(struct mn_meta *meta)
{
	int error;

	lockdep_assert_held(&meta->lock);
	error = READ_ONCE(meta->error);
	if (!error) {
		error = draft_write(meta);
		WARN_ON_ONCE(error == -EINVAL);
	}
	mutex_unlock(&meta->lock);
	return error;
}

void mn_meta_abort(struct mn_meta *meta)
{
	lockdep_assert_held(&meta->lock);
	mutex_unlock(&meta->lock);
}

int mn_meta_write_pages(struct mn_meta *meta, u64 area_start, const u32 *index,
			void *const *page, u32 count)
{
	int error = READ_ONCE(meta->error);

	if (error)
		return error;
	error = mn_meta_io_pages(meta, REQ_OP_WRITE | REQ_FUA, area_start, index, page, count);
	if (error)
		mn_meta_fail(meta, error);
	return error;
}

int mn_meta_read_page(struct mn_meta *meta, u64 area_start, u32 index, void *page)
{
	return mn_meta_io_pages(meta, REQ_OP_READ, area_start, &index, &page, 1);
}

/* Format: not yet durable, the superblock's flush does that for all areas. */
static int area_format(struct mn_meta *meta, struct mn_meta_batch *batch,
		       const struct mn_area *area)
{
	u32 first, i;
	int error;

	for (first = 0; first < area->pages; first += batch->count) {
		batch->count = 0;
		while (batch->count < min_t(u32, area->pages - first, MN_META_BATCH_PAGES))
			mn_meta_batch_add(batch, meta, first + batch->count);
		for (i = 0; i < batch->count; i++)
			mn_page_seal(batch->page[i], meta->page_bytes, meta->draft.volume_uuid,
				     area->kind, area->slot, batch->index[i]);
		error = mn_meta_io_pages(meta, REQ_OP_WRITE, area->start, batch->index,
					 batch->page, batch->count);
		if (error)
			return error;
		cond_resched();
	}
	return 0;
}

static int areas_format(struct mn_meta *meta, struct mn_meta_batch *batch)
{
	const struct mn_layout *layout = &meta->layout;
	struct mn_area area = {
		.start = layout->intent_start,
		.pages = layout->intent_pages,
		.kind = MN_PAGE_INTENT,
	};
	int error = area_format(meta, batch, &area);

	area.pages = layout->bitmap_pages;
	for (area.slot = 0; !error && area.slot < MN_SLOTS; area.slot++) {
		area.kind = MN_PAGE_BITMAP;
		area.start = layout->bitmap_start[area.slot];
		error = area_format(meta, batch, &area);
		if (error)
			break;
		area.kind = MN_PAGE_UNSENT;
		area.start = layout->unsent_start[area.slot];
		error = area_format(meta, batch, &area);
	}
	return error;
}

static int supers_invalidate(struct mn_meta *meta)
{
	int error;

	memset(meta->buffer, 0, MN_SUPER_BYTES);
	error = mn_meta_io_super(meta, DURABLE_SUPER, 0);
	return error ? error : mn_meta_io_super(meta, DURABLE_SUPER, 1);
}

/* Both copies, so that the loss of one later does not lose the volume. */
static int supers_write(struct mn_meta *meta)
{
	int error = draft_write(meta);

	return error ? error : draft_write(meta);
}

static int format_write(struct mn_meta *meta, struct mn_meta_batch *batch, const char **why)
{
	int error = supers_invalidate(meta);

	if (!error)
		error = areas_format(meta, batch);
	if (!error)
		error = supers_write(meta);
	if (!error)
		return 0;
	return refuse(why, error,
		      "writing the metadata device failed: it holds no usable metadata now; check this device, then format it again");
}

/* Is there anything of ours, whole or damaged? */
static int format_check_empty(struct mn_meta *meta, const char **why)
{
	u8 copy;

	for (copy = 0; copy < COPIES; copy++) {
		if (mn_meta_io_super(meta, REQ_OP_READ, copy))
			return refuse_read(why);
		if (meta->buffer->magic == cpu_to_le64(MN_SUPER_MAGIC))
			return refuse(why, -EEXIST,
				      "the device holds mirror-net metadata already: nothing was changed; formatting it would make the volume it belongs to need a full resync");
	}
	return 0;
}

static int format_check(struct mn_meta *meta, u64 *needed_bytes, const char **why)
{
	const struct mn_super *super = &meta->draft;

	if (!mn_layout_compute(super->sectors, super->page_bytes, super->region_shift,
			       &meta->layout) || !draft_encode(meta))
		return refuse(why, -EINVAL,
			      "size, region size, intent limit, name or identity of the volume is out of range: nothing was changed");
	*needed_bytes = meta->layout.total_bytes;
	if (bdev_nr_bytes(meta->bdev) < *needed_bytes)
		return refuse(why, -ENOSPC,
			      "the metadata device is too small for a volume of this size: nothing was changed");
	return 0;
}

static int format_device(struct mn_meta *meta, bool force, u64 *needed_bytes,
			 const char **why)
{
	struct mn_meta_batch *batch;
	int error;

	error = format_check(meta, needed_bytes, why);
	if (!error && !force)
		error = format_check_empty(meta, why);
	if (error)
		return error;
	batch = mn_meta_batch_create(meta->page_bytes);
	if (!batch)
		return refuse_memory(why);
	error = format_write(meta, batch, why);
	mn_meta_batch_destroy(batch);
	return error;
}

int mn_meta_format(struct block_device *bdev, const struct mn_super *super, bool force,
		   u64 *needed_bytes, const char **why)
{
	struct mn_meta *meta = kzalloc(sizeof(*meta), GFP_NOIO);
	int error;

	*needed_bytes = 0;
	if (!meta)
		return refuse_memory(why);
	error = meta_create(meta, bdev, why);
	if (error)
		goto out_free;
	*why = NULL;
	meta->draft = *super;
	meta->draft.page_bytes = meta->page_bytes;
	error = format_device(meta, force, needed_bytes, why);
	mn_meta_close(meta);
out_free:
	kfree(meta);
	return error;
}
