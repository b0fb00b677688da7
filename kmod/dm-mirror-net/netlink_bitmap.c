// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink_bitmap: commands about the bitmap of a mirror (L4)
 */
#include <linux/slab.h>
#include "netlink.h"
#include "view.h"

/* ---- creation by used blocks ---- */

int mn_nl_bitmap_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_why why = { };

	return mn_nl_done(info, mn_mirror_bitmap_begin(mn_nl_volume(info), mn_nl_peer(info), &why),
			  &why);
}

int mn_nl_bitmap_commit(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_why why = { };

	return mn_nl_done(info, mn_mirror_bitmap_commit(mn_nl_volume(info), mn_nl_peer(info), &why),
			  &why);
}

static int ranges_count(const struct nlattr *nest)
{
	const struct nlattr *one;
	int count = 0, rest;

	nla_for_each_nested(one, nest, rest)
		count++;
	return count;
}

static void ranges_copy(const struct nlattr *nest, struct mn_range *to)
{
	const struct nlattr *one;
	int rest;

	nla_for_each_nested(one, nest, rest)
		memcpy(to++, nla_data(one), sizeof(*to));
}

int mn_nl_bitmap_add(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[MN_A_RANGES];
	struct mn_why why = { };
	struct mn_range *ranges;
	int count, error;

	if (!nest)
		return mn_nl_fail(info, -EINVAL, "the request gives no ranges");
	count = ranges_count(nest);
	if (count > MN_RANGES_MAX)
		return mn_nl_fail(info, -EINVAL, "too many ranges in one request");
	ranges = kvmalloc_array(max(count, 1), sizeof(*ranges), GFP_KERNEL);
	if (!ranges)
		return -ENOMEM;
	ranges_copy(nest, ranges);
	error = mn_mirror_bitmap_add(mn_nl_volume(info), mn_nl_peer(info), ranges, count, &why);
	kvfree(ranges);
	return mn_nl_done(info, error, &why);
}

/* ---- showing ---- */

static int put_bitmap(struct sk_buff *skb, u64 first, u32 count, const u8 *bits)
{
	int error = nla_put_u64_64bit(skb, MN_A_BITMAP_FIRST, first, MN_A_PAD);

	return error ?: nla_put(skb, MN_A_BITMAP, DIV_ROUND_UP(count, 8), bits);
}

static int reply_bitmap(struct genl_info *info, u64 first, u8 *bits)
{
	u32 count = mn_view_bitmap(mn_nl_volume(info), mn_nl_peer(info), first,
				   MN_BITMAP_GET_BLOCKS, bits);
	struct mn_nl_reply reply;
	int error;

	if (!count)
		return mn_nl_fail(info, -ENOENT, "the volume has no mirror with this peer");
	error = mn_nl_reply_begin(info, &reply);
	if (error)
		return error;
	return mn_nl_reply_end(info, &reply, put_bitmap(reply.skb, first, count, bits));
}

int mn_nl_bitmap_get(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *from = info->attrs[MN_A_BITMAP_FIRST];
	u64 first = from ? nla_get_u64(from) : 0;
	int error;
	u8 *bits;

	if (first >= mn_nl_volume(info)->meta.layout.blocks)
		return mn_nl_fail(info, -ERANGE, "the volume ends before that block");
	bits = kmalloc(MN_BITMAP_GET_BLOCKS / 8, GFP_KERNEL);
	if (!bits)
		return -ENOMEM;
	error = reply_bitmap(info, first, bits);
	kfree(bits);
	return error;
}
