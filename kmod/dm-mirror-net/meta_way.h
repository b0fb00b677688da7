/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * meta_way: what becomes of writes while the metadata cannot be written (L0, pure;
 * docs/metadata.md)
 */
#ifndef MN_META_WAY_H
#define MN_META_WAY_H

#include <linux/types.h>
#include <linux/dm_mirror_net.h>

/* One copy of the volume on another node, as this node sees it. */
struct mn_meta_copy {
	bool stored;	/* it is on record, here or there, that it needs a full resync */
	bool asked;	/* ... was asked for, on a link that is still there */
};

/*
 * wished: on-metadata-error is continue. patient: there is still time to wait for answers. Total;
 * an enum mn_meta_way, never MN_META_FINE. Without a copy nobody is there to be asked.
 */
u8 mn_meta_way(bool wished, bool patient, const struct mn_meta_copy *copies, u32 count);

#endif
