/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_SIZES_H
#define SHIM_LINUX_SIZES_H

#define SZ_1K	0x00000400
#define SZ_64K	0x00010000
#define SZ_1M	0x00100000
#define SZ_4M	0x00400000
#define SZ_64M	0x04000000

#endif
