/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pure core of the module on the host. What stands in shim/ are our own
 * small versions of the kernel's functions of the same names, as far as the
 * files of L0 use them; where the host has the header too, it comes first.
 */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include_next <linux/types.h>

#include <stddef.h>
#ifndef __cplusplus
#include <stdbool.h>
#endif

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

#endif
