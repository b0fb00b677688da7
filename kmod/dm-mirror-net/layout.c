// SPDX-License-Identifier: GPL-2.0-only
/*
 * layout: the superblock, the pages and where they lie (L0, pure)
 *
 * A superblock is believed only as a whole: magic, checksum, version, then
 * every single value, reserved bytes included. What this version would not
 * write, it does not read.
 */
#include <linux/build_bug.h>
#include <linux/crc32c.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <asm/byteorder.h>

#include "layout.h"

#define MN_AREA_ALIGN		4096u
#define MN_SECTOR_SIZE_MAX	4096u

static_assert(sizeof(struct mn_disk_page) == 32);
static_assert(sizeof(struct mn_disk_slot) == 64);
static_assert(sizeof(struct mn_disk_super) == MN_SUPER_BYTES);

bool mn_sector_size_valid(u32 bytes)
{
	return bytes >= 512 && bytes <= MN_SECTOR_SIZE_MAX && is_power_of_2(bytes);
}

static u64 units_of(u64 sectors, u8 shift)
{
	u64 rest = sectors & ((1u << (shift - 9)) - 1);

	return (sectors >> (shift - 9)) + (rest ? 1 : 0);
}

static u32 pages_for(u64 bits, u32 page_bits)
{
	return div_u64(bits + page_bits - 1, page_bits);
}

/* Lay an area of `pages` pages at *end and move *end behind it. */
static u64 place_area(u64 *end, u32 pages, u32 page_bytes)
{
	u64 start = *end;
	u64 next = start + (u64)pages * page_bytes;

	*end = (next + MN_AREA_ALIGN - 1) & ~((u64)MN_AREA_ALIGN - 1);
	return start;
}

bool mn_layout_compute(u64 sectors, u32 page_bytes, u8 region_shift, struct mn_layout *out)
{
	u64 end = 2 * MN_SUPER_BYTES;
	int i;

	if (!sectors || sectors > MN_VOLUME_SECTORS_MAX ||
	    !mn_sector_size_valid(page_bytes) ||
	    region_shift < MN_REGION_SHIFT_MIN || region_shift > MN_REGION_SHIFT_MAX)
		return false;
	out->page_bytes = page_bytes;
	out->page_bits = (page_bytes - sizeof(struct mn_disk_page)) * 8;
	out->blocks = units_of(sectors, MN_BLOCK_SHIFT);
	out->regions = units_of(sectors, region_shift);
	out->region_shift = region_shift;
	out->intent_pages = pages_for(out->regions, out->page_bits);
	out->bitmap_pages = pages_for(out->blocks, out->page_bits);
	out->intent_start = place_area(&end, out->intent_pages, page_bytes);
	for (i = 0; i < MN_SLOTS; i++)
		out->bitmap_start[i] = place_area(&end, out->bitmap_pages, page_bytes);
	for (i = 0; i < MN_SLOTS; i++)
		out->unsent_start[i] = place_area(&end, out->bitmap_pages, page_bytes);
	out->total_bytes = end;
	return true;
}

void mn_layout_region_blocks(const struct mn_layout *layout, u64 region, u64 *first, u64 *last)
{
	u8 shift = layout->region_shift - MN_BLOCK_SHIFT;

	*first = region << shift;
	*last = min((region + 1) << shift, layout->blocks) - 1;
}

/* crc32c of `bytes` bytes in which the four at `hole`, the checksum's own, count as 0. */
static u32 crc_with_hole(const void *data, u32 bytes, u32 hole)
{
	static const u8 zero[4];
	u32 crc = crc32c(~0u, data, hole);

	crc = crc32c(crc, zero, sizeof(zero));
	return crc32c(crc, (const u8 *)data + hole + sizeof(zero),
		      bytes - hole - sizeof(zero));
}

static u32 super_crc(const struct mn_disk_super *super)
{
	return crc_with_hole(super, sizeof(*super), offsetof(struct mn_disk_super, crc));
}

static u32 page_crc(const struct mn_disk_page *page, u32 page_bytes)
{
	return crc_with_hole(page, page_bytes, offsetof(struct mn_disk_page, crc));
}

static void slot_encode(const struct mn_slot *slot, struct mn_disk_slot *out)
{
	if (!slot->used)
		return;
	memcpy(out->peer_uuid, slot->peer_uuid, MN_UUID_LEN);
	out->flags = cpu_to_le32(slot->flags);
	out->state = slot->state;
	out->reason = slot->reason;
	out->base = cpu_to_le64(slot->base);
	out->old_base = cpu_to_le64(slot->old_base);
	out->peer_position = cpu_to_le64(slot->peer_position);
	out->since = cpu_to_le64(slot->since);
	out->handover = cpu_to_le64(slot->handover);
}

static void identity_encode(const struct mn_super *super, struct mn_disk_super *out)
{
	memcpy(out->volume_uuid, super->volume_uuid, MN_UUID_LEN);
	memcpy(out->node_uuid, super->node_uuid, MN_UUID_LEN);
	memcpy(out->name, super->name, strnlen(super->name, MN_NAME_MAX));
	out->sectors = cpu_to_le64(super->sectors);
	out->sector_size = cpu_to_le32(super->sector_size);
	out->page_bytes = cpu_to_le32(super->page_bytes);
	out->region_shift = super->region_shift;
	out->block_shift = MN_BLOCK_SHIFT;
	out->intent_limit = cpu_to_le32(super->intent_limit);
}

void mn_super_encode(const struct mn_super *super, struct mn_disk_super *out)
{
	int i;

	memset(out, 0, sizeof(*out));
	out->magic = cpu_to_le64(MN_SUPER_MAGIC);
	out->version = cpu_to_le32(MN_SUPER_VERSION);
	out->sequence = cpu_to_le64(super->sequence);
	identity_encode(super, out);
	out->role = super->role;
	out->locked = super->locked;
	out->data_state = super->data_state;
	out->flags = cpu_to_le32(super->flags);
	out->data_since = cpu_to_le64(super->data_since);
	out->generation = cpu_to_le64(super->generation);
	for (i = 0; i < MN_HISTORY; i++)
		out->history[i] = cpu_to_le64(super->history[i]);
	out->write_number = cpu_to_le64(super->write_number);
	memcpy(out->fingerprint, super->fingerprint, MN_FINGERPRINT_BYTES);
	for (i = 0; i < MN_SLOTS; i++)
		slot_encode(&super->slot[i], &out->slot[i]);
	out->handover = cpu_to_le64(super->handover);
	memcpy(out->handed_to, super->handed_to, MN_UUID_LEN);
	out->crc = cpu_to_le32(super_crc(out));
}

bool mn_uuid_is_zero(const u8 *uuid)
{
	return !memchr_inv(uuid, 0, MN_UUID_LEN);
}

/* False when it holds what this version does not write. A free slot is all zero. */
static bool slot_decode(const struct mn_disk_slot *in, struct mn_slot *out)
{
	out->used = !mn_uuid_is_zero(in->peer_uuid);
	if (!out->used)
		return !memchr_inv(in, 0, sizeof(*in));
	memcpy(out->peer_uuid, in->peer_uuid, MN_UUID_LEN);
	out->flags = le32_to_cpu(in->flags);
	out->state = in->state;
	out->reason = in->reason;
	out->base = le64_to_cpu(in->base);
	out->old_base = le64_to_cpu(in->old_base);
	out->peer_position = le64_to_cpu(in->peer_position);
	out->since = le64_to_cpu(in->since);
	out->handover = le64_to_cpu(in->handover);
	return !(out->flags & ~MN_SLOT_F_ALL) &&
		out->state >= MN_STATE_INVALID && out->state <= MN_STATE_RESYNC_PENDING &&
		out->reason < __MN_REASON_MAX &&
		!in->reserved;
}

static bool slots_decode(const struct mn_disk_super *in, struct mn_super *out)
{
	int i, j;

	for (i = 0; i < MN_SLOTS; i++) {
		if (!slot_decode(&in->slot[i], &out->slot[i]))
			return false;
		if (!out->slot[i].used)
			continue;
		for (j = 0; j < i; j++)
			if (!memcmp(in->slot[i].peer_uuid, in->slot[j].peer_uuid, MN_UUID_LEN))
				return false;
	}
	return true;
}

/* The name must be legal and padded with zeroes to the end of its field. */
static bool name_decode(const struct mn_disk_super *in, struct mn_super *out)
{
	size_t length;

	memcpy(out->name, in->name, MN_NAME_MAX);
	out->name[MN_NAME_MAX] = '\0';
	length = strlen(out->name);
	return mn_name_valid(out->name) &&
		!memchr_inv(in->name + length, 0, MN_NAME_MAX - length);
}

static bool identity_decode(const struct mn_disk_super *in, struct mn_super *out)
{
	struct mn_layout layout;

	memcpy(out->volume_uuid, in->volume_uuid, MN_UUID_LEN);
	memcpy(out->node_uuid, in->node_uuid, MN_UUID_LEN);
	out->sectors = le64_to_cpu(in->sectors);
	out->sector_size = le32_to_cpu(in->sector_size);
	out->page_bytes = le32_to_cpu(in->page_bytes);
	out->region_shift = in->region_shift;
	out->intent_limit = le32_to_cpu(in->intent_limit);
	return !mn_uuid_is_zero(in->volume_uuid) && !mn_uuid_is_zero(in->node_uuid) &&
		name_decode(in, out) &&
		mn_layout_compute(out->sectors, out->page_bytes, out->region_shift, &layout) &&
		mn_sector_size_valid(out->sector_size) &&
		!(out->sectors & ((out->sector_size >> 9) - 1)) &&
		in->block_shift == MN_BLOCK_SHIFT &&
		out->intent_limit >= MN_INTENT_LIMIT_MIN &&
		out->intent_limit <= MN_INTENT_LIMIT_MAX;
}

static bool status_decode(const struct mn_disk_super *in, struct mn_super *out)
{
	int i;

	out->role = in->role;
	out->locked = in->locked;
	out->data_state = in->data_state;
	out->flags = le32_to_cpu(in->flags);
	out->data_since = le64_to_cpu(in->data_since);
	out->generation = le64_to_cpu(in->generation);
	for (i = 0; i < MN_HISTORY; i++)
		out->history[i] = le64_to_cpu(in->history[i]);
	out->write_number = le64_to_cpu(in->write_number);
	memcpy(out->fingerprint, in->fingerprint, MN_FINGERPRINT_BYTES);
	return out->role <= MN_ROLE_TARGET && out->locked <= MN_LOCK_HANDING_OVER &&
		out->data_state <= MN_DATA_INCONSISTENT &&
		!(out->flags & ~MN_SUPER_F_ALL) &&
		!memchr_inv(in->reserved, 0, sizeof(in->reserved)) &&
		!memchr_inv(in->padding, 0, sizeof(in->padding));
}

/* Whom the role was given to is on record as long as that locks this source, and no longer. */
static bool handover_decode(const struct mn_disk_super *in, struct mn_super *out)
{
	bool open = out->locked == MN_LOCK_HANDED_OVER;

	out->handover = le64_to_cpu(in->handover);
	memcpy(out->handed_to, in->handed_to, MN_UUID_LEN);
	if (mn_uuid_is_zero(out->handed_to) == open)
		return false;
	return !open || (out->role == MN_ROLE_SOURCE && out->handover);
}

enum mn_super_error mn_super_decode(const struct mn_disk_super *in, struct mn_super *out)
{
	memset(out, 0, sizeof(*out));
	if (in->magic != cpu_to_le64(MN_SUPER_MAGIC))
		return MN_SUPER_NO_MAGIC;
	if (le32_to_cpu(in->crc) != super_crc(in))
		return MN_SUPER_BAD_CRC;
	if (le32_to_cpu(in->version) > MN_SUPER_VERSION)
		return MN_SUPER_NEWER_VERSION;
	out->sequence = le64_to_cpu(in->sequence);
	if (le32_to_cpu(in->version) != MN_SUPER_VERSION ||
	    !identity_decode(in, out) || !status_decode(in, out) ||
	    !slots_decode(in, out) || !handover_decode(in, out))
		return MN_SUPER_BAD_VALUE;
	return MN_SUPER_OK;
}

/* A write that was cut off, or never made: such a copy may be passed over. */
static bool copy_is_torn(enum mn_super_error error)
{
	return error == MN_SUPER_NO_MAGIC || error == MN_SUPER_BAD_CRC;
}

int mn_super_choose(enum mn_super_error error0, u64 sequence0,
		    enum mn_super_error error1, u64 sequence1)
{
	if (!error0 && !error1)
		return sequence1 > sequence0;
	if (!error0 && copy_is_torn(error1))
		return 0;
	if (!error1 && copy_is_torn(error0))
		return 1;
	return -1;
}

void mn_page_seal(struct mn_disk_page *page, u32 page_bytes, const u8 *volume_uuid,
		  u8 kind, u8 slot, u32 index)
{
	page->magic = cpu_to_le32(MN_PAGE_MAGIC);
	memcpy(page->volume_uuid, volume_uuid, MN_UUID_LEN);
	page->kind = kind;
	page->slot = slot;
	page->reserved = 0;
	page->index = cpu_to_le32(index);
	page->crc = cpu_to_le32(page_crc(page, page_bytes));
}

bool mn_page_check(const struct mn_disk_page *page, u32 page_bytes, const u8 *volume_uuid,
		   u8 kind, u8 slot, u32 index)
{
	return page->magic == cpu_to_le32(MN_PAGE_MAGIC) &&
		le32_to_cpu(page->crc) == page_crc(page, page_bytes) &&
		!memcmp(page->volume_uuid, volume_uuid, MN_UUID_LEN) &&
		page->kind == kind && page->slot == slot && !page->reserved &&
		le32_to_cpu(page->index) == index;
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool mn_name_valid(const char *name)
{
	size_t i;

	if (!is_alnum(name[0]))
		return false;
	for (i = 1; name[i]; i++)
		if (i >= MN_NAME_MAX || !(is_alnum(name[i]) || strchr("._-", name[i])))
			return false;
	return true;
}
