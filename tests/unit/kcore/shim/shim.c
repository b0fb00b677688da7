// SPDX-License-Identifier: GPL-2.0-or-later
/* The two things of the shim that need a place of their own. */
#include <linux/bug.h>
#include <linux/crc32c.h>

unsigned int shim_warnings;

/* Bit by bit: reflected Castagnoli polynomial, no inversion at either end. */
static u32 crc32c_byte(u32 crc, u8 byte)
{
	int i;

	crc ^= byte;
	for (i = 0; i < 8; i++)
		crc = (crc >> 1) ^ (0x82f63b78u & -(crc & 1));
	return crc;
}

u32 crc32c(u32 crc, const void *data, unsigned int bytes)
{
	static u32 table[256];
	const u8 *at = data;
	u32 i;

	if (!table[1])
		for (i = 0; i < 256; i++)
			table[i] = crc32c_byte(0, i);
	for (; bytes; bytes--)
		crc = (crc >> 8) ^ table[(crc ^ *at++) & 0xff];
	return crc;
}
