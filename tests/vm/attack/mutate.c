// SPDX-License-Identifier: GPL-2.0-or-later
#include "mutate.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
	uint8_t at, bytes;
} fields[] = {
	{ 0, 4 }, { 4, 1 }, { 5, 1 }, { 6, 2 }, { 8, 4 }, { 12, 4 }, { 16, 8 }, { 24, 8 },
	{ 32, 4 }, { 36, 4 }, { 40, 8 }, { 48, 8 }, { 56, 4 }, { 60, 4 },
	/* what a receiver works with comes more often than what it only compares */
	{ 6, 2 }, { 16, 8 }, { 24, 8 }, { 24, 8 }, { 24, 8 }, { 32, 4 }, { 32, 4 }, { 32, 4 },
	{ 40, 8 }, { 40, 8 }, { 48, 8 },
};

/* What each side may send at some time or other. */
static const uint8_t types_of[2][11] = {
	{ SYNC_BEGIN, SYNC_END, WRITE, WRITE_ZEROES, WRITE_ZEROES, FLUSH, PING, PONG, BYE, VERDICT,
	  COMPARE },
	{ BITMAP, BITMAP, BITMAP_END, SYNC_READY, SYNC_DONE, ACK, ACK, PING, BYE, VERDICT,
	  DIFFERS },
};

/* Fields of the payloads that have any: as wide as they are, or every byte for itself. */
static const uint8_t hello_fields[] = { 0, 1, 2, 3, 4, 8, 12, 16, 24, 40, 56, 72, 80, 88, 96, 104,
					152, 160, 168, 176, 184, 192, 200, 208, 209 };

static uint8_t type_of(const struct frame *frame)
{
	return frame->header[AT_TYPE];
}

/* ---- what the other end may believe ---- */

static void rename_volume(struct way *way, struct frame *frame)
{
	if (type_of(frame) == HELLO && frame->payload_bytes > AT_HELLO_VOLUME) {
		frame->payload[AT_HELLO_VOLUME] = way->rename_back ? 'v' : 'w';
		frame_seal(frame);
	}
}

/* An ACK names nothing that was not sent, as long as nobody asked it to. */
static void limit_ack(struct way *way, struct frame *frame)
{
	uint64_t sent = __atomic_load_n(&way->other->sequence, __ATOMIC_RELAXED);

	if (!__atomic_load_n(&way->other->begun, __ATOMIC_ACQUIRE))
		return;
	for (int at = 0; at < 16; at += 8)
		if (frame_get(frame->payload + at, 8) > sent)
			frame_put(frame->payload + at, sent, 8);
	frame_seal(frame);
}

/* A stream of an earlier link goes on where it was. */
static void learn_sequence(struct way *way, const struct frame *frame)
{
	if (way->begun || !frame_is_sequenced(type_of(frame)))
		return;
	way->sequence = frame_get(frame->header + AT_SEQUENCE, 8) - 1;
	__atomic_store_n(&way->begun, true, __ATOMIC_RELEASE);
}

static void remember(struct way *way, const struct frame *frame)
{
	unsigned int place = way->index % PAST;

	if (frame->payload_bytes > PAST_BYTES)
		return;
	pthread_mutex_lock(&way->past_lock);
	memcpy(way->past[place].header, frame->header, FRAME_HEADER);
	memcpy(way->past[place].payload, frame->payload, frame->payload_bytes);
	way->past[place].payload_bytes = frame->payload_bytes;
	pthread_mutex_unlock(&way->past_lock);
}

static bool put(struct way *way, struct frame *frame, uint32_t piece)
{
	if (way->renumber && frame_is_sequenced(type_of(frame))) {
		frame_put(frame->header + AT_SEQUENCE, way->sequence + 1, 8);
		frame_seal_header(frame);
	}
	if (frame_is_sequenced(type_of(frame)))
		__atomic_store_n(&way->sequence, way->sequence + 1, __ATOMIC_RELAXED);
	return frame_write(way->to, frame, piece);
}

static bool send_plain(struct way *way, struct frame *frame)
{
	return put(way, frame, FRAME_PAYLOAD_MAX);
}

/* ---- the mutations ---- */

static bool change_field(struct way *way, struct dice *dice)
{
	unsigned int which = dice_below(dice, sizeof(fields) / sizeof(*fields));
	uint8_t *at = way->frame->header + fields[which].at;

	frame_put(at, dice_interesting(dice, frame_get(at, fields[which].bytes)),
		  fields[which].bytes);
	if (dice_once_in(dice, 8))	/* a checksum that is wrong, and nothing more */
		return frame_write(way->to, way->frame, FRAME_PAYLOAD_MAX);
	if (fields[which].at != AT_HEADER_CRC)
		frame_seal_header(way->frame);
	return send_plain(way, way->frame);
}

static void change_number(struct dice *dice, uint8_t *at, uint32_t left)
{
	uint32_t bytes = 1u << dice_below(dice, 4);

	if (bytes > left)
		bytes = 1;
	frame_put(at, dice_interesting(dice, frame_get(at, bytes)), bytes);
}

static bool change_payload(struct way *way, struct dice *dice)
{
	struct frame *frame = way->frame;
	uint32_t n = frame->payload_bytes, at;

	if (!n)
		return change_field(way, dice);
	for (int times = 1 + dice_below(dice, 3); times; times--) {
		at = dice_below(dice, n);
		if (type_of(frame) == HELLO && !dice_once_in(dice, 4))
			at = hello_fields[dice_below(dice, sizeof(hello_fields))];
		else if (n <= 24)
			at = at / 8 * 8;
		if (at < n)
			change_number(dice, frame->payload + at, n - at);
	}
	frame_seal(frame);
	return send_plain(way, frame);
}

/* The length is another one, and so many bytes there really are. */
static bool change_length(struct way *way, struct dice *dice)
{
	struct frame *frame = way->frame;
	uint32_t was = frame->payload_bytes;
	uint64_t want = dice_interesting(dice, was) % (FRAME_PAYLOAD_MAX + 1);

	if (want > was)
		memset(frame->payload + was, 0x5a, want - was);
	frame->payload_bytes = want;
	frame_put(frame->header + AT_PAYLOAD_BYTES, want, 4);
	if (type_of(frame) == WRITE && dice_once_in(dice, 2))
		frame_put(frame->header + AT_SECTORS, want / 512, 4);
	frame_seal(frame);
	return send_plain(way, frame);
}

enum { SECTORS = 8192, BLOCKS = 64 };	/* of the volume */

/* Sectors or blocks, within the volume for the most part. */
static void invent_range(struct frame *made, struct dice *dice, uint32_t size, uint32_t unit)
{
	uint64_t start = dice_below(dice, size) / unit * unit;
	uint64_t length = 1 + dice_below(dice, size - start);

	if (dice_once_in(dice, 3))
		start = dice_interesting(dice, size);
	if (dice_once_in(dice, 3))
		length = dice_interesting(dice, size - start);
	frame_put(made->header + AT_SECTOR, start, 8);
	frame_put(made->header + AT_SECTORS, (length + unit - 1) / unit * unit, 4);
}

static void invent_payload(struct frame *made, struct dice *dice)
{
	uint64_t bytes = frame_get(made->header + AT_SECTORS, 4);

	bytes = made->header[AT_TYPE] == BITMAP ? (bytes + 7) / 8 : bytes * 512;
	made->payload_bytes = bytes < 65536 ? bytes : 4096;
	memset(made->payload, dice_word(dice), made->payload_bytes);
	frame_put(made->header + AT_PAYLOAD_BYTES, made->payload_bytes, 4);
}

/* A frame that nobody meant to send, in itself without fault. */
static bool invent(struct way *way, struct dice *dice, uint8_t type)
{
	struct frame *made = way->spare;

	frame_begin(made, type, way->sequence + 1);
	for (uint32_t at = 0; at + 8 <= made->payload_bytes; at += 8)
		if (dice_once_in(dice, 2))
			frame_put(made->payload + at, dice_interesting(dice, way->other->sequence), 8);
	if (type == WRITE || type == WRITE_ZEROES)
		invent_range(made, dice, SECTORS, dice_once_in(dice, 8) ? 1 : 8);
	if (type == BITMAP)
		invent_range(made, dice, BLOCKS, 1);
	if (type == BITMAP || type == WRITE)
		invent_payload(made, dice);
	if (type == BYE)
		frame_put(made->header + AT_SECTORS, dice_below(dice, 32), 4);
	if (type == WRITE || type == WRITE_ZEROES)
		frame_put(made->header + AT_TYPE + 1, dice_below(dice, 8), 2);
	if (frame_is_sequenced(type) && dice_once_in(dice, 2))
		frame_put(made->header + AT_BARRIER, dice_interesting(dice, way->sequence), 8);
	frame_seal(made);
	return send_plain(way, made) && send_plain(way, way->frame);
}

static bool invent_any(struct way *way, struct dice *dice)
{
	uint8_t type = dice_below(dice, TYPE_END + 2);

	if (!dice_once_in(dice, 4))
		type = types_of[way->number][dice_below(dice, 10)];
	return invent(way, dice, type);
}

/* One of the last frames of this way or of the other one again, and then this one. */
static bool replay(struct way *way, struct dice *dice)
{
	struct way *of = dice_once_in(dice, 4) ? way->other : way;
	unsigned int place = dice_below(dice, PAST);

	pthread_mutex_lock(&of->past_lock);
	way->spare->payload_bytes = of->past[place].payload_bytes;
	memcpy(way->spare->header, of->past[place].header, FRAME_HEADER);
	memcpy(way->spare->payload, of->past[place].payload, way->spare->payload_bytes);
	pthread_mutex_unlock(&of->past_lock);
	return send_plain(way, way->spare) && send_plain(way, way->frame);
}

static bool repeat(struct way *way, struct dice *dice)
{
	for (int times = 1 + dice_below(dice, 20); times; times--)
		if (!send_plain(way, way->frame))
			return false;
	return true;
}

/* It comes after the next one. */
static bool hold(struct way *way)
{
	struct frame *frame = way->frame;

	way->frame = way->held;
	way->held = frame;
	way->holding = true;
	return true;
}

static bool cut_short(struct way *way, struct dice *dice)
{
	struct frame *frame = way->frame;

	if (dice_once_in(dice, 2) || !frame->payload_bytes) {
		send(way->to, frame->header, dice_below(dice, FRAME_HEADER), MSG_NOSIGNAL);
	} else {
		frame->payload_bytes = dice_below(dice, frame->payload_bytes);
		frame_write(way->to, frame, FRAME_PAYLOAD_MAX);
	}
	return false;
}

/* Nothing is read meanwhile: a peer that stands still. */
static bool stand_still(struct way *way, struct dice *dice)
{
	usleep(1000 * (1 + dice_below(dice, dice_once_in(dice, 8) ? 3000 : 100)));
	return send_plain(way, way->frame);
}

static bool mutate(struct way *way, struct dice *dice)
{
	__atomic_add_fetch(&way->mutations, 1, __ATOMIC_RELAXED);
	/* A target that has nothing to tell sends no bits, and a moment later none may come. */
	if (type_of(way->frame) == BITMAP_END && dice_once_in(dice, 2))
		return invent(way, dice, BITMAP);
	switch (dice_below(dice, 16)) {
	case 0: case 1: case 2: case 3: return change_field(way, dice);
	case 4: case 5: case 6: case 7: return change_payload(way, dice);
	case 8: return change_length(way, dice);
	case 9: case 10: return invent_any(way, dice);
	case 11: return replay(way, dice);
	case 12: return dice_once_in(dice, 2) ? repeat(way, dice) : true;	/* or it is lost */
	case 13: return hold(way);
	case 14: return dice_once_in(dice, 4) ? cut_short(way, dice) :
			put(way, way->frame, 1 + dice_below(dice, 300));
	default: return stand_still(way, dice);
	}
}

bool way_pass(struct way *way)
{
	struct dice dice = dice_of(way->seed, way->session, way->number, way->index);
	bool change = way->at == way->index || (way->one_in && dice_once_in(&dice, way->one_in));
	bool armed = __atomic_load_n(&way->armed, __ATOMIC_RELAXED);
	bool late = way->holding;

	rename_volume(way, way->frame);
	learn_sequence(way, way->frame);
	remember(way, way->frame);
	if (way->renumber && type_of(way->frame) == ACK)
		limit_ack(way, way->frame);
	way->index++;
	way->holding = false;
	if (late)
		return send_plain(way, way->frame) && send_plain(way, way->held);
	return change && armed ? mutate(way, &dice) : send_plain(way, way->frame);
}
