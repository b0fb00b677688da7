// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink_node: commands about this node as a whole (L4)
 */
#include "netlink.h"
#include "turn.h"

int mn_nl_node_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *resyncs = info->attrs[MN_A_OPT_PARALLEL_RESYNCS];

	if (resyncs)
		mn_turn_set_limit(nla_get_u32(resyncs));
	return 0;
}

int mn_nl_node_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_turn_counts counts;
	struct mn_nl_reply reply;
	int error = mn_nl_reply_begin(info, &reply);

	if (error)
		return error;
	mn_turn_count(&counts);
	error = nla_put_u32(reply.skb, MN_A_OPT_PARALLEL_RESYNCS, counts.limit) ||
		nla_put_u32(reply.skb, MN_A_NODE_RESYNCS, counts.held) ||
		nla_put_u32(reply.skb, MN_A_NODE_RESYNCS_WAITING, counts.waiting) ? -EMSGSIZE : 0;
	return mn_nl_reply_end(info, &reply, error);
}
