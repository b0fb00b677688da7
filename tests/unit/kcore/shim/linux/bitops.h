/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_BITOPS_H
#define SHIM_LINUX_BITOPS_H

#include <linux/bits.h>

static inline unsigned int hweight_long(unsigned long word)
{
	return __builtin_popcountl(word);
}

#endif
