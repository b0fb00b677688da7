/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view: what a volume and its mirrors are at one moment, to be shown (L4)
 *
 * Status, netlink and sysfs show the same facts; here they are collected, each
 * set under one lock, into plain numbers. Nothing here sleeps. Every member of a
 * view that is a number is a u64, so that tables can name them by offset.
 */
#ifndef MN_VIEW_H
#define MN_VIEW_H

#include "volume.h"

#define MN_NO_MINOR		0xffffffffu

struct mn_volume_view {
	struct mn_super super;		/* what is durable */
	dev_t data_dev, meta_dev;
	u64 minor;			/* of the dm device, or MN_NO_MINOR */
	u64 role;			/* enum mn_role */
	u64 locked;			/* enum mn_lock_reason */
	u64 read_only;
	u64 written;			/* a target that was unlocked for writing */
	u64 openers;
	u64 meta_error;			/* positive errno */
	u64 meta_way;			/* enum mn_meta_way */
	u64 boot;			/* enum mn_boot */
	u64 intent_regions;
	u64 intent_writes;
	u64 bitmap_writes;
	u64 write_number;
	struct mn_latency local_latency;
};

struct mn_mirror_view {
	u8 peer_uuid[MN_UUID_LEN];
	s32 state;			/* enum mn_mirror_state */
	u64 slot;
	u64 type;			/* 0 none, or enum mn_mode */
	u64 reason;			/* enum mn_reason */
	u64 ends_by_itself;
	u64 since;
	u64 link;			/* enum mn_link_state */
	u64 encrypted;
	u64 dirty_blocks;
	u64 unsent_blocks;
	u64 total_blocks;
	u64 full_needed;
	u64 base_generation;
	u64 old_base;
	u64 peer_role;
	u64 peer_data_state;
	u64 peer_reason;
	u64 reconnects;
	u64 renewals;
	u64 elapsed;			/* seconds in mirroring */
	u64 queue_length;
	u64 queue_bytes;
	u64 queue_age;			/* ms of the oldest */
	u64 queue_low_water;
	u64 sent_bytes;
	u64 received_bytes;
	u64 uncompressed_bytes;		/* sent_bytes, had nothing been compressed */
	u64 compressing;		/* enum mn_compression */
	u64 sequence;
	u64 applied;
	u64 stable;
	struct mn_latency remote_latency;
	u64 lag_time;			/* ms; at the source */
	u64 lag_bytes;
	u64 stalls;
	u64 stall_time;			/* ms */
	u64 resync_phase;		/* enum mn_resync_phase */
	u64 resync_begun;
	u64 resync_sent;
	u64 resync_zero;
	u64 resync_bytes;
	u64 resync_current;
	u64 resync_pass;
	u64 resync_new_writes;
	u64 resync_elapsed;		/* ms */
	u64 resync_seconds;		/* the same in seconds */
	u64 resync_progress;
	u64 resync_unreadable;
	u64 resync_compared;
	u64 resync_differed;
	u64 resync_waits_for;		/* enum mn_resync_wait */
	u64 ping_interval;		/* options, SPEC 9 */
	u64 max_ping_misses;
	u64 stall_timeout;
	u64 resync_reads;
	u64 queue_high_water;
	u64 queue_byte_limit;		/* in bytes, as every number of the queue; 0: none */
	u64 mode;			/* enum mn_mode */
	u64 on_queue_limit;		/* enum mn_on_queue_limit */
	u64 async_flush;		/* enum mn_async_flush */
	u64 compression;
	u64 bandwidth_limit;
	u64 resync_bandwidth_limit;
	u64 auto_resync;		/* enum mn_auto_resync */
	u64 max_resync_passes;
	u64 resync_low_water;
	u64 resync_block_writes_timeout;
	u64 on_sync_loss;		/* enum mn_on_sync_loss */
	u64 fence_timeout;
	u64 on_fence_timeout;		/* enum mn_on_fence_timeout */
	u64 on_metadata_error;		/* enum mn_on_metadata_error */
	u64 boot_wait;			/* s */
	u64 boot_alone;			/* enum mn_boot_alone */
	u64 keep_lost_writes;		/* enum mn_keep_lost_writes */
	u64 heard;			/* enum mn_heard */
	u64 fence;			/* enum mn_fence */
	u64 fence_generation;
	u64 lost_writes;		/* enum mn_lost_writes */
};

/* Any context. The caller holds a reference to the volume. */
void mn_view_volume(struct mn_volume *volume, struct mn_volume_view *view);
/* Any context. False: the slot holds no mirror. */
bool mn_view_slot(struct mn_volume *volume, u8 slot, struct mn_mirror_view *view);
/* Any context. False: no mirror with this peer. */
bool mn_view_peer(struct mn_volume *volume, const u8 *peer_uuid, struct mn_mirror_view *view);
/*
 * Any context. Of blocks first..first+count-1, as far as the volume goes, those that the peer may
 * lack: a bit each, the lowest first. Returns how many there are; 0: no mirror with this peer.
 */
u32 mn_view_bitmap(struct mn_volume *volume, const u8 *peer_uuid, u64 first, u32 count, u8 *bits);

#endif
