/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_BITMAP_H
#define SHIM_LINUX_BITMAP_H

#include <linux/bitops.h>

/* The first bit set at or after `from`, or `size`. */
static inline unsigned long find_next_bit(const unsigned long *bits, unsigned long size,
					  unsigned long from)
{
	while (from < size) {
		unsigned long rest = bits[from / BITS_PER_LONG] >> (from % BITS_PER_LONG);

		if (rest) {
			from += __builtin_ctzl(rest);
			return from < size ? from : size;
		}
		from = (from / BITS_PER_LONG + 1) * BITS_PER_LONG;
	}
	return size;
}

#endif
