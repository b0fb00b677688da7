/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layout: what is on a metadata device, and where (L0, pure; docs/on-disk.md)
 *
 *   0        superblock, copy 0   (4 KiB)
 *   4 KiB    superblock, copy 1   (4 KiB)
 *   8 KiB    intent log           one bit per region
 *   ...      per slot: bitmap     one bit per 64 KiB block: dirty or pending
 *   ...      per slot: unsent     one bit per block: never sent
 *
 * Areas start at multiples of 4 KiB. The superblock is written whole, to the
 * copies in turn, with a sequence: a torn copy loses to the other. Everywhere
 * else the unit of I/O and of the checksum is a *page*: one logical sector
 * of the metadata device, header and bits.
 */
#ifndef MN_LAYOUT_H
#define MN_LAYOUT_H

#include <linux/bits.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <linux/dm_mirror_net.h>
#include "wire.h"

#define MN_SUPER_MAGIC		0x4d4e5355504552ULL	/* "MNSUPER" */
#define MN_SUPER_VERSION	1
#define MN_SUPER_BYTES		4096
#define MN_PAGE_MAGIC		0x4d4e5047u	/* "MNPG" */
#define MN_REGION_SHIFT_MIN	16
#define MN_REGION_SHIFT_MAX	26
#define MN_REGION_SHIFT_DEFAULT	20
#define MN_INTENT_LIMIT_MIN	16
#define MN_INTENT_LIMIT_MAX	65536
#define MN_INTENT_LIMIT_DEFAULT	256
#define MN_VOLUME_SECTORS_MAX	BIT_ULL(41)	/* 1 PiB */
#define MN_FINGERPRINT_BYTES	32		/* SHA-256 */
#define MN_FINGERPRINT_HEAD	SZ_4M		/* bytes hashed at the start */
#define MN_FINGERPRINT_TAIL	SZ_1M		/* bytes hashed at the end */

enum mn_page_kind {
	MN_PAGE_INTENT = 1,
	MN_PAGE_BITMAP,
	MN_PAGE_UNSENT,
};

/* Head of every page; the bits follow, bit 0 in the lowest bit of the first byte. */
struct mn_disk_page {
	__le32 magic;
	__le32 crc;		/* crc32c of the page with this field 0 */
	__u8 volume_uuid[MN_UUID_LEN];
	__u8 kind;		/* enum mn_page_kind */
	__u8 slot;		/* 0 for the intent log */
	__le16 reserved;	/* 0 */
	__le32 index;		/* number of the page in its area */
};				/* 32 bytes */

/* A slot as it is on disk: one peer. */
struct mn_disk_slot {
	__u8 peer_uuid[MN_UUID_LEN];	/* all zero: free */
	__le32 flags;		/* MN_SLOT_F_* */
	__s8 state;		/* enum mn_mirror_state, as far as it outlives a restart */
	__u8 reason;		/* enum mn_reason */
	__le16 reserved;	/* 0 */
	__le64 base;		/* generation that the last stream was to give the target */
	__le64 old_base;	/* what the target had before it: it has one of the two */
	__le64 peer_position;	/* last stream position the peer announced */
	__le64 since;		/* ns since the epoch */
	__le64 handover;	/* the last one from this peer that was answered; 0: none */
};				/* 64 bytes */

#define MN_SLOT_F_FULL_NEEDED	0x01	/* the bitmap proves nothing: send everything */
#define MN_SLOT_F_BLANK		0x02	/* our data may be overwritten by any generation */
#define MN_SLOT_F_UNSENT	0x04	/* the unsent area is valid */
#define MN_SLOT_F_BUILDING	0x08	/* between BITMAP_BEGIN and BITMAP_COMMIT */
#define MN_SLOT_F_TOOK		0x10	/* ... by taking the role; else it was refused */
/*
 * We were made source while our copy was inconsistent: the peer may have gone on in the generation
 * that both name, so it does not yield, and gets everything. If we are the one that gives up, what
 * both have marked is enough.
 */
#define MN_SLOT_F_DECLARED	0x20
#define MN_SLOT_F_FULL		(MN_SLOT_F_FULL_NEEDED | MN_SLOT_F_DECLARED)
#define MN_SLOT_F_ALL		0x3f

struct mn_disk_super {
	__le64 magic;
	__le32 version;
	__le32 crc;		/* crc32c of the 4096 bytes with this field 0 */
	__le64 sequence;	/* counts the writes of the superblock */
	__u8 volume_uuid[MN_UUID_LEN];
	__u8 node_uuid[MN_UUID_LEN];
	__u8 name[MN_NAME_MAX];	/* zero padded */
	__le64 sectors;		/* of the volume */
	__le32 sector_size;	/* of the data device, bytes */
	__le32 page_bytes;	/* of this metadata device's pages: its logical sector */
	__u8 region_shift;
	__u8 block_shift;	/* MN_BLOCK_SHIFT */
	__u8 role;		/* enum mn_role */
	__u8 locked;		/* enum mn_lock_reason */
	__u8 data_state;	/* enum mn_data_state */
	__u8 reserved[3];	/* 0 */
	__le32 intent_limit;
	__le32 flags;		/* MN_SUPER_F_* */
	__le64 data_since;
	__le64 generation;
	__le64 history[MN_HISTORY];
	__le64 write_number;	/* a durable position: not above the last write number */
	__u8 fingerprint[MN_FINGERPRINT_BYTES];
	struct mn_disk_slot slot[MN_SLOTS];
	__le64 handover;	/* number of the last one that this node began; 0: none */
	__u8 handed_to[MN_UUID_LEN]; /* while it is locked for that: to whom; else 0 */
	__u8 padding[MN_SUPER_BYTES - 808];	/* 0 */
};

#define MN_SUPER_F_CLEAN	0x01	/* stopped in order: the intent log may be ignored */
#define MN_SUPER_F_FINGERPRINT	0x02	/* fingerprint is valid */
#define MN_SUPER_F_WRITTEN	0x04	/* a target that was unlocked and written */
#define MN_SUPER_F_MOVED_ON	0x08	/* wrote since it took this generation */
#define MN_SUPER_F_ALL		0x0f

/* The same in memory, checked. */
struct mn_slot {
	u8 peer_uuid[MN_UUID_LEN];
	bool used;
	u32 flags;
	s8 state;
	u8 reason;
	u64 base;
	u64 old_base;
	u64 peer_position;
	u64 since;
	u64 handover;
};

struct mn_super {
	u64 sequence;
	u8 volume_uuid[MN_UUID_LEN];
	u8 node_uuid[MN_UUID_LEN];
	char name[MN_NAME_MAX + 1];
	u64 sectors;
	u32 sector_size;
	u32 page_bytes;
	u8 region_shift;
	u8 role;
	u8 locked;
	u8 data_state;
	u32 intent_limit;
	u32 flags;
	u64 data_since;
	u64 generation;
	u64 history[MN_HISTORY];
	u64 write_number;
	u8 fingerprint[MN_FINGERPRINT_BYTES];
	struct mn_slot slot[MN_SLOTS];
	u64 handover;
	u8 handed_to[MN_UUID_LEN];
};

/* Where the areas of a volume lie; bytes from the start of the metadata device. */
struct mn_layout {
	u32 page_bytes;
	u32 page_bits;		/* bits in one page */
	u64 blocks;		/* of 64 KiB, the last one may be short */
	u64 regions;
	u8 region_shift;
	u64 intent_start;
	u32 intent_pages;
	u64 bitmap_start[MN_SLOTS];
	u64 unsent_start[MN_SLOTS];
	u32 bitmap_pages;	/* of each of the areas */
	u64 total_bytes;
};

enum mn_super_error {
	MN_SUPER_OK = 0,
	MN_SUPER_NO_MAGIC,
	MN_SUPER_BAD_CRC,
	MN_SUPER_NEWER_VERSION,
	MN_SUPER_BAD_VALUE,
	__MN_SUPER_ERROR_MAX,
};

/* Sizes of logical sectors, and so of pages, that we know: 512..4096, powers of two. */
bool mn_sector_size_valid(u32 bytes);

/* False when sectors, page_bytes or region_shift are out of range. */
bool mn_layout_compute(u64 sectors, u32 page_bytes, u8 region_shift, struct mn_layout *out);

/* Blocks first..last (both included) of a region; the last one may be short. */
void mn_layout_region_blocks(const struct mn_layout *layout, u64 region, u64 *first, u64 *last);

bool mn_uuid_is_zero(const u8 *uuid);

void mn_super_encode(const struct mn_super *super, struct mn_disk_super *out);
enum mn_super_error mn_super_decode(const struct mn_disk_super *in, struct mn_super *out);

/*
 * Which of two decoded copies counts: 0 or 1, or -1 when there is none to be
 * relied on. A copy which is whole but not understood (newer version, bad value) may be the
 * younger one: then the other is not to be relied on either.
 */
int mn_super_choose(enum mn_super_error error0, u64 sequence0,
		    enum mn_super_error error1, u64 sequence1);

/* Fill in the head and the checksum of a page whose bits are in place. */
void mn_page_seal(struct mn_disk_page *page, u32 page_bytes, const u8 *volume_uuid,
		  u8 kind, u8 slot, u32 index);
bool mn_page_check(const struct mn_disk_page *page, u32 page_bytes, const u8 *volume_uuid,
		   u8 kind, u8 slot, u32 index);

/* Names as SPEC 1 allows them. */
bool mn_name_valid(const char *name);

#endif
