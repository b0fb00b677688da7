// SPDX-License-Identifier: GPL-2.0-only
/* 6.9: families can keep data per socket */
#include <net/genetlink.h>

void mn_probe(struct genl_family *family);
void mn_probe(struct genl_family *family)
{
	family->sock_priv_size = 8;
}
