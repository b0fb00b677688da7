// SPDX-License-Identifier: GPL-2.0-only
/*
 * compress: packing and unpacking payloads with the kernel's LZ4 and zstd (L2; pack.h)
 *
 * The libraries want memory in one piece; payloads are pages. So a chunk is copied before it
 * is packed and after it was unpacked, which costs little beside that.
 */
#include <linux/lz4.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/zstd.h>
#include "compress.h"

/* --- packing --- */

struct mn_packer {
	struct mn_pack_level level;
	struct mn_pack_luck luck;
	void *in;			/* MN_PACK_CHUNK */
	void *out;			/* MN_PACK_ROOM + MN_FRAME_PAYLOAD_MAX, of vmalloc */
	u32 used;			/* of out */
	void *workspace;		/* of the method */
	zstd_cctx *zstd;		/* in the workspace */
	zstd_parameters parameters;
};

static size_t workspace_bytes(struct mn_packer *packer)
{
	if (packer->level.method == MN_PACK_LZ4)
		return LZ4_MEM_COMPRESS;
	packer->parameters = zstd_get_params(packer->level.strength, MN_PACK_CHUNK);
	/* of the parameters, those for compression come first */
	return zstd_cctx_workspace_bound((const void *)&packer->parameters);
}

static bool packer_allocate(struct mn_packer *packer)
{
	size_t bytes = workspace_bytes(packer);

	packer->in = vmalloc(MN_PACK_CHUNK);
	packer->out = vmalloc(MN_PACK_ROOM + MN_FRAME_PAYLOAD_MAX);
	packer->workspace = vmalloc(bytes);
	if (!packer->in || !packer->out || !packer->workspace)
		return false;
	if (packer->level.method == MN_PACK_LZ4)
		return true;
	packer->zstd = zstd_init_cctx(packer->workspace, bytes);
	return packer->zstd;
}

struct mn_packer *mn_packer_create(u32 level)
{
	unsigned int noio = memalloc_noio_save();
	struct mn_packer *packer = kzalloc(sizeof(*packer), GFP_NOIO);

	if (packer) {
		packer->level = mn_pack_level(level);
		if (!packer_allocate(packer)) {
			mn_packer_destroy(packer);
			packer = NULL;
		}
	}
	memalloc_noio_restore(noio);
	return packer;
}

void mn_packer_destroy(struct mn_packer *packer)
{
	if (!packer)
		return;
	vfree(packer->workspace);
	vfree(packer->out);
	vfree(packer->in);
	kfree(packer);
}

void mn_packer_reset(struct mn_packer *packer)
{
	packer->used = 0;
}

/* The data of a chunk in one piece: where it lies, or a copy. */
static const void *chunk_data(struct mn_packer *packer, const struct mn_payload *payload, u32 at,
			      u32 bytes)
{
	u32 done, n;

	if (bytes <= PAGE_SIZE)
		return page_address(payload->vec[at >> PAGE_SHIFT].bv_page);
	for (done = 0; done < bytes; done += n) {
		n = min_t(u32, bytes - done, PAGE_SIZE);
		memcpy(packer->in + done,
		       page_address(payload->vec[(at + done) >> PAGE_SHIFT].bv_page), n);
	}
	return packer->in;
}

/* Bytes written to `out`; 0: they do not fit into `room`. */
static u32 pack_bytes(struct mn_packer *packer, const void *data, u32 bytes, void *out, u32 room)
{
	size_t got;

	if (packer->level.method == MN_PACK_LZ4)
		return LZ4_compress_fast(data, out, bytes, room, packer->level.strength,
					 packer->workspace);
	got = zstd_compress_cctx(packer->zstd, out, room, data, bytes, &packer->parameters);
	return zstd_is_error(got) ? 0 : got;
}

/* One chunk, packed or as it is; 0: there is no room for either. */
static u32 pack_chunk(struct mn_packer *packer, const struct mn_payload *payload, u32 chunk,
		      void *out, u32 room)
{
	u32 bytes = mn_pack_chunk_data(payload->bytes, chunk);
	const void *data = chunk_data(packer, payload, chunk * MN_PACK_CHUNK, bytes);
	u32 got = pack_bytes(packer, data, bytes, out, min(room, bytes - 1));

	if (got)
		return got;
	/* what begins like this is not worth more time */
	if (!chunk || bytes > room)
		return 0;
	memcpy(out, data, bytes);
	return bytes;
}

/* Bytes at `out`; 0: not worth it. */
static u32 pack_payload(struct mn_packer *packer, const struct mn_payload *payload, void *out)
{
	u32 worth = mn_pack_worth(payload->bytes);
	u32 chunks = mn_pack_chunks(payload->bytes);
	u32 used = mn_pack_table_bytes(payload->bytes);
	__le32 *table = out;
	u32 i, got;

	for (i = 0; i < chunks; i++) {
		if (used >= worth)
			return 0;
		got = pack_chunk(packer, payload, i, out + used, worth - used);
		if (!got)
			return 0;
		if (i < chunks - 1)
			table[i] = cpu_to_le32(got);
		used += got;
	}
	return used;
}

bool mn_packer_pack(struct mn_packer *packer, const struct mn_payload *payload,
		    struct mn_packed *packed)
{
	if (packer->used >= MN_PACK_ROOM || !mn_pack_try(&packer->luck))
		return false;
	packed->at = packer->out + packer->used;
	packed->flag = mn_pack_flag(packer->level.method);
	packed->bytes = pack_payload(packer, payload, packer->out + packer->used);
	mn_pack_tried(&packer->luck, packed->bytes);
	packer->used += round_up(packed->bytes, sizeof(u64));	/* tables are aligned */
	return packed->bytes;
}

u32 mn_packed_vecs(const struct mn_packed *packed, struct bio_vec *vec)
{
	const void *at = packed->at;
	u32 left = packed->bytes;
	u32 count = 0;

	while (left) {
		u32 n = min_t(u32, left, PAGE_SIZE - offset_in_page(at));

		bvec_set_page(&vec[count++], vmalloc_to_page(at), n, offset_in_page(at));
		at += n;
		left -= n;
	}
	return count;
}

/* --- unpacking --- */

struct mn_unpacker {
	void *packed;			/* MN_PACK_CHUNK */
	void *data;			/* MN_PACK_CHUNK */
	void *workspace;
	zstd_dctx *zstd;		/* in the workspace; LZ4 needs none */
};

static bool unpacker_allocate(struct mn_unpacker *unpacker)
{
	size_t bytes = zstd_dctx_workspace_bound();

	unpacker->packed = vmalloc(MN_PACK_CHUNK);
	unpacker->data = vmalloc(MN_PACK_CHUNK);
	unpacker->workspace = vmalloc(bytes);
	if (!unpacker->packed || !unpacker->data || !unpacker->workspace)
		return false;
	unpacker->zstd = zstd_init_dctx(unpacker->workspace, bytes);
	return unpacker->zstd;
}

struct mn_unpacker *mn_unpacker_create(void)
{
	unsigned int noio = memalloc_noio_save();
	struct mn_unpacker *unpacker = kzalloc(sizeof(*unpacker), GFP_NOIO);

	if (unpacker && !unpacker_allocate(unpacker)) {
		mn_unpacker_destroy(unpacker);
		unpacker = NULL;
	}
	memalloc_noio_restore(noio);
	return unpacker;
}

void mn_unpacker_destroy(struct mn_unpacker *unpacker)
{
	if (!unpacker)
		return;
	vfree(unpacker->workspace);
	vfree(unpacker->data);
	vfree(unpacker->packed);
	kfree(unpacker);
}

void *mn_unpacker_buffer(struct mn_unpacker *unpacker)
{
	return unpacker->packed;
}

/* To just `room` bytes? */
static bool unpack_bytes(struct mn_unpacker *unpacker, u8 method, u32 bytes, u32 room)
{
	size_t got;

	if (method == MN_PACK_LZ4)
		return LZ4_decompress_safe(unpacker->packed, unpacker->data, bytes, room) == room;
	got = zstd_decompress_dctx(unpacker->zstd, unpacker->data, room, unpacker->packed, bytes);
	return !zstd_is_error(got) && got == room;
}

bool mn_unpack_chunk(struct mn_unpacker *unpacker, u8 method, u32 bytes,
		     struct mn_payload *payload, u32 at, u32 data_bytes)
{
	const void *data = unpacker->packed;
	u32 done, n;

	if (bytes < data_bytes) {
		if (!unpack_bytes(unpacker, method, bytes, data_bytes))
			return false;
		data = unpacker->data;
	}
	for (done = 0; done < data_bytes; done += n) {
		n = min_t(u32, data_bytes - done, PAGE_SIZE);
		memcpy(page_address(payload->vec[(at + done) >> PAGE_SHIFT].bv_page), data + done,
		       n);
	}
	return true;
}
