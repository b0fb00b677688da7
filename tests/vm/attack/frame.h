/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame: the bytes of a frame, built and read from docs/wire.md alone. */
#ifndef MN_ATTACK_FRAME_H
#define MN_ATTACK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	FRAME_HEADER = 64,
	FRAME_PAYLOAD_MAX = 1 << 20,
	HELLO = 1, VERDICT, BITMAP, BITMAP_END, SYNC_BEGIN, SYNC_READY, SYNC_END, SYNC_DONE,
	WRITE, WRITE_ZEROES, FLUSH, ACK, PING, PONG, BYE, COMPARE, DIFFERS,
	TYPE_END
};

/* Offsets in the header. */
enum {
	AT_TYPE = 5, AT_PAYLOAD_BYTES = 8, AT_PAYLOAD_CRC = 12, AT_SEQUENCE = 16, AT_SECTOR = 24,
	AT_SECTORS = 32, AT_BARRIER = 40, AT_WRITE_NUMBER = 48, AT_HEADER_CRC = 60,
	AT_HELLO_VOLUME = 24,		/* in the payload of a HELLO */
};

struct frame {
	uint8_t header[FRAME_HEADER];
	uint8_t payload[FRAME_PAYLOAD_MAX];
	uint32_t payload_bytes;		/* as many follow, whatever the header says */
};

uint64_t frame_get(const uint8_t *at, int bytes);
void frame_put(uint8_t *at, uint64_t value, int bytes);

bool frame_is_sequenced(uint8_t type);
/* Bytes of the payload that a type always has; 0: none, or any. */
uint32_t frame_payload_of(uint8_t type);
/* Both checksums, or that of the header alone. */
void frame_seal(struct frame *frame);
void frame_seal_header(struct frame *frame);
/* A header without payload; to be filled and sealed. */
void frame_begin(struct frame *frame, uint8_t type, uint64_t sequence);
/* Only the bytes that count. */
void frame_copy(struct frame *to, const struct frame *from);

/* Whole frames; false when the socket ended or stood still for its time limit. */
bool frame_read(int fd, struct frame *frame);
bool frame_write(int fd, const struct frame *frame, uint32_t piece);

#endif
