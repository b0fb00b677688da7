// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink: the family, its policies and the checks common to all commands (L4)
 *
 * Commands run in parallel; what they do is locked below. The reference on the volume is
 * taken in pre_doit and put in post_doit. A command holds genetlink's lock for
 * readers: nothing called from here may register a family or load a module.
 */
#include <linux/capability.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include "layout.h"
#include "netlink.h"

/* ---- policies: each command accepts what the uapi header names and nothing else ---- */

/* Not const: 6.1 has no const in the pointer to it. */
static struct netlink_range_validation region_bytes_range __ro_after_init = {
	.min = 1u << MN_REGION_SHIFT_MIN, .max = 1u << MN_REGION_SHIFT_MAX,
};

static struct netlink_range_validation intent_limit_range __ro_after_init = {
	.min = MN_INTENT_LIMIT_MIN, .max = MN_INTENT_LIMIT_MAX,
};

static struct netlink_range_validation ping_interval_range __ro_after_init = {
	.min = 100, .max = 60000,
};

static struct netlink_range_validation stall_timeout_range __ro_after_init = {
	.min = 1000, .max = 600000,
};

static struct netlink_range_validation high_water_range __ro_after_init = {
	.max = 10000000,
};

static struct netlink_range_validation byte_limit_range __ro_after_init = {
	.max = 65536,
};

static struct netlink_range_validation passes_range __ro_after_init = {
	.min = 1, .max = 1000000,
};

static struct netlink_range_validation low_water_range __ro_after_init = {
	.max = 1000000000,
};

static struct netlink_range_validation block_writes_range __ro_after_init = {
	.max = 3600000,
};

static struct netlink_range_validation fence_timeout_range __ro_after_init = {
	.min = 100, .max = 3600000,
};

static struct netlink_range_validation bandwidth_range __ro_after_init = {
	.max = 1000000000,
};

static struct netlink_range_validation boot_wait_range __ro_after_init = {
	.max = 86400,
};

#define UUID_POLICY	NLA_POLICY_EXACT_LEN(MN_UUID_LEN)
#define PATH_POLICY	{ .type = NLA_NUL_STRING, .len = PATH_MAX - 1 }

static const struct nla_policy format_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_VOLUME_NAME] = { .type = NLA_NUL_STRING, .len = MN_NAME_MAX },
	[MN_A_NODE_UUID] = UUID_POLICY,
	[MN_A_META_PATH] = PATH_POLICY,
	[MN_A_DATA_PATH] = PATH_POLICY,
	[MN_A_SECTORS] = { .type = NLA_U64 },
	[MN_A_REGION_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &region_bytes_range),
	[MN_A_INTENT_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &intent_limit_range),
	[MN_A_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy meta_get_policy[MN_A_MAX + 1] = {
	[MN_A_META_PATH] = PATH_POLICY,
};

static const struct nla_policy meta_size_policy[MN_A_MAX + 1] = {
	[MN_A_SECTORS] = { .type = NLA_U64 },
	[MN_A_REGION_BYTES] = NLA_POLICY_FULL_RANGE(NLA_U32, &region_bytes_range),
};

static const struct nla_policy volume_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
};

static const struct nla_policy role_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_FORCE] = { .type = NLA_FLAG },
	[MN_A_ROLE] = NLA_POLICY_MAX(NLA_U8, MN_ROLE_TARGET),
};

static const struct nla_policy lock_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_FORCE] = { .type = NLA_FLAG },
	[MN_A_VOLUME_LOCKED] = { .type = NLA_U8 },
};

static const struct nla_policy unlock_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_READ_ONLY] = { .type = NLA_FLAG },
	[MN_A_FORCE] = { .type = NLA_FLAG },
};

static const struct nla_policy handover_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_PEER_UUID] = UUID_POLICY,
	[MN_A_FORCE] = { .type = NLA_FLAG },
	[MN_A_ROLE] = NLA_POLICY_RANGE(NLA_U8, MN_ROLE_SOURCE, MN_ROLE_TARGET),
	[MN_A_VOLUME_GENERATION] = { .type = NLA_U64 },
	[MN_A_VOLUME_HANDOVER] = { .type = NLA_U64 },
};

static const struct nla_policy mirror_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_PEER_UUID] = UUID_POLICY,
};

static const struct nla_policy loss_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_PEER_UUID] = UUID_POLICY,
	[MN_A_VOLUME_GENERATION] = { .type = NLA_U64 },
};

static const struct nla_policy mirror_add_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_PEER_UUID] = UUID_POLICY,
	[MN_A_MIRROR_BLANK] = { .type = NLA_FLAG },
	[MN_A_MIRROR_IN_SYNC] = { .type = NLA_FLAG },
};

static const struct nla_policy resync_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_PEER_UUID] = UUID_POLICY,
	[MN_A_RESYNC_FULL] = { .type = NLA_FLAG },
	[MN_A_RESYNC_VERIFY] = { .type = NLA_FLAG },
};

static const struct nla_policy attach_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_PEER_UUID] = UUID_POLICY,
	[MN_A_LINK_FD] = { .type = NLA_S32 },
	[MN_A_LINK_INITIATOR] = { .type = NLA_FLAG },
	[MN_A_LINK_ENCRYPTED] = { .type = NLA_FLAG },
	[MN_A_LINK_RENEW] = NLA_POLICY_MIN(NLA_U64, 1),
};

static const struct nla_policy range_policy[] = {
	[MN_A_RANGE] = NLA_POLICY_EXACT_LEN(sizeof(struct mn_range)),
};

static const struct nla_policy bitmap_add_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_PEER_UUID] = UUID_POLICY,
	[MN_A_RANGES] = NLA_POLICY_NESTED(range_policy),
};

static const struct nla_policy bitmap_get_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_PEER_UUID] = UUID_POLICY,
	[MN_A_BITMAP_FIRST] = { .type = NLA_U64 },
};

static const struct nla_policy options_policy[MN_A_MAX + 1] = {
	[MN_A_VOLUME_UUID] = UUID_POLICY,
	[MN_A_PEER_UUID] = UUID_POLICY,
	[MN_A_OPT_PING_INTERVAL] = NLA_POLICY_FULL_RANGE(NLA_U32, &ping_interval_range),
	[MN_A_OPT_MAX_PING_MISSES] = NLA_POLICY_RANGE(NLA_U32, 2, 100),
	[MN_A_OPT_STALL_TIMEOUT] = NLA_POLICY_FULL_RANGE(NLA_U32, &stall_timeout_range),
	[MN_A_OPT_RESYNC_READS] = NLA_POLICY_RANGE(NLA_U32, 1, 1024),
	[MN_A_OPT_QUEUE_HIGH_WATER] = NLA_POLICY_FULL_RANGE(NLA_U32, &high_water_range),
	[MN_A_OPT_QUEUE_BYTE_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &byte_limit_range),
	[MN_A_OPT_MODE] = NLA_POLICY_RANGE(NLA_U32, MN_MODE_SYNC, MN_MODE_ASYNC),
	[MN_A_OPT_ON_QUEUE_LIMIT] = NLA_POLICY_RANGE(NLA_U32, MN_ON_QUEUE_LIMIT_PAUSE,
						     MN_ON_QUEUE_LIMIT_BLOCK),
	[MN_A_OPT_ASYNC_FLUSH] = NLA_POLICY_RANGE(NLA_U32, MN_ASYNC_FLUSH_BARRIER,
						  MN_ASYNC_FLUSH_DRAIN),
	[MN_A_OPT_COMPRESSION] = NLA_POLICY_MAX(NLA_U32, 9),
	[MN_A_OPT_BANDWIDTH_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &bandwidth_range),
	[MN_A_OPT_RESYNC_BANDWIDTH_LIMIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &bandwidth_range),
	[MN_A_OPT_AUTO_RESYNC] = NLA_POLICY_MAX(NLA_U32, MN_AUTO_RESYNC_NO),
	[MN_A_OPT_MAX_RESYNC_PASSES] = NLA_POLICY_FULL_RANGE(NLA_U32, &passes_range),
	[MN_A_OPT_RESYNC_LOW_WATER] = NLA_POLICY_FULL_RANGE(NLA_U32, &low_water_range),
	[MN_A_OPT_RESYNC_BLOCK_WRITES_TIMEOUT] = NLA_POLICY_FULL_RANGE(NLA_U32,
								       &block_writes_range),
	[MN_A_OPT_ON_SYNC_LOSS] = NLA_POLICY_RANGE(NLA_U32, MN_ON_SYNC_LOSS_CONTINUE,
						   MN_ON_SYNC_LOSS_FENCE),
	[MN_A_OPT_FENCE_TIMEOUT] = NLA_POLICY_FULL_RANGE(NLA_U32, &fence_timeout_range),
	[MN_A_OPT_ON_FENCE_TIMEOUT] = NLA_POLICY_RANGE(NLA_U32, MN_ON_FENCE_TIMEOUT_STOP,
						       MN_ON_FENCE_TIMEOUT_CONTINUE),
	[MN_A_OPT_ON_METADATA_ERROR] = NLA_POLICY_RANGE(NLA_U32, MN_ON_METADATA_ERROR_STOP,
							MN_ON_METADATA_ERROR_CONTINUE),
	[MN_A_OPT_BOOT_WAIT] = NLA_POLICY_FULL_RANGE(NLA_U32, &boot_wait_range),
	[MN_A_OPT_BOOT_ALONE] = NLA_POLICY_MAX(NLA_U32, MN_BOOT_ALONE_SOURCE),
	[MN_A_OPT_KEEP_LOST_WRITES] = NLA_POLICY_MAX(NLA_U32, MN_KEEP_LOST_WRITES_YES),
};

static const struct nla_policy node_get_policy[MN_A_MAX + 1] = { };

static const struct nla_policy node_set_policy[MN_A_MAX + 1] = {
	[MN_A_OPT_PARALLEL_RESYNCS] = NLA_POLICY_MAX(NLA_U32, 4096),
};

/* Changes something: for administrators alone. */
#define CHANGE(command, function, needs, table) {	\
	.cmd = command,					\
	.doit = function,				\
	.flags = GENL_ADMIN_PERM,			\
	.internal_flags = needs,			\
	.policy = table,				\
}

static const struct genl_ops family_ops[] = {
	CHANGE(MN_CMD_META_FORMAT, mn_nl_meta_format, 0, format_policy),
	CHANGE(MN_CMD_META_GET, mn_nl_meta_get, 0, meta_get_policy),
	{
		.cmd = MN_CMD_META_SIZE,
		.doit = mn_nl_meta_size,
		.policy = meta_size_policy,
	},
	{
		.cmd = MN_CMD_VOLUME_GET,
		.doit = mn_nl_volume_get,
		.start = mn_nl_dump_start,
		.dumpit = mn_nl_volume_dump,
		.done = mn_nl_dump_done,
		.internal_flags = MN_NL_VOLUME,
		.policy = volume_policy,
	},
	CHANGE(MN_CMD_VOLUME_SET_ROLE, mn_nl_volume_set_role, MN_NL_VOLUME, role_policy),
	CHANGE(MN_CMD_VOLUME_LOCK, mn_nl_volume_lock, MN_NL_VOLUME, lock_policy),
	CHANGE(MN_CMD_VOLUME_UNLOCK, mn_nl_volume_unlock, MN_NL_VOLUME, unlock_policy),
	CHANGE(MN_CMD_HANDOVER_GIVE, mn_nl_handover_give, MN_NL_PEER, mirror_policy),
	CHANGE(MN_CMD_HANDOVER_TAKE, mn_nl_handover_take, MN_NL_PEER, handover_policy),
	CHANGE(MN_CMD_HANDOVER_REFUSE, mn_nl_handover_refuse, MN_NL_PEER, handover_policy),
	CHANGE(MN_CMD_HANDOVER_END, mn_nl_handover_end, MN_NL_PEER, handover_policy),
	CHANGE(MN_CMD_VOLUME_DEMOTE, mn_nl_volume_demote, MN_NL_VOLUME, volume_policy),
	CHANGE(MN_CMD_SPLIT_DISCARD, mn_nl_split_discard, MN_NL_PEER, loss_policy),
	CHANGE(MN_CMD_MIRROR_ADD, mn_nl_mirror_add, MN_NL_PEER, mirror_add_policy),
	CHANGE(MN_CMD_MIRROR_DEL, mn_nl_mirror_del, MN_NL_PEER, mirror_policy),
	{
		.cmd = MN_CMD_MIRROR_GET,
		.doit = mn_nl_mirror_get,
		.start = mn_nl_dump_start,
		.dumpit = mn_nl_mirror_dump,
		.done = mn_nl_dump_done,
		.internal_flags = MN_NL_PEER,
		.policy = mirror_policy,
	},
	CHANGE(MN_CMD_MIRROR_SET, mn_nl_mirror_set, MN_NL_PEER, options_policy),
	CHANGE(MN_CMD_MIRROR_PAUSE, mn_nl_mirror_pause, MN_NL_PEER, mirror_policy),
	CHANGE(MN_CMD_MIRROR_CONTINUE, mn_nl_mirror_continue, MN_NL_PEER, mirror_policy),
	CHANGE(MN_CMD_MIRROR_BREAK, mn_nl_mirror_break, MN_NL_PEER, mirror_policy),
	CHANGE(MN_CMD_MIRROR_RESYNC, mn_nl_mirror_resync, MN_NL_PEER, resync_policy),
	CHANGE(MN_CMD_MIRROR_FENCED, mn_nl_mirror_fenced, MN_NL_PEER, loss_policy),
	CHANGE(MN_CMD_MIRROR_OUTDATE, mn_nl_mirror_outdate, MN_NL_PEER, loss_policy),
	CHANGE(MN_CMD_LINK_ATTACH, mn_nl_link_attach, MN_NL_PEER, attach_policy),
	CHANGE(MN_CMD_LINK_DETACH, mn_nl_link_detach, MN_NL_PEER, mirror_policy),
	CHANGE(MN_CMD_LINK_RENEW, mn_nl_link_renew, MN_NL_PEER, mirror_policy),
	CHANGE(MN_CMD_BITMAP_BEGIN, mn_nl_bitmap_begin, MN_NL_PEER, mirror_policy),
	CHANGE(MN_CMD_BITMAP_ADD, mn_nl_bitmap_add, MN_NL_PEER, bitmap_add_policy),
	CHANGE(MN_CMD_BITMAP_COMMIT, mn_nl_bitmap_commit, MN_NL_PEER, mirror_policy),
	CHANGE(MN_CMD_BITMAP_GET, mn_nl_bitmap_get, MN_NL_PEER, bitmap_get_policy),
	CHANGE(MN_CMD_LOST_WRITES_SAVED, mn_nl_lost_writes_saved, MN_NL_PEER, loss_policy),
	CHANGE(MN_CMD_NODE_SET, mn_nl_node_set, 0, node_set_policy),
	{
		.cmd = MN_CMD_NODE_GET,
		.doit = mn_nl_node_get,
		.policy = node_get_policy,
	},
};

/* ---- answers ---- */

/* The extended ack only points to the sentence, which is a constant of the module. */
int mn_nl_fail(struct genl_info *info, int error, const char *text)
{
	if (info->extack && text)
		info->extack->_msg = text;
	return error;
}

int mn_nl_done(struct genl_info *info, int error, const struct mn_why *why)
{
	return error ? mn_nl_fail(info, error, why->text) : 0;
}

int mn_nl_reply_begin(struct genl_info *info, struct mn_nl_reply *reply)
{
	reply->skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!reply->skb)
		return -ENOMEM;
	reply->header = genlmsg_put_reply(reply->skb, info, &mn_nl_family, 0, info->genlhdr->cmd);
	if (reply->header)
		return 0;
	nlmsg_free(reply->skb);
	return -EMSGSIZE;
}

int mn_nl_reply_end(struct genl_info *info, struct mn_nl_reply *reply, int error)
{
	if (error) {
		nlmsg_free(reply->skb);
		return error;
	}
	genlmsg_end(reply->skb, reply->header);
	return genlmsg_reply(reply->skb, info);
}

int mn_nl_reply_u64(struct genl_info *info, int attribute, u64 value)
{
	struct mn_nl_reply reply;
	int error = mn_nl_reply_begin(info, &reply);

	if (error)
		return error;
	error = nla_put_u64_64bit(reply.skb, attribute, value, MN_A_PAD);
	return mn_nl_reply_end(info, &reply, error);
}

/* ---- before and after every command ---- */

#define NOT_ACTIVE "this volume is not active on this node: activate it first"

static int provide_volume(struct genl_info *info, u8 needs)
{
	struct mn_volume *volume;

	if (!info->attrs[MN_A_VOLUME_UUID])
		return mn_nl_fail(info, -EINVAL, "the request names no volume");
	if (needs & MN_NL_PEER && !info->attrs[MN_A_PEER_UUID])
		return mn_nl_fail(info, -EINVAL, "the request names no peer");
	volume = mn_volume_get(nla_data(info->attrs[MN_A_VOLUME_UUID]));
	if (!volume)
		return mn_nl_fail(info, -ENODEV, NOT_ACTIVE);
	info->user_ptr[0] = volume;
	return 0;
}

/*
 * GENL_ADMIN_PERM has asked for CAP_NET_ADMIN. Block devices are no network: who
 * may configure that need not be allowed to change data.
 */
static int pre_command(const struct mn_genl_op *op, struct sk_buff *skb, struct genl_info *info)
{
	if (op->flags & GENL_ADMIN_PERM && !netlink_capable(skb, CAP_SYS_ADMIN))
		return mn_nl_fail(info, -EPERM,
				  "only an administrator (CAP_SYS_ADMIN) may do this; nothing was changed");
	if (op->internal_flags)
		return provide_volume(info, op->internal_flags);
	return 0;
}

static void post_command(const struct mn_genl_op *op, struct sk_buff *skb, struct genl_info *info)
{
	if (op->internal_flags)
		mn_volume_put(mn_nl_volume(info));
}

/* ---- dumps ---- */

/* In cb->ctx. */
struct dump {
	u8 (*uuid)[MN_UUID_LEN];
	u32 count;
	u32 at;		/* the volume it stands at */
	u32 place;	/* in that volume */
	bool one;	/* the request names it, so it must be there */
};

static struct dump *dump_of(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct dump) > sizeof(cb->ctx));
	return (struct dump *)cb->ctx;
}

static int dump_remember(struct dump *dump, const u8 *uuid)
{
	u8 (*more)[MN_UUID_LEN] = krealloc(dump->uuid, (dump->count + 1) * MN_UUID_LEN,
					   GFP_KERNEL);

	if (!more)
		return -ENOMEM;
	memcpy(more[dump->count++], uuid, MN_UUID_LEN);
	dump->uuid = more;
	return 0;
}

static int dump_remember_all(struct dump *dump)
{
	struct mn_volume *volume, *next;
	int error = 0;

	for (volume = mn_volume_next(NULL); volume && !error; volume = next) {
		error = dump_remember(dump, volume->uuid);
		next = error ? NULL : mn_volume_next(volume);
		mn_volume_put(volume);
	}
	return error;
}

int mn_nl_dump_start(struct netlink_callback *cb)
{
	const struct nlattr *one = mn_genl_dump_attrs(cb)[MN_A_VOLUME_UUID];
	struct dump *dump = dump_of(cb);
	int error;

	memset(dump, 0, sizeof(*dump));
	dump->one = one;
	error = one ? dump_remember(dump, nla_data(one)) : dump_remember_all(dump);
	if (error)
		kfree(dump->uuid);
	return error;
}

int mn_nl_dump_done(struct netlink_callback *cb)
{
	kfree(dump_of(cb)->uuid);
	return 0;
}

struct mn_volume *mn_nl_dump_volume(struct netlink_callback *cb, u32 **place)
{
	struct dump *dump = dump_of(cb);
	struct mn_volume *volume;

	for (; dump->at < dump->count; mn_nl_dump_advance(cb)) {
		volume = mn_volume_get(dump->uuid[dump->at]);
		if (volume) {
			*place = &dump->place;
			return volume;
		}
		if (dump->one) {
			/* not in start(): there 6.1 has no extended ack */
			NL_SET_ERR_MSG(cb->extack, NOT_ACTIVE);
			return ERR_PTR(-ENODEV);
		}
	}
	return NULL;
}

void mn_nl_dump_advance(struct netlink_callback *cb)
{
	struct dump *dump = dump_of(cb);

	dump->at++;
	dump->place = 0;
}

/* ---- the family ---- */

static const struct genl_multicast_group family_groups[] = {
	{ .name = MN_GENL_MCGRP_EVENTS },
};

/*
 * resv_start_op stays 0: every header is checked whole. So does netnsok: volumes
 * belong to the initial namespace.
 */
struct genl_family mn_nl_family __ro_after_init = {
	.name = MN_GENL_NAME,
	.version = MN_GENL_VERSION,
	.maxattr = MN_A_MAX,
	.module = THIS_MODULE,
	.parallel_ops = true,
	.pre_doit = pre_command,
	.post_doit = post_command,
	.ops = family_ops,
	.n_ops = ARRAY_SIZE(family_ops),
	.mcgrps = family_groups,
	.n_mcgrps = ARRAY_SIZE(family_groups),
};

int mn_nl_init(void)
{
	return genl_register_family(&mn_nl_family);
}

void mn_nl_exit(void)
{
	genl_unregister_family(&mn_nl_family);
}
