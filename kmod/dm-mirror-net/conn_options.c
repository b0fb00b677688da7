// SPDX-License-Identifier: GPL-2.0-only
/*
 * conn_options: what a link is told while it runs: its limit, and how to pack (L2; docs/wan.md)
 *
 * The sender thread may be anywhere, also waiting for the network, so nobody waits for it: a new
 * workspace is laid down under conn->lock, the sender takes it between two batches and frees the
 * old one.
 */
#include "conn_private.h"

/* Lay it down for the sender; what was laid down before and not taken is not needed any more. */
static void give_packer(struct mn_conn *conn, struct mn_packer *packer)
{
	struct mn_packer *unused;

	spin_lock_irq(&conn->lock);
	unused = conn->next_packer;
	conn->next_packer = packer;
	WRITE_ONCE(conn->packer_changed, true);
	spin_unlock_irq(&conn->lock);
	mn_packer_destroy(unused);
}

void mn_conn_adopt_packer(struct mn_conn *conn)
{
	struct mn_packer *old = conn->packer;

	if (!READ_ONCE(conn->packer_changed))
		return;
	spin_lock_irq(&conn->lock);
	conn->packer = conn->next_packer;
	conn->next_packer = NULL;
	WRITE_ONCE(conn->packer_changed, false);
	spin_unlock_irq(&conn->lock);
	mn_packer_destroy(old);
}

static void set_compression(struct mn_conn *conn, u32 level)
{
	struct mn_packer *packer = level ? mn_packer_create(level) : NULL;

	/* without memory the next change, or the next link, tries again */
	conn->compression = level && !packer ? 0 : level;
	if (!level)
		WRITE_ONCE(conn->packing, MN_COMPRESSION_OFF);
	else
		WRITE_ONCE(conn->packing, packer ? MN_COMPRESSION_ON : MN_COMPRESSION_NO_MEMORY);
	give_packer(conn, packer);
}

void mn_conn_set_options(struct mn_conn *conn, u32 bandwidth_limit, u32 compression)
{
	if (compression != conn->compression ||
	    (!compression && conn->packing == MN_COMPRESSION_NO_MEMORY))
		set_compression(conn, compression);
	if (bandwidth_limit == conn->limit)
		return;
	WRITE_ONCE(conn->limit, bandwidth_limit);
	wake_up_all(&conn->pacing);
}

u32 mn_conn_features(const struct mn_conn *conn)
{
	return MN_FEATURE_COMPARE | MN_FEATURE_NEEDS_FULL | MN_FEATURE_RENEW | MN_FEATURE_COPIES |
	       (conn->unpacker ? MN_FEATURE_PACKED : 0);
}

void mn_conn_agree(struct mn_conn *conn, u32 features)
{
	conn->limits.features = features & mn_conn_features(conn);
	WRITE_ONCE(conn->agreed_packed, conn->limits.features & MN_FEATURE_PACKED);
}

u32 mn_conn_agreed(const struct mn_conn *conn)
{
	return conn->limits.features;
}

u8 mn_conn_compression(const struct mn_conn *conn)
{
	u8 packing = READ_ONCE(conn->packing);

	if (packing == MN_COMPRESSION_ON && !READ_ONCE(conn->agreed_packed))
		return MN_COMPRESSION_PEER_CANNOT;
	return packing;
}

void mn_conn_options_exit(struct mn_conn *conn)
{
	mn_packer_destroy(conn->next_packer);
	mn_packer_destroy(conn->packer);
}
