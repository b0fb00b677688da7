// SPDX-License-Identifier: GPL-2.0-only
/*
 * pack: a packed payload, and whether packing pays (L0, pure; docs/wan.md)
 */
#include <linux/kernel.h>
#include <asm/byteorder.h>

#include "pack.h"

/* Frames that are not tried after failures in a row: 2^0 ... 2^6. */
#define MN_PACK_FAILURES_MAX	7

static const struct mn_pack_level levels[MN_PACK_LEVELS + 1] = {
	{ MN_PACK_NONE, 0 },
	{ MN_PACK_LZ4, 16 },
	{ MN_PACK_LZ4, 4 },
	{ MN_PACK_LZ4, 1 },
	{ MN_PACK_ZSTD, 1 },
	{ MN_PACK_ZSTD, 3 },
	{ MN_PACK_ZSTD, 5 },
	{ MN_PACK_ZSTD, 7 },
	{ MN_PACK_ZSTD, 9 },
	{ MN_PACK_ZSTD, 12 },
};

struct mn_pack_level mn_pack_level(u32 level)
{
	return levels[level <= MN_PACK_LEVELS ? level : 0];
}

u16 mn_pack_flag(u8 method)
{
	switch (method) {
	case MN_PACK_LZ4:
		return MN_FRAME_F_LZ4;
	case MN_PACK_ZSTD:
		return MN_FRAME_F_ZSTD;
	default:
		return 0;
	}
}

u8 mn_pack_method(u16 flags)
{
	if (flags & MN_FRAME_F_LZ4)
		return MN_PACK_LZ4;
	return flags & MN_FRAME_F_ZSTD ? MN_PACK_ZSTD : MN_PACK_NONE;
}

u32 mn_pack_chunks(u32 data_bytes)
{
	return (data_bytes + MN_PACK_CHUNK - 1) / MN_PACK_CHUNK;
}

u32 mn_pack_chunk_data(u32 data_bytes, u32 chunk)
{
	return min_t(u32, data_bytes - chunk * MN_PACK_CHUNK, MN_PACK_CHUNK);
}

u32 mn_pack_table_bytes(u32 data_bytes)
{
	return (mn_pack_chunks(data_bytes) - 1) * sizeof(__le32);
}

u32 mn_pack_worth(u32 data_bytes)
{
	return data_bytes - data_bytes / 16;
}

bool mn_pack_read_table(const __le32 *table, u32 packed_bytes, u32 data_bytes, u32 *lengths)
{
	u32 chunks = mn_pack_chunks(data_bytes);
	u32 table_bytes = mn_pack_table_bytes(data_bytes);
	u32 left, i;

	if (packed_bytes <= table_bytes)
		return false;
	left = packed_bytes - table_bytes;
	for (i = 0; i < chunks; i++) {
		lengths[i] = i < chunks - 1 ? le32_to_cpu(table[i]) : left;
		if (!lengths[i] || lengths[i] > left ||
		    lengths[i] > mn_pack_chunk_data(data_bytes, i))
			return false;
		left -= lengths[i];
	}
	return !left;
}

bool mn_pack_try(struct mn_pack_luck *luck)
{
	if (!luck->skip)
		return true;
	luck->skip--;
	return false;
}

void mn_pack_tried(struct mn_pack_luck *luck, bool paid)
{
	if (paid) {
		luck->failures = 0;
		return;
	}
	if (luck->failures < MN_PACK_FAILURES_MAX)
		luck->failures++;
	luck->skip = 1 << (luck->failures - 1);
}
