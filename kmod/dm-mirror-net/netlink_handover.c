// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink_handover: commands of a planned change of roles, and of the end of a split brain (L4)
 */
#include "netlink.h"

int mn_nl_handover_give(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_nl_reply reply;
	struct mn_why why = { };
	u64 number, generation;
	int error;

	error = mn_handover_begin(mn_nl_volume(info), mn_nl_peer(info), &number, &generation, &why);
	if (error)
		return mn_nl_fail(info, error, why.text);
	error = mn_nl_reply_begin(info, &reply);
	if (error)
		return error;
	error = nla_put_u64_64bit(reply.skb, MN_A_VOLUME_HANDOVER, number, MN_A_PAD);
	if (!error)
		error = nla_put_u64_64bit(reply.skb, MN_A_VOLUME_GENERATION, generation, MN_A_PAD);
	return mn_nl_reply_end(info, &reply, error);
}

/* 0: not named; there is no handover, and no generation, with that number. */
static u64 number_of(const struct genl_info *info, int attribute)
{
	return info->attrs[attribute] ? nla_get_u64(info->attrs[attribute]) : 0;
}

static int answer(struct genl_info *info,
		  int (*step)(struct mn_volume *volume, const u8 *peer_uuid, u64 number,
			      u64 generation, struct mn_why *why))
{
	u64 number = number_of(info, MN_A_VOLUME_HANDOVER);
	u64 generation = number_of(info, MN_A_VOLUME_GENERATION);
	struct mn_why why = { };

	if (!number || !generation)
		return mn_nl_fail(info, -EINVAL,
				  "the request names no handover, or no generation: nothing was changed");
	return mn_nl_done(info, step(mn_nl_volume(info), mn_nl_peer(info), number, generation,
				     &why), &why);
}

int mn_nl_handover_take(struct sk_buff *skb, struct genl_info *info)
{
	return answer(info, mn_handover_accept);
}

int mn_nl_handover_refuse(struct sk_buff *skb, struct genl_info *info)
{
	return answer(info, mn_handover_decline);
}

int mn_nl_split_discard(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_why why = { };

	return mn_nl_done(info, mn_split_discard(mn_nl_volume(info), mn_nl_peer(info),
						 number_of(info, MN_A_VOLUME_GENERATION), &why),
			  &why);
}

int mn_nl_handover_end(struct sk_buff *skb, struct genl_info *info)
{
	u64 number = number_of(info, MN_A_VOLUME_HANDOVER);
	bool force = nla_get_flag(info->attrs[MN_A_FORCE]);
	struct mn_why why = { };

	if (!info->attrs[MN_A_ROLE] || (!number && !force))
		return mn_nl_fail(info, -EINVAL,
				  "the request gives no role, or names no handover: nothing was changed");
	return mn_nl_done(info, mn_handover_end(mn_nl_volume(info), mn_nl_peer(info),
						nla_get_u8(info->attrs[MN_A_ROLE]), number, force,
						&why), &why);
}
