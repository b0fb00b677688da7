/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wire: the frames of a link (L0, pure; docs/wire.md)
 *
 * A link carries frames: a header of MN_FRAME_BYTES, little-endian, then
 * payload_bytes of payload. Sequenced frames (WRITE, WRITE_ZEROES, FLUSH,
 * SYNC_BEGIN, SYNC_END, COMPARE, GENERATION) go from source to target only and count the stream
 * sequence up by one each, starting with 1; a later link may carry the stream on.
 */
#ifndef MN_WIRE_H
#define MN_WIRE_H

#include <linux/sizes.h>
#include <linux/types.h>
#include <linux/dm_mirror_net.h>

#define MN_WIRE_MAGIC		0x4d4e4631u	/* "MNF1" */
#define MN_WIRE_VERSION		1	/* in every header */
#define MN_WIRE_VERSION_MAX	5	/* in HELLO: from 2 on features count */
#define MN_FRAME_BYTES		64
#define MN_FRAME_PAYLOAD_MAX	SZ_1M		/* bytes; one bio at most */
#define MN_ZEROES_SECTORS_MAX	(SZ_64M >> 9)
#define MN_HISTORY		8		/* generations remembered */
#define MN_BITMAP_CHUNK_BYTES	4096		/* largest payload of a BITMAP frame */

enum mn_frame_type {
	MN_FRAME_HELLO = 1,	/* both: struct mn_wire_hello */
	MN_FRAME_VERDICT,	/* both: struct mn_wire_verdict, for the cross-check */
	MN_FRAME_BITMAP,	/* target: bits of blocks from `sector` on, LSB first */
	MN_FRAME_BITMAP_END,	/* target: all dirty bits have been sent */
	MN_FRAME_SYNC_BEGIN,	/* source: struct mn_wire_sync_begin; durable before more */
	MN_FRAME_SYNC_READY,	/* target: it is */
	MN_FRAME_SYNC_END,	/* source: struct mn_wire_generation; consistent when stable */
	MN_FRAME_SYNC_DONE,	/* target: it is, durably */
	MN_FRAME_WRITE,		/* source: payload for `sector` */
	MN_FRAME_WRITE_ZEROES,	/* source: `sectors` from `sector` on read zero */
	MN_FRAME_FLUSH,		/* source */
	MN_FRAME_ACK,		/* target: struct mn_wire_ack */
	MN_FRAME_PING,		/* both; write_number: the sender's position, durable */
	MN_FRAME_PONG,		/* both */
	MN_FRAME_BYE,		/* both: orderly end, reason in `sectors` */
	MN_FRAME_COMPARE,	/* source: struct mn_wire_compare of the block at `sector` */
	MN_FRAME_DIFFERS,	/* target: the block there has another sum, or is unreadable */
	MN_FRAME_NEEDS_FULL,	/* source: record that you need a full resync; nothing follows */
	MN_FRAME_FULL_STORED,	/* target: it is, durably */
	MN_FRAME_RENEW_READY,	/* both: holds the socket named by write_number; 0: none now */
	MN_FRAME_RENEW,		/* both: the last one here; what follows comes on that socket */
	MN_FRAME_RENEW_ASK,	/* acceptor: make a new socket for this link */
	MN_FRAME_GENERATION,	/* source: struct mn_wire_generation; durable before more */
	MN_FRAME_COPY,		/* source: struct mn_wire_copy: how far another target is */
	__MN_FRAME_TYPE_MAX,
};

/* Flags of a frame; a bit not named here is a protocol error. */
#define MN_FRAME_F_FUA		0x0001	/* writes: on stable storage before it is applied */
#define MN_FRAME_F_UNMAP	0x0002	/* WRITE_ZEROES: deallocation is allowed */
#define MN_FRAME_F_RESYNC	0x0004	/* writes: sent by the resync cursor */
#define MN_FRAME_F_LZ4		0x0008	/* WRITE: the payload is packed (pack.h) */
#define MN_FRAME_F_ZSTD		0x0010	/* WRITE: the payload is packed (pack.h) */
#define MN_FRAME_F_PACKED	(MN_FRAME_F_LZ4 | MN_FRAME_F_ZSTD)	/* one of them */

/* The header as it is on the wire. What a type does not use is zero. */
struct mn_wire_header {
	__le32 magic;
	__u8 version;
	__u8 type;
	__le16 flags;
	__le32 payload_bytes;
	__le32 payload_crc;	/* crc32c of the payload, 0 when there is none */
	__le64 sequence;	/* of the stream; 0 for frames which are not sequenced */
	__le64 sector;		/* first 512-byte sector; BITMAP: first block */
	__le32 sectors;		/* length; BITMAP: bits; BYE: enum mn_reason */
	__le32 reserved;	/* 0 */
	__le64 barrier;		/* I4: sequence of the last FLUSH or FUA completed at the source */
	__le64 write_number;	/* volume-wide (I13) */
	__le32 reserved2;	/* 0 */
	__le32 header_crc;	/* crc32c of the 60 bytes before it */
};

/* The same, decoded and checked. */
struct mn_frame {
	u8 type;		/* enum mn_frame_type */
	u16 flags;
	u32 payload_bytes;
	u32 payload_crc;
	u64 sequence;
	u64 sector;
	u32 sectors;
	u64 barrier;
	u64 write_number;
};

/* What a receiver knows, to judge a header by. */
struct mn_wire_limits {
	u64 volume_sectors;
	u32 sector_size;	/* bytes, of the volume */
	u64 last_sequence;	/* of the last sequenced frame of the stream; 0 before the first */
	bool from_source;	/* the peer is the source of this stream (known after VERDICT) */
	bool hello_seen;	/* before it: HELLO, PING, PONG, BYE only; after it: no HELLO */
	u32 features;		/* MN_FEATURE_*, what both sides have */
};

struct mn_wire_hello {
	__u8 version_min;
	__u8 version_max;
	__u8 role;		/* enum mn_role */
	__u8 data_state;	/* enum mn_data_state */
	__le32 flags;		/* MN_HELLO_F_* */
	__le32 features;	/* MN_FEATURE_*; 0 in version 1 */
	__le32 sector_size;
	__le64 sectors;
	__u8 volume_uuid[MN_UUID_LEN];
	__u8 node_uuid[MN_UUID_LEN];	/* of the sender */
	__u8 peer_uuid[MN_UUID_LEN];	/* to whom it believes to speak */
	__le64 generation;
	__le64 base;		/* what the two last had in common, 0 = never anything */
	__le64 old_base;	/* ... before the last stream: the target has one of the two */
	__le64 history[MN_HISTORY];	/* newest first, 0 = unused */
	__le64 position;	/* own, durable */
	__le64 peer_position;	/* the last one the peer announced to the sender */
	__le64 fresh;		/* the stream that would begin here, were the sender source */
	__le64 stream;		/* the one that the sender could go on with; 0: none */
	__le64 applied;		/* of it: what the target has, as far as the sender knows */
	__le64 sequence;	/* source: the last one given out; target: as applied */
	__u8 block_shift;
	__u8 reserved[7];	/* 0 */
};

#define MN_HELLO_F_UNLOCKED	0x01	/* the volume is open for use */
#define MN_HELLO_F_FULL_NEEDED	0x02	/* the sender's slot for the peer asks for a full resync */
#define MN_HELLO_F_BLANK	0x04	/* the sender's data may be overwritten by any generation */
#define MN_HELLO_F_WRITTEN	0x08	/* a target that was unlocked and written */
#define MN_HELLO_F_WAIT_PEER	0x10	/* was source, locked until the peer has answered */
#define MN_HELLO_F_MOVED_ON	0x20	/* does not go back from its present generation */
#define MN_HELLO_F_ALL		0x3f

/* What the sender of a HELLO can do; used if both can. */
#define MN_FEATURE_PACKED	0x01	/* unpack payloads */
#define MN_FEATURE_COMPARE	0x02	/* COMPARE and DIFFERS; from version 3 on */
#define MN_FEATURE_NEEDS_FULL	0x04	/* NEEDS_FULL and FULL_STORED; from version 4 on */
#define MN_FEATURE_RENEW	0x08	/* RENEW_READY, RENEW and RENEW_ASK; as that */
#define MN_FEATURE_COPIES	0x20	/* GENERATION and COPY; from version 5 on */
#define MN_FEATURE_ALL		0x2f
/* What version 4 called that; its COPY had no positions, and is not understood any more. */
#define MN_FEATURE_COPIES_4	0x10

struct mn_wire_verdict {
	__u8 kind;		/* enum mn_verdict_kind, generation.h */
	__u8 reason;		/* enum mn_reason */
	__u8 reserved[6];	/* 0 */
	__u8 source_uuid[MN_UUID_LEN];	/* all zero when there is none */
};

struct mn_wire_generation {
	__le64 generation;
};

struct mn_wire_sync_begin {
	__le64 generation;	/* of the source now */
	__u8 full;		/* 1: the target's old generation means nothing any more */
	__u8 reserved[7];	/* 0 */
};

struct mn_wire_copy {
	__u8 node_uuid[MN_UUID_LEN];	/* of that target */
	__le64 generation;	/* that it has, durably */
	__le64 as_of;		/* it has all writes up to this number, stable */
	__le64 position;	/* that it announced to the source last */
};

/* A COMPARE names one whole block (MN_BLOCK_SHIFT), or what the volume has of its last one. */
struct mn_wire_compare {
	__u8 sum[32];		/* BLAKE2s (RFC 7693), 256 bits, no key */
};

struct mn_wire_ack {
	__le64 applied;		/* everything up to here is in the target's data device */
	__le64 stable;		/* ... and flushed; <= applied */
};

/* Why a header was refused; mn_wire_error_text() says it in words. */
enum mn_wire_error {
	MN_WIRE_OK = 0,
	MN_WIRE_BAD_MAGIC,
	MN_WIRE_BAD_CRC,
	MN_WIRE_BAD_VERSION,
	MN_WIRE_BAD_TYPE,
	MN_WIRE_BAD_FLAGS,
	MN_WIRE_BAD_LENGTH,
	MN_WIRE_BAD_RANGE,
	MN_WIRE_BAD_ALIGNMENT,
	MN_WIRE_BAD_SEQUENCE,
	MN_WIRE_BAD_DIRECTION,
	MN_WIRE_BAD_RESERVED,
	MN_WIRE_BAD_PAYLOAD,
	__MN_WIRE_ERROR_MAX,
};

bool mn_frame_is_sequenced(u8 type);

void mn_wire_encode(const struct mn_frame *frame, struct mn_wire_header *out);

/*
 * Decode and check a header as far as it can be without its payload: nothing
 * of it may be believed unless this returns MN_WIRE_OK. The payload checksum is
 * the caller's business.
 */
enum mn_wire_error mn_wire_decode(const struct mn_wire_header *in,
				  const struct mn_wire_limits *limits,
				  struct mn_frame *out);

/*
 * Checks of payload structures: `bytes` is the length of the caller's frame. An
 * ack may not go back, nor name what was never sent.
 */
enum mn_wire_error mn_wire_check_hello(const struct mn_wire_hello *hello, u32 bytes);
/* Of a checked HELLO: what the peer can do of what this version knows. */
u32 mn_wire_features(const struct mn_wire_hello *hello);
enum mn_wire_error mn_wire_check_verdict(const struct mn_wire_verdict *verdict, u32 bytes);
enum mn_wire_error mn_wire_check_sync_begin(const struct mn_wire_sync_begin *begin, u32 bytes);
enum mn_wire_error mn_wire_check_generation(const struct mn_wire_generation *generation, u32 bytes);
enum mn_wire_error mn_wire_check_copy(const struct mn_wire_copy *copy, u32 bytes);
enum mn_wire_error mn_wire_check_ack(const struct mn_wire_ack *ack, u32 bytes,
				     u64 last_applied, u64 last_stable, u64 last_sent);

const char *mn_wire_error_text(enum mn_wire_error error);
const char *mn_frame_type_text(u8 type);

#endif
