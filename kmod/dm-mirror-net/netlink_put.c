// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink_put: views to attributes, by tables (L4)
 */
#include "netlink.h"

/* One number of a view: attribute, how wide it travels, where it stands. */
struct number {
	u16 attribute;
	u8 bytes;
	u16 offset;
};

#define OF_VOLUME(attribute, bytes, member) \
	{ attribute, bytes, offsetof(struct mn_volume_view, member) }
#define OF_MIRROR(attribute, bytes, member) \
	{ attribute, bytes, offsetof(struct mn_mirror_view, member) }

static const struct number volume_numbers[] = {
	OF_VOLUME(MN_A_VOLUME_DEV, 4, minor),
	OF_VOLUME(MN_A_ROLE, 1, role),
	OF_VOLUME(MN_A_VOLUME_LOCKED, 1, locked),
	OF_VOLUME(MN_A_VOLUME_READ_ONLY, 1, read_only),
	OF_VOLUME(MN_A_VOLUME_WRITTEN, 1, written),
	OF_VOLUME(MN_A_VOLUME_OPENERS, 4, openers),
	OF_VOLUME(MN_A_VOLUME_META_ERROR, 4, meta_error),
	OF_VOLUME(MN_A_VOLUME_META_WAY, 1, meta_way),
	OF_VOLUME(MN_A_VOLUME_BOOT, 1, boot),
	OF_VOLUME(MN_A_VOLUME_INTENT_REGIONS, 4, intent_regions),
	OF_VOLUME(MN_A_VOLUME_INTENT_WRITES, 8, intent_writes),
	OF_VOLUME(MN_A_VOLUME_BITMAP_WRITES, 8, bitmap_writes),
	OF_VOLUME(MN_A_VOLUME_WRITE_NUMBER, 8, write_number),
	OF_VOLUME(MN_A_VOLUME_LOCAL_LATENCY_SUM, 8, local_latency.sum),
};

static const struct number mirror_numbers[] = {
	OF_MIRROR(MN_A_MIRROR_SLOT, 1, slot),
	OF_MIRROR(MN_A_MIRROR_REASON, 1, reason),
	OF_MIRROR(MN_A_MIRROR_ENDS_BY_ITSELF, 1, ends_by_itself),
	OF_MIRROR(MN_A_MIRROR_SINCE, 8, since),
	OF_MIRROR(MN_A_MIRROR_LINK, 1, link),
	OF_MIRROR(MN_A_MIRROR_ENCRYPTED, 1, encrypted),
	OF_MIRROR(MN_A_MIRROR_DIRTY_BLOCKS, 8, dirty_blocks),
	OF_MIRROR(MN_A_MIRROR_UNSENT_BLOCKS, 8, unsent_blocks),
	OF_MIRROR(MN_A_MIRROR_TOTAL_BLOCKS, 8, total_blocks),
	OF_MIRROR(MN_A_MIRROR_FULL_NEEDED, 1, full_needed),
	OF_MIRROR(MN_A_MIRROR_BASE_GENERATION, 8, base_generation),
	OF_MIRROR(MN_A_MIRROR_OLD_BASE, 8, old_base),
	OF_MIRROR(MN_A_MIRROR_PEER_ROLE, 1, peer_role),
	OF_MIRROR(MN_A_MIRROR_PEER_DATA_STATE, 1, peer_data_state),
	OF_MIRROR(MN_A_MIRROR_PEER_REASON, 1, peer_reason),
	OF_MIRROR(MN_A_MIRROR_RECONNECTS, 8, reconnects),
	OF_MIRROR(MN_A_MIRROR_RENEWALS, 8, renewals),
	OF_MIRROR(MN_A_MIRROR_ELAPSED, 8, elapsed),
	OF_MIRROR(MN_A_MIRROR_QUEUE_LENGTH, 8, queue_length),
	OF_MIRROR(MN_A_MIRROR_QUEUE_BYTES, 8, queue_bytes),
	OF_MIRROR(MN_A_MIRROR_QUEUE_AGE, 8, queue_age),
	OF_MIRROR(MN_A_MIRROR_SENT_BYTES, 8, sent_bytes),
	OF_MIRROR(MN_A_MIRROR_RECEIVED_BYTES, 8, received_bytes),
	OF_MIRROR(MN_A_MIRROR_UNCOMPRESSED_BYTES, 8, uncompressed_bytes),
	OF_MIRROR(MN_A_MIRROR_COMPRESSION, 1, compressing),
	OF_MIRROR(MN_A_MIRROR_SEQUENCE, 8, sequence),
	OF_MIRROR(MN_A_MIRROR_APPLIED, 8, applied),
	OF_MIRROR(MN_A_MIRROR_STABLE, 8, stable),
	OF_MIRROR(MN_A_MIRROR_REMOTE_LATENCY_SUM, 8, remote_latency.sum),
	OF_MIRROR(MN_A_MIRROR_LAG_TIME, 8, lag_time),
	OF_MIRROR(MN_A_MIRROR_LAG_BYTES, 8, lag_bytes),
	OF_MIRROR(MN_A_MIRROR_STALLS, 8, stalls),
	OF_MIRROR(MN_A_MIRROR_STALL_TIME, 8, stall_time),
	OF_MIRROR(MN_A_RESYNC_PHASE, 1, resync_phase),
	OF_MIRROR(MN_A_RESYNC_BEGUN, 8, resync_begun),
	OF_MIRROR(MN_A_RESYNC_SENT, 8, resync_sent),
	OF_MIRROR(MN_A_RESYNC_ZERO, 8, resync_zero),
	OF_MIRROR(MN_A_RESYNC_BYTES, 8, resync_bytes),
	OF_MIRROR(MN_A_RESYNC_CURRENT, 8, resync_current),
	OF_MIRROR(MN_A_RESYNC_PASS, 4, resync_pass),
	OF_MIRROR(MN_A_RESYNC_NEW_WRITES, 8, resync_new_writes),
	OF_MIRROR(MN_A_RESYNC_ELAPSED, 8, resync_elapsed),
	OF_MIRROR(MN_A_RESYNC_PROGRESS, 8, resync_progress),
	OF_MIRROR(MN_A_RESYNC_UNREADABLE, 8, resync_unreadable),
	OF_MIRROR(MN_A_RESYNC_WAITS_FOR, 1, resync_waits_for),
	OF_MIRROR(MN_A_RESYNC_COMPARED, 8, resync_compared),
	OF_MIRROR(MN_A_RESYNC_DIFFERED, 8, resync_differed),
	OF_MIRROR(MN_A_OPT_PING_INTERVAL, 4, ping_interval),
	OF_MIRROR(MN_A_OPT_MAX_PING_MISSES, 4, max_ping_misses),
	OF_MIRROR(MN_A_OPT_STALL_TIMEOUT, 4, stall_timeout),
	OF_MIRROR(MN_A_OPT_RESYNC_READS, 4, resync_reads),
	OF_MIRROR(MN_A_OPT_QUEUE_HIGH_WATER, 4, queue_high_water),
	OF_MIRROR(MN_A_OPT_QUEUE_BYTE_LIMIT, 4, queue_byte_limit),
	OF_MIRROR(MN_A_OPT_MODE, 4, mode),
	OF_MIRROR(MN_A_OPT_ON_QUEUE_LIMIT, 4, on_queue_limit),
	OF_MIRROR(MN_A_OPT_ASYNC_FLUSH, 4, async_flush),
	OF_MIRROR(MN_A_OPT_COMPRESSION, 4, compression),
	OF_MIRROR(MN_A_OPT_BANDWIDTH_LIMIT, 4, bandwidth_limit),
	OF_MIRROR(MN_A_OPT_RESYNC_BANDWIDTH_LIMIT, 4, resync_bandwidth_limit),
	OF_MIRROR(MN_A_OPT_AUTO_RESYNC, 4, auto_resync),
	OF_MIRROR(MN_A_OPT_MAX_RESYNC_PASSES, 4, max_resync_passes),
	OF_MIRROR(MN_A_OPT_RESYNC_LOW_WATER, 4, resync_low_water),
	OF_MIRROR(MN_A_OPT_RESYNC_BLOCK_WRITES_TIMEOUT, 4, resync_block_writes_timeout),
	OF_MIRROR(MN_A_OPT_ON_SYNC_LOSS, 4, on_sync_loss),
	OF_MIRROR(MN_A_OPT_FENCE_TIMEOUT, 4, fence_timeout),
	OF_MIRROR(MN_A_OPT_ON_FENCE_TIMEOUT, 4, on_fence_timeout),
	OF_MIRROR(MN_A_OPT_ON_METADATA_ERROR, 4, on_metadata_error),
	OF_MIRROR(MN_A_OPT_BOOT_WAIT, 4, boot_wait),
	OF_MIRROR(MN_A_OPT_BOOT_ALONE, 4, boot_alone),
	OF_MIRROR(MN_A_OPT_KEEP_LOST_WRITES, 4, keep_lost_writes),
	OF_MIRROR(MN_A_MIRROR_HEARD, 1, heard),
	OF_MIRROR(MN_A_MIRROR_FENCE, 1, fence),
	OF_MIRROR(MN_A_MIRROR_FENCE_GENERATION, 8, fence_generation),
	OF_MIRROR(MN_A_MIRROR_LOST_WRITES, 1, lost_writes),
};

static int put_number(struct sk_buff *skb, const struct number *number, const void *view)
{
	u64 value = *(const u64 *)(view + number->offset);

	switch (number->bytes) {
	case 1:
		return nla_put_u8(skb, number->attribute, value);
	case 4:
		return nla_put_u32(skb, number->attribute, value);
	default:
		return nla_put_u64_64bit(skb, number->attribute, value, MN_A_PAD);
	}
}

static int put_numbers(struct sk_buff *skb, const struct number *numbers, size_t count,
		       const void *view)
{
	int error = 0;

	while (count-- && !error)
		error = put_number(skb, numbers++, view);
	return error;
}

static int put_histogram(struct sk_buff *skb, int attribute, const struct mn_latency *latency)
{
	return nla_put(skb, attribute, sizeof(latency->writes), latency->writes);
}

static int put_numbered_device(struct sk_buff *skb, int attribute, dev_t dev)
{
	char name[24];

	snprintf(name, sizeof(name), "%u:%u", MAJOR(dev), MINOR(dev));
	return nla_put_string(skb, attribute, name);
}

static int put_identity(struct sk_buff *skb, const struct mn_super *super)
{
	if (nla_put(skb, MN_A_VOLUME_UUID, MN_UUID_LEN, super->volume_uuid) ||
	    nla_put_string(skb, MN_A_VOLUME_NAME, super->name) ||
	    nla_put(skb, MN_A_NODE_UUID, MN_UUID_LEN, super->node_uuid) ||
	    nla_put_u64_64bit(skb, MN_A_SECTORS, super->sectors, MN_A_PAD) ||
	    nla_put_u32(skb, MN_A_SECTOR_SIZE, super->sector_size) ||
	    nla_put_u32(skb, MN_A_REGION_BYTES, 1u << super->region_shift) ||
	    nla_put_u32(skb, MN_A_INTENT_LIMIT, super->intent_limit))
		return -EMSGSIZE;
	return 0;
}

static int put_handover(struct sk_buff *skb, const struct mn_super *super)
{
	int error = nla_put_u64_64bit(skb, MN_A_VOLUME_HANDOVER, super->handover, MN_A_PAD);

	if (!error && super->locked == MN_LOCK_HANDED_OVER)
		error = nla_put(skb, MN_A_VOLUME_HANDED_TO, MN_UUID_LEN, super->handed_to);
	return error;
}

static int put_data_state(struct sk_buff *skb, const struct mn_super *super)
{
	if (nla_put_u8(skb, MN_A_VOLUME_DATA_STATE, super->data_state) ||
	    nla_put_u64_64bit(skb, MN_A_VOLUME_DATA_SINCE, super->data_since, MN_A_PAD) ||
	    nla_put_u64_64bit(skb, MN_A_VOLUME_GENERATION, super->generation, MN_A_PAD) ||
	    nla_put_u8(skb, MN_A_VOLUME_CLEAN, !!(super->flags & MN_SUPER_F_CLEAN)))
		return -EMSGSIZE;
	return put_handover(skb, super);
}

int mn_nl_put_super(struct sk_buff *skb, const struct mn_super *super)
{
	int error = put_identity(skb, super);

	if (!error)
		error = put_data_state(skb, super);
	if (!error)
		error = nla_put_u8(skb, MN_A_ROLE, super->role);
	if (!error)
		error = nla_put_u8(skb, MN_A_VOLUME_LOCKED, super->locked);
	return error;
}

int mn_nl_put_volume(struct sk_buff *skb, struct mn_volume *volume)
{
	struct mn_volume_view view;
	int error;

	mn_view_volume(volume, &view);
	error = put_identity(skb, &view.super);
	if (!error)
		error = put_data_state(skb, &view.super);
	if (!error)
		error = put_numbered_device(skb, MN_A_VOLUME_DATA_DEV, view.data_dev);
	if (!error)
		error = put_numbered_device(skb, MN_A_VOLUME_META_DEV, view.meta_dev);
	if (!error)
		error = put_histogram(skb, MN_A_VOLUME_LOCAL_LATENCY, &view.local_latency);
	if (!error)
		error = put_numbers(skb, volume_numbers, ARRAY_SIZE(volume_numbers), &view);
	return error;
}

int mn_nl_put_mirror(struct sk_buff *skb, const struct mn_volume *volume,
		     const struct mn_mirror_view *view)
{
	if (nla_put(skb, MN_A_VOLUME_UUID, MN_UUID_LEN, volume->uuid) ||
	    nla_put_string(skb, MN_A_VOLUME_NAME, volume->name) ||
	    nla_put(skb, MN_A_PEER_UUID, MN_UUID_LEN, view->peer_uuid) ||
	    nla_put_s32(skb, MN_A_MIRROR_STATE, view->state) ||
	    put_histogram(skb, MN_A_MIRROR_REMOTE_LATENCY, &view->remote_latency))
		return -EMSGSIZE;
	return put_numbers(skb, mirror_numbers, ARRAY_SIZE(mirror_numbers), view);
}
