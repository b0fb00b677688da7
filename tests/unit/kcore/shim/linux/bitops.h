/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/bits.h>

static inline unsigned int hweight_long(unsigned long word)
{
	return __builtin_popcountl(word);
}

/* The last bit set, counted from 1; 0 of 0. */
static inline int fls64(unsigned long long number)
{
	return number ? 64 - __builtin_clzll(number) : 0;
}

#endif
