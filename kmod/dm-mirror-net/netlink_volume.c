// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink_volume: commands about metadata and volumes (L4)
 */
#include <linux/log2.h>
#include <linux/slab.h>
#include "layout.h"
#include "meta.h"
#include "netlink.h"

/* ---- metadata ---- */

static int region_shift(struct genl_info *info, u8 *shift)
{
	const struct nlattr *bytes = info->attrs[MN_A_REGION_BYTES];

	*shift = MN_REGION_SHIFT_DEFAULT;
	if (!bytes)
		return 0;
	if (!is_power_of_2(nla_get_u32(bytes)))
		return mn_nl_fail(info, -EINVAL, "the size of a region must be a power of two");
	*shift = ilog2(nla_get_u32(bytes));
	return 0;
}

/* In the order in which a person would miss them. */
static int format_require(struct genl_info *info)
{
	static const struct {
		int attribute;
		const char *text;
	} needed[] = {
		{ MN_A_META_PATH, "the request names no metadata device" },
		{ MN_A_DATA_PATH, "the request names no data device" },
		{ MN_A_VOLUME_NAME, "the request names no volume" },
		{ MN_A_VOLUME_UUID, "the request gives no UUID for the volume" },
		{ MN_A_NODE_UUID, "the request gives no UUID of this node" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!info->attrs[needed[i].attribute])
			return mn_nl_fail(info, -EINVAL, needed[i].text);
	return 0;
}

static int format_super(struct genl_info *info, struct mn_super *super)
{
	const struct nlattr *limit = info->attrs[MN_A_INTENT_LIMIT];
	const struct nlattr *sectors = info->attrs[MN_A_SECTORS];

	nla_strscpy(super->name, info->attrs[MN_A_VOLUME_NAME], sizeof(super->name));
	if (!mn_name_valid(super->name))
		return mn_nl_fail(info, -EINVAL,
				  "not a valid name: a letter or digit, then up to 63 letters, digits, dots, dashes or underscores");
	memcpy(super->volume_uuid, nla_data(info->attrs[MN_A_VOLUME_UUID]), MN_UUID_LEN);
	memcpy(super->node_uuid, nla_data(info->attrs[MN_A_NODE_UUID]), MN_UUID_LEN);
	if (mn_uuid_is_zero(super->volume_uuid) || mn_uuid_is_zero(super->node_uuid))
		return mn_nl_fail(info, -EINVAL,
				  "a UUID that is all zero names no volume and no node");
	super->intent_limit = limit ? nla_get_u32(limit) : MN_INTENT_LIMIT_DEFAULT;
	super->sectors = sectors ? nla_get_u64(sectors) : 0;
	return region_shift(info, &super->region_shift);
}

/*
 * The size is told on success, and before the refusal when the device is too small: the
 * message of a refusal is a constant, and a tool wants the number.
 */
static int format_answer(struct genl_info *info, int error, u64 bytes, const struct mn_why *why)
{
	int unsent = 0;

	if (!error || error == -ENOSPC)
		unsent = mn_nl_reply_u64(info, MN_A_META_BYTES, bytes);
	return mn_nl_done(info, error, why) ?: unsent;
}

int mn_nl_meta_format(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_super *super;
	struct mn_why why = { };
	u64 bytes = 0;
	int error;

	error = format_require(info);
	if (error)
		return error;
	super = kzalloc(sizeof(*super), GFP_KERNEL);
	if (!super)
		return -ENOMEM;
	error = format_super(info, super);
	if (!error) {
		error = mn_volume_format(nla_data(info->attrs[MN_A_DATA_PATH]),
					 nla_data(info->attrs[MN_A_META_PATH]), super,
					 nla_get_flag(info->attrs[MN_A_FORCE]), &bytes, &why);
		error = format_answer(info, error, bytes, &why);
	}
	kfree(super);
	return error;
}

static int meta_reply(struct genl_info *info, const struct mn_super *super)
{
	struct mn_nl_reply reply;
	int error = mn_nl_reply_begin(info, &reply);

	if (error)
		return error;
	return mn_nl_reply_end(info, &reply, mn_nl_put_super(reply.skb, super));
}

static int meta_show(struct genl_info *info, struct block_device *bdev)
{
	struct mn_meta *meta = kzalloc(sizeof(*meta), GFP_KERNEL);
	const char *why = NULL;
	int error;

	if (!meta)
		return -ENOMEM;
	error = mn_meta_open(meta, bdev, &why);
	if (error) {
		mn_nl_fail(info, error, why);
	} else {
		error = meta_reply(info, &meta->super);
		mn_meta_close(meta);
	}
	kfree(meta);
	return error;
}

int mn_nl_meta_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_bdev device;
	dev_t dev;
	int error;

	if (!info->attrs[MN_A_META_PATH])
		return mn_nl_fail(info, -EINVAL, "the request names no metadata device");
	error = mn_bdev_find(nla_data(info->attrs[MN_A_META_PATH]), &dev);
	if (!error)
		error = mn_bdev_open_read(&device, dev);
	if (error)
		return mn_nl_fail(info, error,
				  "the metadata device cannot be opened: is it there, and a block device?");
	error = meta_show(info, device.bdev);
	mn_bdev_close(&device);
	return error;
}

/*
 * Which sectors the metadata device will have is not known here; the answer is enough for
 * either size.
 */
int mn_nl_meta_size(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_layout small, large;
	u64 sectors;
	u8 shift;
	int error;

	if (!info->attrs[MN_A_SECTORS])
		return mn_nl_fail(info, -EINVAL, "the request gives no size of the volume");
	error = region_shift(info, &shift);
	if (error)
		return error;
	sectors = nla_get_u64(info->attrs[MN_A_SECTORS]);
	if (!mn_layout_compute(sectors, 512, shift, &small) ||
	    !mn_layout_compute(sectors, 4096, shift, &large))
		return mn_nl_fail(info, -EINVAL,
				  "no volume can have this size: it must be between one sector and 1 PiB");
	return mn_nl_reply_u64(info, MN_A_META_BYTES, max(small.total_bytes, large.total_bytes));
}

/* ---- volumes ---- */

int mn_nl_volume_get(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_nl_reply reply;
	int error = mn_nl_reply_begin(info, &reply);

	if (error)
		return error;
	return mn_nl_reply_end(info, &reply, mn_nl_put_volume(reply.skb, mn_nl_volume(info)));
}

static int volume_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			   struct mn_volume *volume)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &mn_nl_family, NLM_F_MULTI, MN_CMD_VOLUME_GET);

	if (!header)
		return -EMSGSIZE;
	if (mn_nl_put_volume(skb, volume)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/* What does not fit comes first in the next message; one volume always fits into an empty one. */
int mn_nl_volume_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct mn_volume *volume;
	u32 *place;
	int error = 0;

	while (!error) {
		volume = mn_nl_dump_volume(cb, &place);
		if (IS_ERR_OR_NULL(volume))
			return skb->len ?: PTR_ERR_OR_ZERO(volume);
		error = volume_dump_one(skb, cb, volume);
		mn_volume_put(volume);
		if (!error)
			mn_nl_dump_advance(cb);
	}
	return skb->len;
}

int mn_nl_volume_set_role(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_why why = { };
	int error;

	if (!info->attrs[MN_A_ROLE])
		return mn_nl_fail(info, -EINVAL, "the request gives no role");
	error = mn_volume_set_role(mn_nl_volume(info), nla_get_u8(info->attrs[MN_A_ROLE]),
				   nla_get_flag(info->attrs[MN_A_FORCE]), &why);
	return mn_nl_done(info, error, &why);
}

int mn_nl_volume_demote(struct sk_buff *skb, struct genl_info *info)
{
	struct mn_why why = { };

	return mn_nl_done(info, mn_volume_demote(mn_nl_volume(info), &why), &why);
}

int mn_nl_volume_lock(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *reason = info->attrs[MN_A_VOLUME_LOCKED];
	bool force = nla_get_flag(info->attrs[MN_A_FORCE]);
	u8 lock = reason ? nla_get_u8(reason) : MN_LOCK_USER;
	struct mn_why why = { };

	if (lock != MN_LOCK_USER && lock != MN_LOCK_HANDING_OVER)
		return mn_nl_fail(info, -EINVAL, "nobody can ask for a lock of this kind");
	return mn_nl_done(info, mn_volume_lock(mn_nl_volume(info), lock, force, &why), &why);
}

int mn_nl_volume_unlock(struct sk_buff *skb, struct genl_info *info)
{
	bool read_only = nla_get_flag(info->attrs[MN_A_READ_ONLY]);
	bool force = nla_get_flag(info->attrs[MN_A_FORCE]);
	struct mn_why why = { };

	return mn_nl_done(info, mn_volume_unlock(mn_nl_volume(info), read_only, force, &why), &why);
}
