// SPDX-License-Identifier: GPL-2.0-only
/*
 * meta_way: what becomes of writes while the metadata cannot be written (L0, pure)
 */
#include "meta_way.h"

u8 mn_meta_way(bool wished, bool patient, const struct mn_meta_copy *copies, u32 count)
{
	bool all_stored = true;
	u32 i;

	if (!wished)
		return MN_META_STOP;
	for (i = 0; i < count; i++) {
		if (!copies[i].stored && !copies[i].asked)
			return MN_META_STOP;
		all_stored &= copies[i].stored;
	}
	if (all_stored)
		return MN_META_CONTINUE;
	return patient ? MN_META_WAIT : MN_META_STOP;
}
