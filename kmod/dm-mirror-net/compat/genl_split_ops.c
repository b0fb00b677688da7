// SPDX-License-Identifier: GPL-2.0-only
/* 6.2: do and dump are described apart */
#include <net/genetlink.h>

void mn_probe(struct genl_family *family, struct genl_split_ops *ops);
void mn_probe(struct genl_family *family, struct genl_split_ops *ops)
{
	family->split_ops = ops;
}
