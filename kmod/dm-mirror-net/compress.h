/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compress: packing and unpacking payloads with the kernel's LZ4 and zstd (L2; pack.h)
 *
 * Nothing here takes memory but the two functions that create.
 */
#ifndef MN_COMPRESS_H
#define MN_COMPRESS_H

#include <linux/bvec.h>
#include "pack.h"
#include "payload.h"

/* A sender's: 1.2 MiB, and what the level needs. One user at a time. */
struct mn_packer;

/* May sleep (GFP_NOIO). level: 1..9. NULL: no memory. */
struct mn_packer *mn_packer_create(u32 level);
void mn_packer_destroy(struct mn_packer *packer);	/* may sleep; NULL is fine */
/* Forget what was packed. */
void mn_packer_reset(struct mn_packer *packer);

/* A payload, packed; valid until reset. */
struct mn_packed {
	const void *at;
	u32 bytes;
	u16 flag;		/* MN_FRAME_F_* */
};

/*
 * False: not worth it, or not tried, or no room: mn_packer_reset() makes room for one of
 * MN_FRAME_PAYLOAD_MAX after less than MN_PACK_ROOM bytes.
 */
bool mn_packer_pack(struct mn_packer *packer, const struct mn_payload *payload,
		    struct mn_packed *packed);
/* The vectors of what was packed, into room for payload->pages + 1; how many. */
u32 mn_packed_vecs(const struct mn_packed *packed, struct bio_vec *vec);

#define MN_PACK_ROOM	SZ_64K

/* A receiver's: 290 KiB. One user at a time. */
struct mn_unpacker;

/* May sleep (GFP_NOIO). NULL: no memory. */
struct mn_unpacker *mn_unpacker_create(void);
void mn_unpacker_destroy(struct mn_unpacker *unpacker);	/* may sleep; NULL is fine */
/* MN_PACK_CHUNK bytes, for what is given to mn_unpack_chunk(). */
void *mn_unpacker_buffer(struct mn_unpacker *unpacker);
/*
 * Unpack the first `bytes` of the buffer to offset `at` of the payload, where there is room for
 * data_bytes (at most MN_PACK_CHUNK). False: it does not unpack to just that length.
 */
bool mn_unpack_chunk(struct mn_unpacker *unpacker, u8 method, u32 bytes,
		     struct mn_payload *payload, u32 at, u32 data_bytes);

#endif
