/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pack: a packed payload, and whether packing pays (L0, pure; docs/wan.md)
 *
 * A packed payload is a table, and chunks. Every chunk holds MN_PACK_CHUNK bytes of data, the
 * last one what is left; the table has the packed length of each but the last (__le32), which
 * has what remains. A chunk as long as its data is the data itself.
 */
#ifndef MN_PACK_H
#define MN_PACK_H

#include <linux/sizes.h>
#include <linux/types.h>
#include "wire.h"

#define MN_PACK_CHUNK		SZ_64K		/* bytes of data */
#define MN_PACK_CHUNKS		(MN_FRAME_PAYLOAD_MAX / MN_PACK_CHUNK)
#define MN_PACK_TABLE_MAX	((MN_PACK_CHUNKS - 1) * sizeof(__le32))
#define MN_PACK_LEVELS		9

enum mn_pack_method {
	MN_PACK_NONE,
	MN_PACK_LZ4,
	MN_PACK_ZSTD,
};

/* What a level of the option means; 0 and what is beyond 9: MN_PACK_NONE. */
struct mn_pack_level {
	u8 method;		/* enum mn_pack_method */
	u8 strength;		/* LZ4: acceleration, less is stronger; zstd: its level */
};

struct mn_pack_level mn_pack_level(u32 level);
u16 mn_pack_flag(u8 method);		/* MN_FRAME_F_*; 0: not packed */
u8 mn_pack_method(u16 flags);		/* of a checked frame */

/* data_bytes: 1..MN_FRAME_PAYLOAD_MAX. */
u32 mn_pack_chunks(u32 data_bytes);
u32 mn_pack_chunk_data(u32 data_bytes, u32 chunk);	/* of data in this chunk */
u32 mn_pack_table_bytes(u32 data_bytes);
/* The most bytes that a packed payload may have to be sent instead of the data. */
u32 mn_pack_worth(u32 data_bytes);

/*
 * The table of a payload of packed_bytes for data_bytes of data: fills lengths of all chunks
 * in. False: chunks that are empty, longer than their data, or not as long together as the payload.
 */
bool mn_pack_read_table(const __le32 *table, u32 packed_bytes, u32 data_bytes, u32 *lengths);

/* Whether to try: after failures in a row less and less often. All zero in the beginning. */
struct mn_pack_luck {
	u8 failures;		/* in a row */
	u8 skip;		/* frames that are not tried */
};

bool mn_pack_try(struct mn_pack_luck *luck);
void mn_pack_tried(struct mn_pack_luck *luck, bool paid);

#endif
