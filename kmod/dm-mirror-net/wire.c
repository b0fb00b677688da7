// SPDX-License-Identifier: GPL-2.0-only
/*
 * wire: encoding, decoding and judging frames (L0, pure)
 *
 * A header is judged in this order: is it one at all (magic, checksum,
 * version), may this peer send this type now, and do its fields fit the type
 * and the volume. What a type does not use must be zero.
 */
#include <linux/build_bug.h>
#include <linux/crc32c.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/string.h>
#include <asm/byteorder.h>

#include "generation.h"
#include "layout.h"
#include "wire.h"

#define MN_BLOCK_SECTOR_SHIFT	(MN_BLOCK_SHIFT - 9)

static_assert(sizeof(struct mn_wire_header) == MN_FRAME_BYTES);
static_assert(offsetof(struct mn_wire_header, header_crc) == MN_FRAME_BYTES - 4);
static_assert(sizeof(struct mn_wire_hello) == 216);
static_assert(sizeof(struct mn_wire_verdict) == 24);
static_assert(sizeof(struct mn_wire_generation) == 8);
static_assert(sizeof(struct mn_wire_sync_begin) == 16);
static_assert(sizeof(struct mn_wire_ack) == 16);
static_assert(sizeof(struct mn_wire_compare) == 32);

enum {
	FROM_SOURCE = 1,
	FROM_TARGET = 2,
	FROM_BOTH = 3,
};

/* What the payload and the fields sector and sectors of a type mean. */
enum frame_shape {
	SHAPE_FIXED,	/* payload of a fixed size, sector and sectors unused */
	SHAPE_BITMAP,
	SHAPE_WRITE,
	SHAPE_ZEROES,
	SHAPE_BYE,
	SHAPE_BLOCK,	/* payload of a fixed size, for one whole block */
};

struct frame_rule {
	const char *text;
	u8 from;
	u8 shape;
	bool sequenced;
	bool anytime;		/* before HELLO too: says nothing that would need it */
	bool position;		/* write_number is used (a position, a token), without a sequence */
	u16 flags;
	u32 features;		/* MN_FEATURE_* without which it is unknown */
	u32 payload_bytes;	/* SHAPE_FIXED and SHAPE_BLOCK only */
};

static const struct frame_rule frame_rules[__MN_FRAME_TYPE_MAX] = {
	[MN_FRAME_HELLO] = {
		.text = "hello", .from = FROM_BOTH,
		.payload_bytes = sizeof(struct mn_wire_hello),
	},
	[MN_FRAME_VERDICT] = {
		.text = "verdict", .from = FROM_BOTH,
		.payload_bytes = sizeof(struct mn_wire_verdict),
	},
	[MN_FRAME_BITMAP] = {
		.text = "bitmap", .from = FROM_TARGET, .shape = SHAPE_BITMAP,
	},
	[MN_FRAME_BITMAP_END] = {
		.text = "bitmap-end", .from = FROM_TARGET,
	},
	[MN_FRAME_SYNC_BEGIN] = {
		.text = "sync-begin", .from = FROM_SOURCE, .sequenced = true,
		.payload_bytes = sizeof(struct mn_wire_sync_begin),
	},
	[MN_FRAME_SYNC_READY] = {
		.text = "sync-ready", .from = FROM_TARGET,
	},
	[MN_FRAME_SYNC_END] = {
		.text = "sync-end", .from = FROM_SOURCE, .sequenced = true,
		.payload_bytes = sizeof(struct mn_wire_generation),
	},
	[MN_FRAME_SYNC_DONE] = {
		.text = "sync-done", .from = FROM_TARGET,
	},
	[MN_FRAME_WRITE] = {
		.text = "write", .from = FROM_SOURCE, .sequenced = true,
		.shape = SHAPE_WRITE,
		.flags = MN_FRAME_F_FUA | MN_FRAME_F_RESYNC | MN_FRAME_F_PACKED,
	},
	[MN_FRAME_WRITE_ZEROES] = {
		.text = "write-zeroes", .from = FROM_SOURCE, .sequenced = true,
		.shape = SHAPE_ZEROES,
		.flags = MN_FRAME_F_FUA | MN_FRAME_F_UNMAP | MN_FRAME_F_RESYNC,
	},
	[MN_FRAME_FLUSH] = {
		.text = "flush", .from = FROM_SOURCE, .sequenced = true,
	},
	[MN_FRAME_ACK] = {
		.text = "ack", .from = FROM_TARGET,
		.payload_bytes = sizeof(struct mn_wire_ack),
	},
	[MN_FRAME_PING] = {
		.text = "ping", .from = FROM_BOTH, .anytime = true, .position = true,
	},
	[MN_FRAME_PONG] = {
		.text = "pong", .from = FROM_BOTH, .anytime = true,
	},
	[MN_FRAME_BYE] = {
		.text = "bye", .from = FROM_BOTH, .shape = SHAPE_BYE, .anytime = true,
	},
	[MN_FRAME_COMPARE] = {
		.text = "compare", .from = FROM_SOURCE, .sequenced = true,
		.shape = SHAPE_BLOCK, .features = MN_FEATURE_COMPARE,
		.flags = MN_FRAME_F_RESYNC,
		.payload_bytes = sizeof(struct mn_wire_compare),
	},
	[MN_FRAME_DIFFERS] = {
		.text = "differs", .from = FROM_TARGET,
		.shape = SHAPE_BLOCK, .features = MN_FEATURE_COMPARE,
	},
	[MN_FRAME_NEEDS_FULL] = {
		.text = "needs-full", .from = FROM_SOURCE, .features = MN_FEATURE_NEEDS_FULL,
	},
	[MN_FRAME_FULL_STORED] = {
		.text = "full-stored", .from = FROM_TARGET, .features = MN_FEATURE_NEEDS_FULL,
	},
	[MN_FRAME_RENEW_READY] = {
		.text = "renew-ready", .from = FROM_BOTH, .features = MN_FEATURE_RENEW,
		.position = true,
	},
	[MN_FRAME_RENEW] = {
		.text = "renew", .from = FROM_BOTH, .features = MN_FEATURE_RENEW,
		.position = true,
	},
	[MN_FRAME_RENEW_ASK] = {
		.text = "renew-ask", .from = FROM_BOTH, .features = MN_FEATURE_RENEW,
	},
	[MN_FRAME_GENERATION] = {
		.text = "generation", .from = FROM_SOURCE, .sequenced = true,
		.features = MN_FEATURE_COPIES, .payload_bytes = sizeof(struct mn_wire_generation),
	},
	[MN_FRAME_COPY] = {
		.text = "copy", .from = FROM_SOURCE, .features = MN_FEATURE_COPIES,
		.payload_bytes = sizeof(struct mn_wire_copy),
	},
};

static const char * const error_texts[__MN_WIRE_ERROR_MAX] = {
	[MN_WIRE_OK] = "no error",
	[MN_WIRE_BAD_MAGIC] = "not a frame of this protocol",
	[MN_WIRE_BAD_CRC] = "checksum of the frame header is wrong",
	[MN_WIRE_BAD_VERSION] = "protocol version is not supported",
	[MN_WIRE_BAD_TYPE] = "frame type is unknown or not legal at this point",
	[MN_WIRE_BAD_FLAGS] = "flags are unknown or not legal for this frame",
	[MN_WIRE_BAD_LENGTH] = "length of the payload does not fit the frame",
	[MN_WIRE_BAD_RANGE] = "range does not lie within the volume",
	[MN_WIRE_BAD_ALIGNMENT] = "range is not aligned to the volume's sectors",
	[MN_WIRE_BAD_SEQUENCE] = "sequence of the stream is broken",
	[MN_WIRE_BAD_DIRECTION] = "frame came from the wrong side of the mirror",
	[MN_WIRE_BAD_RESERVED] = "an unused field of the frame is not zero",
	[MN_WIRE_BAD_PAYLOAD] = "payload holds values that cannot be",
};

static const struct frame_rule *frame_rule(u8 type)
{
	if (type >= __MN_FRAME_TYPE_MAX || !frame_rules[type].text)
		return NULL;
	return &frame_rules[type];
}

bool mn_frame_is_sequenced(u8 type)
{
	const struct frame_rule *rule = frame_rule(type);

	return rule && rule->sequenced;
}

static u32 header_crc(const struct mn_wire_header *header)
{
	return crc32c(~0u, header, offsetof(struct mn_wire_header, header_crc));
}

void mn_wire_encode(const struct mn_frame *frame, struct mn_wire_header *out)
{
	memset(out, 0, sizeof(*out));
	out->magic = cpu_to_le32(MN_WIRE_MAGIC);
	out->version = MN_WIRE_VERSION;
	out->type = frame->type;
	out->flags = cpu_to_le16(frame->flags);
	out->payload_bytes = cpu_to_le32(frame->payload_bytes);
	out->payload_crc = cpu_to_le32(frame->payload_crc);
	out->sequence = cpu_to_le64(frame->sequence);
	out->sector = cpu_to_le64(frame->sector);
	out->sectors = cpu_to_le32(frame->sectors);
	out->barrier = cpu_to_le64(frame->barrier);
	out->write_number = cpu_to_le64(frame->write_number);
	out->header_crc = cpu_to_le32(header_crc(out));
}

static void frame_read(const struct mn_wire_header *in, struct mn_frame *out)
{
	out->type = in->type;
	out->flags = le16_to_cpu(in->flags);
	out->payload_bytes = le32_to_cpu(in->payload_bytes);
	out->payload_crc = le32_to_cpu(in->payload_crc);
	out->sequence = le64_to_cpu(in->sequence);
	out->sector = le64_to_cpu(in->sector);
	out->sectors = le32_to_cpu(in->sectors);
	out->barrier = le64_to_cpu(in->barrier);
	out->write_number = le64_to_cpu(in->write_number);
}

/* Is it a header at all? The checksum comes before everything but the magic. */
static enum mn_wire_error check_envelope(const struct mn_wire_header *in)
{
	if (in->magic != cpu_to_le32(MN_WIRE_MAGIC))
		return MN_WIRE_BAD_MAGIC;
	if (le32_to_cpu(in->header_crc) != header_crc(in))
		return MN_WIRE_BAD_CRC;
	if (in->version != MN_WIRE_VERSION)
		return MN_WIRE_BAD_VERSION;
	if (in->reserved || in->reserved2)
		return MN_WIRE_BAD_RESERVED;
	return MN_WIRE_OK;
}

/* May this peer send this type now? One HELLO opens the link, and only one. */
static enum mn_wire_error check_type(const struct frame_rule *rule, u8 type,
				     const struct mn_wire_limits *limits)
{
	u8 from = limits->from_source ? FROM_SOURCE : FROM_TARGET;
	bool hello = type == MN_FRAME_HELLO;

	if (!rule || (hello == limits->hello_seen && !rule->anytime))
		return MN_WIRE_BAD_TYPE;
	if (rule->features & ~limits->features)
		return MN_WIRE_BAD_TYPE;
	if (!(rule->from & from))
		return MN_WIRE_BAD_DIRECTION;
	return MN_WIRE_OK;
}

static enum mn_wire_error check_sequence(const struct frame_rule *rule,
					 const struct mn_frame *frame,
					 const struct mn_wire_limits *limits)
{
	if (!rule->sequenced && frame->write_number && !rule->position)
		return MN_WIRE_BAD_RESERVED;
	if (!rule->sequenced)
		return frame->sequence || frame->barrier ?
			MN_WIRE_BAD_SEQUENCE : MN_WIRE_OK;
	if (frame->sequence != limits->last_sequence + 1 ||
	    frame->barrier >= frame->sequence)
		return MN_WIRE_BAD_SEQUENCE;
	return MN_WIRE_OK;
}

static bool range_fits(u64 first, u64 count, u64 size)
{
	return count && first < size && count <= size - first;
}

static enum mn_wire_error check_range(const struct mn_frame *frame,
				      const struct mn_wire_limits *limits)
{
	u32 mask = (limits->sector_size >> 9) - 1;

	if (!range_fits(frame->sector, frame->sectors, limits->volume_sectors))
		return MN_WIRE_BAD_RANGE;
	if ((frame->sector & mask) || (frame->sectors & mask))
		return MN_WIRE_BAD_ALIGNMENT;
	return MN_WIRE_OK;
}

/* A packed payload is shorter than its data, or it would not have been packed. */
static bool write_length_fits(const struct mn_frame *frame)
{
	u64 data = (u64)frame->sectors << 9;

	if (data > MN_FRAME_PAYLOAD_MAX)
		return false;
	if (frame->flags & MN_FRAME_F_PACKED)
		return frame->payload_bytes && frame->payload_bytes < data;
	return frame->payload_bytes == data;
}

static enum mn_wire_error check_write(const struct mn_frame *frame,
				      const struct mn_wire_limits *limits)
{
	u16 packed = frame->flags & MN_FRAME_F_PACKED;

	if (packed && (packed == MN_FRAME_F_PACKED || !(limits->features & MN_FEATURE_PACKED)))
		return MN_WIRE_BAD_FLAGS;
	if (!write_length_fits(frame))
		return MN_WIRE_BAD_LENGTH;
	return check_range(frame, limits);
}

static enum mn_wire_error check_zeroes(const struct mn_frame *frame,
				       const struct mn_wire_limits *limits)
{
	if (frame->payload_bytes)
		return MN_WIRE_BAD_LENGTH;
	if (frame->sectors > MN_ZEROES_SECTORS_MAX)
		return MN_WIRE_BAD_RANGE;
	return check_range(frame, limits);
}

static enum mn_wire_error check_bitmap(const struct mn_frame *frame,
				       const struct mn_wire_limits *limits)
{
	u64 blocks = limits->volume_sectors >> MN_BLOCK_SECTOR_SHIFT;

	if (limits->volume_sectors & ((1 << MN_BLOCK_SECTOR_SHIFT) - 1))
		blocks++;
	if (frame->payload_bytes > MN_BITMAP_CHUNK_BYTES ||
	    frame->payload_bytes != ((u64)frame->sectors + 7) >> 3)
		return MN_WIRE_BAD_LENGTH;
	if (!range_fits(frame->sector, frame->sectors, blocks))
		return MN_WIRE_BAD_RANGE;
	return MN_WIRE_OK;
}

static enum mn_wire_error check_block(const struct frame_rule *rule,
				      const struct mn_frame *frame,
				      const struct mn_wire_limits *limits)
{
	u32 block = 1u << MN_BLOCK_SECTOR_SHIFT;

	if (frame->payload_bytes != rule->payload_bytes)
		return MN_WIRE_BAD_LENGTH;
	if (frame->sector >= limits->volume_sectors)
		return MN_WIRE_BAD_RANGE;
	if (frame->sector & (block - 1))
		return MN_WIRE_BAD_ALIGNMENT;
	if (frame->sectors != min_t(u64, block, limits->volume_sectors - frame->sector))
		return MN_WIRE_BAD_RANGE;
	return MN_WIRE_OK;
}

static enum mn_wire_error check_bye(const struct mn_frame *frame)
{
	if (frame->payload_bytes)
		return MN_WIRE_BAD_LENGTH;
	if (frame->sector || frame->sectors >= __MN_REASON_MAX)
		return MN_WIRE_BAD_RANGE;
	return MN_WIRE_OK;
}

static enum mn_wire_error check_fixed(const struct frame_rule *rule,
				      const struct mn_frame *frame)
{
	if (frame->payload_bytes != rule->payload_bytes)
		return MN_WIRE_BAD_LENGTH;
	if (frame->sector || frame->sectors)
		return MN_WIRE_BAD_RESERVED;
	return MN_WIRE_OK;
}

static enum mn_wire_error check_shape(const struct frame_rule *rule,
				      const struct mn_frame *frame,
				      const struct mn_wire_limits *limits)
{
	switch (rule->shape) {
	case SHAPE_WRITE:
		return check_write(frame, limits);
	case SHAPE_ZEROES:
		return check_zeroes(frame, limits);
	case SHAPE_BITMAP:
		return check_bitmap(frame, limits);
	case SHAPE_BYE:
		return check_bye(frame);
	case SHAPE_BLOCK:
		return check_block(rule, frame, limits);
	default:
		return check_fixed(rule, frame);
	}
}

enum mn_wire_error mn_wire_decode(const struct mn_wire_header *in,
				  const struct mn_wire_limits *limits,
				  struct mn_frame *out)
{
	const struct frame_rule *rule = frame_rule(in->type);
	enum mn_wire_error error = check_envelope(in);

	if (!error)
		error = check_type(rule, in->type, limits);
	if (error)
		return error;
	frame_read(in, out);
	if (out->flags & ~rule->flags)
		return MN_WIRE_BAD_FLAGS;
	error = check_sequence(rule, out, limits);
	if (!error)
		error = check_shape(rule, out, limits);
	if (!error && !out->payload_bytes && out->payload_crc)
		error = MN_WIRE_BAD_RESERVED;
	return error;
}

/* Those of a newer version are not ours to judge, in version 1 there are none. */
static u32 features_possible(u8 version_max)
{
	switch (version_max) {
	case 1:
		return 0;
	case 2:
		return MN_FEATURE_PACKED;
	case 3:
		return MN_FEATURE_PACKED | MN_FEATURE_COMPARE;
	case 4:
		return (MN_FEATURE_ALL & ~MN_FEATURE_COPIES) | MN_FEATURE_COPIES_4;
	case MN_WIRE_VERSION_MAX:
		return MN_FEATURE_ALL;
	default:
		return ~0u;
	}
}

/* Features say what a node could do, not what it does. */
static enum mn_wire_error check_hello_version(const struct mn_wire_hello *hello)
{
	if (hello->version_min > MN_WIRE_VERSION_MAX || hello->version_max < MN_WIRE_VERSION ||
	    hello->version_min > hello->version_max)
		return MN_WIRE_BAD_VERSION;
	if (le32_to_cpu(hello->flags) & ~MN_HELLO_F_ALL)
		return MN_WIRE_BAD_FLAGS;
	if (le32_to_cpu(hello->features) & ~features_possible(hello->version_max))
		return MN_WIRE_BAD_FLAGS;
	if (memchr_inv(hello->reserved, 0, sizeof(hello->reserved)))
		return MN_WIRE_BAD_RESERVED;
	return MN_WIRE_OK;
}

/* Sizes which no volume can have; whether they fit ours is the verdict's. */
static bool hello_sizes_possible(const struct mn_wire_hello *hello)
{
	u32 sector_size = le32_to_cpu(hello->sector_size);
	u64 sectors = le64_to_cpu(hello->sectors);

	return mn_sector_size_valid(sector_size) && sectors &&
		sectors <= MN_VOLUME_SECTORS_MAX &&
		!(sectors & ((sector_size >> 9) - 1)) &&
		hello->block_shift == MN_BLOCK_SHIFT;
}

/* A node that can go on with nothing says nothing of how far. */
static bool hello_stream_possible(const struct mn_wire_hello *hello)
{
	if (!hello->stream)
		return hello->fresh && !hello->applied && !hello->sequence;
	return hello->fresh && le64_to_cpu(hello->applied) <= le64_to_cpu(hello->sequence);
}

enum mn_wire_error mn_wire_check_hello(const struct mn_wire_hello *hello, u32 bytes)
{
	enum mn_wire_error error;

	if (bytes != sizeof(*hello))
		return MN_WIRE_BAD_LENGTH;
	error = check_hello_version(hello);
	if (error)
		return error;
	if (hello->role > MN_ROLE_TARGET ||
	    hello->data_state > MN_DATA_INCONSISTENT ||
	    mn_uuid_is_zero(hello->volume_uuid) ||
	    mn_uuid_is_zero(hello->node_uuid) || mn_uuid_is_zero(hello->peer_uuid) ||
	    !hello_sizes_possible(hello) || !hello_stream_possible(hello))
		return MN_WIRE_BAD_PAYLOAD;
	return MN_WIRE_OK;
}

u32 mn_wire_features(const struct mn_wire_hello *hello)
{
	return le32_to_cpu(hello->features) & MN_FEATURE_ALL;
}

enum mn_wire_error mn_wire_check_verdict(const struct mn_wire_verdict *verdict, u32 bytes)
{
	bool goes_on;

	if (bytes != sizeof(*verdict))
		return MN_WIRE_BAD_LENGTH;
	if (memchr_inv(verdict->reserved, 0, sizeof(verdict->reserved)))
		return MN_WIRE_BAD_RESERVED;
	if (verdict->kind >= __MN_VERDICT_MAX || verdict->reason >= __MN_REASON_MAX)
		return MN_WIRE_BAD_PAYLOAD;
	goes_on = verdict->kind == MN_VERDICT_PARTIAL || verdict->kind == MN_VERDICT_FULL ||
		  verdict->kind == MN_VERDICT_RESUME;
	if (goes_on && mn_uuid_is_zero(verdict->source_uuid))
		return MN_WIRE_BAD_PAYLOAD;
	return MN_WIRE_OK;
}

enum mn_wire_error mn_wire_check_sync_begin(const struct mn_wire_sync_begin *begin, u32 bytes)
{
	if (bytes != sizeof(*begin))
		return MN_WIRE_BAD_LENGTH;
	if (memchr_inv(begin->reserved, 0, sizeof(begin->reserved)))
		return MN_WIRE_BAD_RESERVED;
	return begin->full <= 1 && begin->generation ? MN_WIRE_OK : MN_WIRE_BAD_PAYLOAD;
}

enum mn_wire_error mn_wire_check_generation(const struct mn_wire_generation *generation, u32 bytes)
{
	if (bytes != sizeof(*generation))
		return MN_WIRE_BAD_LENGTH;
	return generation->generation ? MN_WIRE_OK : MN_WIRE_BAD_PAYLOAD;
}

enum mn_wire_error mn_wire_check_copy(const struct mn_wire_copy *copy, u32 bytes)
{
	if (bytes != sizeof(*copy))
		return MN_WIRE_BAD_LENGTH;
	return copy->generation && copy->as_of ? MN_WIRE_OK : MN_WIRE_BAD_PAYLOAD;
}

enum mn_wire_error mn_wire_check_ack(const struct mn_wire_ack *ack, u32 bytes,
				     u64 last_applied, u64 last_stable, u64 last_sent)
{
	u64 applied, stable;

	if (bytes != sizeof(*ack))
		return MN_WIRE_BAD_LENGTH;
	applied = le64_to_cpu(ack->applied);
	stable = le64_to_cpu(ack->stable);
	if (stable > applied || applied > last_sent ||
	    applied < last_applied || stable < last_stable)
		return MN_WIRE_BAD_SEQUENCE;
	return MN_WIRE_OK;
}

const char *mn_wire_error_text(enum mn_wire_error error)
{
	if ((u32)error >= __MN_WIRE_ERROR_MAX)
		return "unknown error";
	return error_texts[error];
}

const char *mn_frame_type_text(u8 type)
{
	const struct frame_rule *rule = frame_rule(type);

	return rule ? rule->text : "unknown";
}
