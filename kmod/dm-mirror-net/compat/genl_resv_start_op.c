// SPDX-License-Identifier: GPL-2.0-only
/* 6.1: families say from which command on headers are checked */
#include <net/genetlink.h>

void mn_probe(struct genl_family *family);
void mn_probe(struct genl_family *family)
{
	family->resv_start_op = 1;
}
