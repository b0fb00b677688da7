// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame.h"

#include <string.h>
#include <sys/socket.h>

static uint32_t table[256];

static void make_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
		table[i] = crc;
	}
}

static uint32_t crc32c(const uint8_t *at, size_t n)
{
	uint32_t crc = ~0u;

	if (!table[1])
		make_table();
	while (n--)
		crc = crc >> 8 ^ table[(crc ^ *at++) & 0xff];
	return crc;
}

uint64_t frame_get(const uint8_t *at, int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

void frame_put(uint8_t *at, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = value >> 8 * i;
}

bool frame_is_sequenced(uint8_t type)
{
	return type == SYNC_BEGIN || type == SYNC_END || type == WRITE || type == WRITE_ZEROES ||
	       type == FLUSH;
}

uint32_t frame_payload_of(uint8_t type)
{
	switch (type) {
	case HELLO: return 216;
	case VERDICT: return 24;
	case SYNC_BEGIN: return 16;
	case SYNC_END: return 8;
	case ACK: return 16;
	case COMPARE: return 32;
	default: return 0;
	}
}

void frame_seal_header(struct frame *frame)
{
	frame_put(frame->header + AT_HEADER_CRC, crc32c(frame->header, AT_HEADER_CRC), 4);
}

void frame_seal(struct frame *frame)
{
	uint32_t crc = frame->payload_bytes ? crc32c(frame->payload, frame->payload_bytes) : 0;

	frame_put(frame->header + AT_PAYLOAD_CRC, crc, 4);
	frame_seal_header(frame);
}

void frame_begin(struct frame *frame, uint8_t type, uint64_t sequence)
{
	memset(frame->header, 0, sizeof(frame->header));
	frame_put(frame->header, 0x4d4e4631u, 4);
	frame->header[4] = 1;
	frame->header[AT_TYPE] = type;
	frame->payload_bytes = frame_payload_of(type);
	memset(frame->payload, 0, frame->payload_bytes);
	frame_put(frame->header + AT_PAYLOAD_BYTES, frame->payload_bytes, 4);
	frame_put(frame->header + AT_SEQUENCE, frame_is_sequenced(type) ? sequence : 0, 8);
}

void frame_copy(struct frame *to, const struct frame *from)
{
	memcpy(to->header, from->header, sizeof(to->header));
	memcpy(to->payload, from->payload, from->payload_bytes);
	to->payload_bytes = from->payload_bytes;
}

static bool read_all(int fd, uint8_t *at, size_t n)
{
	while (n) {
		ssize_t got = recv(fd, at, n, 0);

		if (got <= 0)
			return false;
		at += got;
		n -= got;
	}
	return true;
}

static bool write_all(int fd, const uint8_t *at, size_t n, uint32_t piece)
{
	while (n) {
		ssize_t sent = send(fd, at, n < piece ? n : piece, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += sent;
		n -= sent;
	}
	return true;
}

/* The kernel's own frames are right: nothing else is to be expected from it. */
bool frame_read(int fd, struct frame *frame)
{
	if (!read_all(fd, frame->header, sizeof(frame->header)))
		return false;
	frame->payload_bytes = frame_get(frame->header + AT_PAYLOAD_BYTES, 4);
	return frame->payload_bytes <= FRAME_PAYLOAD_MAX &&
	       read_all(fd, frame->payload, frame->payload_bytes);
}

bool frame_write(int fd, const struct frame *frame, uint32_t piece)
{
	return write_all(fd, frame->header, sizeof(frame->header), piece) &&
	       write_all(fd, frame->payload, frame->payload_bytes, piece);
}
