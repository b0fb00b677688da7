/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stats: volumes and mirrors in sysfs (L4; docs/netlink.md lists the files)
 */
#ifndef MN_STATS_H
#define MN_STATS_H

int mn_stats_init(void);
void mn_stats_exit(void);

#endif
