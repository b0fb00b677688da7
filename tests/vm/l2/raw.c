// SPDX-License-Identifier: GPL-2.0-or-later
/* raw: frames as a stranger would build them, from docs/wire.md alone. */
#include <string.h>
#include "l2.h"

static uint32_t crc32c(const uint8_t *at, size_t n)
{
	uint32_t crc = ~0u;

	while (n--) {
		crc ^= *at++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return crc;
}

static void put(uint8_t *at, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = value >> 8 * i;
}

void raw_seal_header(struct raw_frame *raw)
{
	put(raw->header + 60, crc32c(raw->header, 60), 4);
}

void raw_seal(struct raw_frame *raw)
{
	put(raw->header + 12, crc32c(raw->payload, sizeof(raw->payload)), 4);
	raw_seal_header(raw);
}

void raw_pack(struct raw_frame *raw, uint16_t flag, uint32_t sectors)
{
	put(raw->header + 6, flag, 2);
	put(raw->header + 32, sectors, 4);
	raw_seal(raw);
}

void raw_write(struct raw_frame *raw, uint64_t sequence)
{
	memset(raw, 0, sizeof(*raw));
	put(raw->header, 0x4d4e4631u, 4);		/* magic */
	raw->header[4] = 1;				/* version */
	raw->header[5] = 9;				/* WRITE */
	put(raw->header + 8, sizeof(raw->payload), 4);	/* payload_bytes */
	put(raw->header + 16, sequence, 8);
	put(raw->header + 24, 64, 8);			/* sector */
	put(raw->header + 32, sizeof(raw->payload) / 512, 4);	/* sectors */
	raw_seal(raw);
}

void raw_renewal(struct raw_frame *raw, uint8_t type, uint64_t number)
{
	memset(raw, 0, sizeof(*raw));
	put(raw->header, 0x4d4e4631u, 4);
	raw->header[4] = 1;
	raw->header[5] = type;
	put(raw->header + 48, number, 8);		/* write_number */
	raw_seal_header(raw);
}
