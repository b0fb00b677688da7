// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink_mirror: commands about mirrors and their links (L4)
 */
#include "fence.h"
#include "layout.h"
#include "mirror.h"
#include "netlink.h"

/* ---- what needs only volume and peer ---- */

static int operate(struct genl_info *info,
		   int (*operation)(struct mn_volume *volume, const u8 *peer_uuid,
				    struct mn_why *why))
{
	struct mn_why why = { };

	return mn_nl_done(info, operation(mn_nl_volume(info), mn_nl_peer(info), &why), &why);
}

int mn_nl_mirror_del(struct sk_buff *skb, struct genl_info *info)
{
	return operate(info, mn_mirror_del);
}

int mn_nl_mirror_pause(struct sk_buff *skb, struct genl_info *info)
{
	return operate(info, mn_mirror_pause);
}

int mn_nl_mirror_continue(struct sk_buff *skb, struct genl_info *info)
{
	return operate(info, mn_mirror_continue);
}

int mn_nl_mirror_break(struct sk_buff *skb, struct genl_info *info)
{
	return operate(info, mn_mirror_break);
}

int mn_nl_link_detach(struct sk_buff *skb, struct genl_info *info)
{
	return operate(info, mn_link_detach);
}

int mn_nl_link_renew(struct sk_buff *skb, struct genl_info *info)
{
	return operate(info, mn_link_renew);
}

/* ---- what needs more ---- */

int mn_nl_mirror_add(struct sk_buff *skb, struct genl_info *info)
{
	bool in_sync = nla_get_flag(info->attrs[MN_A_MIRROR_IN_SYNC]);
	bool blank = nla_get_flag(info->attrs[MN_A_MIRROR_BLANK]);
	struct mn_why why = { };

	if (in_sync && blank)
		return mn_nl_fail(info, -EINVAL,
				  "a copy cannot be blank and in sync at the same time");
	/* A slot with such a peer would be a free one. */
	if (mn_uuid_is_zero(mn_nl_peer(info)))
		return mn_nl_fail(info, -EINVAL, "a UUID that is all zero names no node");
	return mn_nl_done(info, mn_mirror_add(mn_nl_volume(info), mn_nl_peer(info), blank, in_sync,
					      &why), &why);
}

int mn_nl_mirror_resync(struct sk_buff *skb, struct genl_info *info)
{
	bool full = nla_get_flag(info->attrs[MN_A_RESYNC_FULL]);
	bool verify = nla_get_flag(info->attrs[MN_A_RESYNC_VERIFY]);
	struct mn_why why = { };

	return mn_nl_done(info, mn_mirror_resync(mn_nl_volume(info), mn_nl_peer(info), full, verify,
						 &why), &why);
}

/* Of which loss: both ends of a fence have to mean the same. */
/* Of a mirror that was lost, or of a source that was: the generation says which time is meant. */
static int about_loss(struct genl_info *info,
		      int (*operation)(struct mn_volume *volume, const u8 *peer_uuid,
				       u64 generation, struct mn_why *why))
{
	const struct nlattr *generation = info->attrs[MN_A_VOLUME_GENERATION];
	struct mn_why why = { };

	if (!generation || !nla_get_u64(generation))
		return mn_nl_fail(info, -EINVAL, "the request does not say which loss it is about");
	return mn_nl_done(info, operation(mn_nl_volume(info), mn_nl_peer(info),
					  nla_get_u64(generation), &why), &why);
}

int mn_nl_mirror_fenced(struct sk_buff *skb, struct genl_info *info)
{
	return about_loss(info, mn_fence_confirm);
}

int mn_nl_mirror_outdate(struct sk_buff *skb, struct genl_info *info)
{
	return about_loss(info, mn_mirror_outdate);
}

int mn_nl_lost_writes_saved(struct sk_buff *skb, struct genl_info *info)
{
	return about_loss(info, mn_lost_writes_saved);
}

int mn_nl_link_attach(struct sk_buff *skb, struct genl_info *info)
{
	bool initiator = nla_get_flag(info->attrs[MN_A_LINK_INITIATOR]);
	bool encrypted = nla_get_flag(info->attrs[MN_A_LINK_ENCRYPTED]);
	struct nlattr *renew = info->attrs[MN_A_LINK_RENEW];
	struct mn_why why = { };

	if (!info->attrs[MN_A_LINK_FD])
		return mn_nl_fail(info, -EINVAL, "the request hands over no socket");
	return mn_nl_done(info, mn_link_attach(mn_nl_volume(info), mn_nl_peer(info),
					       nla_get_s32(info->attrs[MN_A_LINK_FD]), initiator,
					       encrypted, renew ? nla_get_u64(renew) : 0, &why),
			  &why);
}

/* ---- options ---- */

static const struct {
	u16 attribute;
	u16 offset;
} options[] = {
	{ MN_A_OPT_PING_INTERVAL, offsetof(struct mn_options, ping_interval) },
	{ MN_A_OPT_MAX_PING_MISSES, offsetof(struct mn_options, max_ping_misses) },
	{ MN_A_OPT_STALL_TIMEOUT, offsetof(struct mn_options, stall_timeout) },
	{ MN_A_OPT_RESYNC_READS, offsetof(struct mn_options, resync_reads) },
	{ MN_A_OPT_QUEUE_HIGH_WATER, offsetof(struct mn_options, queue_high_water) },
	{ MN_A_OPT_QUEUE_BYTE_LIMIT, offsetof(struct mn_options, queue_byte_limit) },
	{ MN_A_OPT_MODE, offsetof(struct mn_options, mode) },
	{ MN_A_OPT_ON_QUEUE_LIMIT, offsetof(struct mn_options, on_queue_limit) },
	{ MN_A_OPT_ASYNC_FLUSH, offsetof(struct mn_options, async_flush) },
	{ MN_A_OPT_COMPRESSION, offsetof(struct mn_options, compression) },
	{ MN_A_OPT_BANDWIDTH_LIMIT, offsetof(struct mn_options, bandwidth_limit) },
	{ MN_A_OPT_RESYNC_BANDWIDTH_LIMIT, offsetof(struct mn_options, resync_bandwidth_limit) },
	{ MN_A_OPT_AUTO_RESYNC, offsetof(struct mn_options, auto_resync) },
	{ MN_A_OPT_MAX_RESYNC_PASSES, offsetof(struct mn_options, max_resync_passes) },
	{ MN_A_OPT_RESYNC_LOW_WATER, offsetof(struct mn_options, resync_low_water) },
	{ MN_A_OPT_RESYNC_BLOCK_WRITES_TIMEOUT,
	  offsetof(struct mn_options, resync_block_writes_timeout) },
	{ MN_A_OPT_ON_SYNC_LOSS, offsetof(struct mn_options, on_sync_loss) },
	{ MN_A_OPT_FENCE_TIMEOUT, offsetof(struct mn_options, fence_timeout) },
	{ MN_A_OPT_ON_FENCE_TIMEOUT, offsetof(struct mn_options, on_fence_timeout) },
	{ MN_A_OPT_ON_METADATA_ERROR, offsetof(struct mn_options, on_metadata_error) },
	{ MN_A_OPT_BOOT_WAIT, offsetof(struct mn_options, boot_wait) },
	{ MN_A_OPT_BOOT_ALONE, offsetof(struct mn_options, boot_alone) },
	{ MN_A_OPT_KEEP_LOST_WRITES, offsetof(struct mn_options, keep_lost_writes) },
};

static void options_collect(const struct genl_info *info, struct mn_options_change *change)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		const struct nlattr *value = info->attrs[options[i].attribute];

		if (!value)
			continue;
		*(u32 *)((void *)&change->value + options[i].offset) = nla_get_u32(value);
		change->given |= BIT(options[i].offset / sizeof(u32));
	}
}

/* The policy has checked the ranges but for those with a hole after 0. */
static bool is_zero_or_from(const struct nlattr *value, u32 least)
{
	return !value || !nla_get_u32(value) || nla_get_u32(value) >= least;
}

static const char *hole_in(struct nlattr **attrs)
{
	if (!is_zero_or_from(attrs[MN_A_OPT_QUEUE_HIGH_WATER], 100))
		return "write-queue-high-water must be 0 (no limit) or at least 100";
	if (!is_zero_or_from(attrs[MN_A_OPT_BANDWIDTH_LIMIT], 64))
		return "bandwidth-limit must be 0 (no limit) or at least 64 kbit/s";
	if (!is_zero_or_from(attrs[MN_A_OPT_RESYNC_BANDWIDTH_LIMIT], 64))
		return "resync-bandwidth-limit must be 0 (no limit) or at least 64 kbit/s";
	return NULL;
}

int mn_nl_mirror_set(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_options_change change = { };
	struct mn_why why = { };

	if (hole_in(info->attrs))
		return mn_nl_fail(info, -ERANGE, hole_in(info->attrs));
	options_collect(info, &change);
	return mn_nl_done(info, mn_mirror_set_options(mn_nl_volume(info), mn_nl_peer(info), &change,
						      &why), &why);
}

/* ---- showing ---- */

int mn_nl_mirror_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_volume *volume = mn_nl_volume(info);
	struct mn_mirror_view view;
	struct mn_nl_reply reply;
	int error;

	if (!mn_view_peer(volume, mn_nl_peer(info), &view))
		return mn_nl_fail(info, -ENOENT, "the volume has no mirror with this peer");
	error = mn_nl_reply_begin(info, &reply);
	if (error)
		return error;
	return mn_nl_reply_end(info, &reply, mn_nl_put_mirror(reply.skb, volume, &view));
}

static int mirror_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			   struct mn_volume *volume, u8 slot)
{
	struct mn_mirror_view view;
	void *header;

	if (!mn_view_slot(volume, slot, &view))
		return 0;
	header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, &mn_nl_family,
			     NLM_F_MULTI, MN_CMD_MIRROR_GET);
	if (!header)
		return -EMSGSIZE;
	if (mn_nl_put_mirror(skb, volume, &view)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int mirror_dump_volume(struct sk_buff *skb, struct netlink_callback *cb,
			      struct mn_volume *volume, u32 *slot)
{
	int error;

	for (; *slot < MN_SLOTS; (*slot)++) {
		error = mirror_dump_one(skb, cb, volume, *slot);
		if (error)
			return error;
	}
	return 0;
}

int mn_nl_mirror_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mn_volume *volume;
	int error = 0;
	u32 *slot;

	while (!error) {
		volume = mn_nl_dump_volume(cb, &slot);
		if (IS_ERR_OR_NULL(volume))
			return skb->len ?: PTR_ERR_OR_ZERO(volume);
		error = mirror_dump_volume(skb, cb, volume, slot);
		mn_volume_put(volume);
		if (!error)
			mn_nl_dump_advance(cb);
	}
	return skb->len;
}
