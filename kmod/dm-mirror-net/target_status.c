// SPDX-License-Identifier: GPL-2.0-only
/*
 * target_status: what dmsetup status, dmsetup table and IMA are told (L4; docs/target.md)
 *
 * Words are only ever added, at the end of their group: how many words a mirror
 * has stands in the line, so that old readers skip new ones. Nothing here blocks.
 */
#include "target.h"
#include "view.h"

#define WORDS_PER_MIRROR 5

static unsigned long used_slots(struct mn_volume *volume)
{
	unsigned long used = 0, flags;
	u8 slot;

	spin_lock_irqsave(&volume->track, flags);
	for (slot = 0; slot < MN_SLOTS; slot++)
		if (volume->mirror[slot])
			__set_bit(slot, &used);
	spin_unlock_irqrestore(&volume->track, flags);
	return used;
}

static const char *link_text(u64 link)
{
	static const char * const text[] = {
		[MN_LINK_NONE] = "none",
		[MN_LINK_NEGOTIATING] = "negotiating",
		[MN_LINK_UP] = "up",
		[MN_LINK_UNWANTED] = "unwanted",
	};

	return link < ARRAY_SIZE(text) ? text[link] : "unknown";
}

/* A mirror that went since the count was taken is shown as state none. */
static unsigned int status_mirror(struct mn_volume *volume, u8 slot, char *result,
				  unsigned int maxlen)
{
	struct mn_mirror_view view = { };
	unsigned int sz = 0;

	mn_view_slot(volume, slot, &view);
	DMEMIT(" %pU %s %s %llu/%llu %s", view.peer_uuid, mn_state_text(view.state),
	       mn_reason_text(view.reason), view.dirty_blocks, view.total_blocks,
	       link_text(view.link));
	return sz;
}

static void status_info(const struct mn_front *front, char *result, unsigned int maxlen)
{
	struct mn_volume *volume = front->volume;
	unsigned long used = used_slots(volume);
	struct mn_volume_view view;
	unsigned int sz = 0;
	unsigned long slot;

	mn_view_volume(volume, &view);
	DMEMIT("%s %s %s %016llx %llu %lu %u", mn_role_text(view.role),
	       mn_lock_reason_text(view.locked), mn_data_state_text(view.super.data_state),
	       view.super.generation, view.meta_error, hweight_long(used), WORDS_PER_MIRROR);
	for_each_set_bit(slot, &used, MN_SLOTS)
		if (sz < maxlen)
			sz += status_mirror(volume, slot, result + sz, maxlen - sz);
}

static void status_ima(const struct dm_target *ti, const struct mn_front *front, char *result,
		       unsigned int maxlen)
{
	unsigned int sz = 0;

	DMEMIT_TARGET_NAME_VERSION(ti->type);
	DMEMIT(",volume_uuid=%pU,data_device_name=%s,meta_device_name=%s;",
	       front->volume->uuid, front->data_name, front->meta_name);
}

void mn_target_status(struct dm_target *ti, status_type_t type, unsigned int flags,
		      char *result, unsigned int maxlen)
{
	const struct mn_front *front = ti->private;
	unsigned int sz = 0;

	switch (type) {
	case STATUSTYPE_INFO:
		status_info(front, result, maxlen);
		break;
	case STATUSTYPE_TABLE:
		DMEMIT("%s %s", front->data_name, front->meta_name);
		break;
	case STATUSTYPE_IMA:
		status_ima(ti, front, result, maxlen);
		break;
	}
}
