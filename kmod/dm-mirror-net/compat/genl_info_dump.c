// SPDX-License-Identifier: GPL-2.0-only
/* 6.6: dumps have a struct genl_info too */
#include <net/genetlink.h>

struct nlattr **mn_probe(struct netlink_callback *cb);
struct nlattr **mn_probe(struct netlink_callback *cb)
{
	return genl_info_dump(cb)->attrs;
}
