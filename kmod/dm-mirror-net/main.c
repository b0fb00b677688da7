// SPDX-License-Identifier: GPL-2.0-only
/*
 * dm-mirror-net: real-time block-level replication of a volume to other nodes
 *
 * Who shows must be there before what is shown, so the target, by which volumes
 * come into being, is registered last and goes first. Nothing here can wait
 * for a volume on the way out: each front of a volume holds the module.
 */
#include <linux/module.h>
#include <linux/stringify.h>
#include "layout.h"
#include "netlink.h"
#include "stats.h"
#include "target.h"
#include "turn.h"
#include "wire.h"

static int __init mn_init(void)
{
	int error;

	mn_turn_init();
	error = mn_volumes_init();
	if (error)
		return error;
	error = mn_stats_init();
	if (error)
		goto no_stats;
	error = mn_nl_init();
	if (error)
		goto no_netlink;
	error = mn_nl_event_init();
	if (error)
		goto no_events;
	error = mn_target_init();
	if (error)
		goto no_target;
	return 0;

no_target:
	mn_nl_event_exit();
no_events:
	mn_nl_exit();
no_netlink:
	mn_stats_exit();
no_stats:
	mn_volumes_exit();
	return error;
}

static void __exit mn_exit(void)
{
	mn_target_exit();
	mn_nl_event_exit();
	mn_nl_exit();
	mn_stats_exit();
	mn_volumes_exit();
}

module_init(mn_init);
module_exit(mn_exit);

MODULE_DESCRIPTION("device-mapper target mirror-net: replication to other nodes");
MODULE_AUTHOR("The dm-mirror-net developers");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
/* for "mirrorctl version": what a build speaks is told without loading it */
MODULE_INFO(protocol, __stringify(MN_WIRE_VERSION) "-" __stringify(MN_WIRE_VERSION_MAX));
MODULE_INFO(metadata, __stringify(MN_SUPER_VERSION));
MODULE_ALIAS("dm-mirror-net");
MODULE_ALIAS_GENL_FAMILY(MN_GENL_NAME);
