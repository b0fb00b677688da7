/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_CRC32C_H
#define SHIM_LINUX_CRC32C_H

#include <linux/types.h>

#ifdef __cplusplus
extern "C"
#endif
u32 crc32c(u32 crc, const void *data, unsigned int bytes);

#endif
