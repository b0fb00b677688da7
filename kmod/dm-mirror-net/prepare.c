// SPDX-License-Identifier: GPL-2.0-only
/*
 * prepare: creation by used blocks (L3; DESIGN 3)
 *
 * BEGIN makes the slot durably full-needed and its bitmap empty. ADD marks what somebody found in
 * use; writes mark theirs meanwhile. COMMIT makes the bits durable, and what is clean then unsent;
 * only then does the slot stop asking for a full resync. After a crash in between it goes on
 * asking (recover.c).
 */
#include "volume_private.h"
#include "write.h"

static int commit_building(struct mn_mirror *mirror, u32 set, u32 clear)
{
	struct mn_super *draft = mn_volume_begin(mirror->volume);
	u32 *flags = &draft->slot[mirror->slot].flags;

	*flags = (*flags & ~clear) | set;
	return mn_meta_commit(&mirror->volume->meta);
}

static int begin_locked(struct mn_mirror *mirror, struct mn_why *why)
{
	struct mn_volume *volume = mirror->volume;
	int err;

	if (volume->role != MN_ROLE_SOURCE) {
		why->text = "this node is not the source of the volume: ask its source";
		return -ESTALE;
	}
	why->text = mn_why_no_metadata;
	err = commit_building(mirror, MN_SLOT_F_FULL_NEEDED | MN_SLOT_F_BUILDING,
			      MN_SLOT_F_UNSENT);
	if (err)
		return err;
	mirror->building = true;
	mn_bitmap_empty(&mirror->bitmap);
	/*
	 * what was under way when the bits were cleared is on the disk before anybody asks for
	 * used blocks
	 */
	mn_write_drain(volume);
	return 0;
}

int mn_mirror_bitmap_begin(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why)
{
	struct mn_mirror *mirror = mn_mirror_find_idle(volume, peer_uuid, MN_REASON_OPERATION, why);
	int err;

	if (IS_ERR(mirror))
		return PTR_ERR(mirror);
	err = begin_locked(mirror, why);
	mutex_unlock(&volume->lock);
	return err;
}

static struct mn_mirror *find_building(struct mn_volume *volume, const u8 *peer_uuid,
				       struct mn_why *why)
{
	struct mn_mirror *mirror = mn_mirror_find(volume, peer_uuid);

	lockdep_assert_held(&volume->lock);
	if (mirror && mirror->building)
		return mirror;
	why->text = "BITMAP_BEGIN was not called for this mirror";
	return NULL;
}

static bool range_valid(const struct mn_volume *volume, const struct mn_range *range)
{
	u64 bytes = volume->sectors << SECTOR_SHIFT;

	return range->length && range->start < bytes && range->length <= bytes - range->start;
}

int mn_mirror_bitmap_add(struct mn_volume *volume, const u8 *peer_uuid,
			 const struct mn_range *ranges, u32 count, struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = mn_volume_enter(volume, why);
	u32 i;

	if (err)
		return err;
	mirror = find_building(volume, peer_uuid, why);
	if (!mirror)
		err = -ESTALE;
	for (i = 0; i < count && !err; i++) {
		if (range_valid(volume, &ranges[i]))
			continue;
		why->text = "a range is empty or lies outside the volume";
		err = -EINVAL;
	}
	for (i = 0; i < count && !err; i++) {
		u64 end = ranges[i].start + ranges[i].length - 1;

		mn_bitmap_set_range(&mirror->bitmap, ranges[i].start >> MN_BLOCK_SHIFT,
				    end >> MN_BLOCK_SHIFT);
	}
	mutex_unlock(&volume->lock);
	return err;
}

static int commit_bitmap(struct mn_mirror *mirror, struct mn_why *why)
{
	int err;

	why->text = "not enough memory for the record of unsent blocks: a full resync stays needed";
	err = mn_bitmap_unsent_rest(&mirror->bitmap);
	if (err)
		return err;
	why->text = "the bitmap cannot be written: a full resync stays needed";
	err = mn_bitmap_write_all(&mirror->bitmap);
	if (!err)
		err = commit_building(mirror, MN_SLOT_F_UNSENT,
				      MN_SLOT_F_FULL_NEEDED | MN_SLOT_F_BUILDING);
	if (!err)
		mirror->building = false;
	return err;
}

int mn_mirror_bitmap_commit(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why)
{
	struct mn_mirror *mirror;
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	err = -ESTALE;
	mirror = find_building(volume, peer_uuid, why);
	if (mirror)
		err = commit_bitmap(mirror, why);
	mutex_unlock(&volume->lock);
	return err;
}
