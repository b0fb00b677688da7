// SPDX-License-Identifier: GPL-2.0-only
/*
 * view: what a volume and its mirrors are at one moment, to be shown (L4)
 */
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/ktime.h>
#include "conn.h"
#include "copies.h"
#include "rest.h"
#include "resync.h"
#include "view.h"
#include "stream.h"

/* ---- a volume ---- */

static void view_front(const struct mn_volume *volume, struct mn_volume_view *view)
{
	const struct gendisk *disk = volume->disk;

	lockdep_assert_held(&volume->track);
	view->minor = disk ? disk->first_minor : MN_NO_MINOR;
	view->openers = disk ? atomic_read(&disk->part0->bd_openers) : 0;
}

static u64 bitmap_writes(const struct mn_volume *volume)
{
	u64 writes = 0;
	u8 slot;

	lockdep_assert_held(&volume->track);
	for (slot = 0; slot < MN_SLOTS; slot++)
		if (volume->mirror[slot])
			writes += atomic64_read(&volume->mirror[slot]->bitmap.writes);
	return writes;
}

void mn_view_volume(struct mn_volume *volume, struct mn_volume_view *view)
{
	unsigned long flags;

	mn_meta_read(&volume->meta, &view->super);
	view->data_dev = volume->data.bdev->bd_dev;
	view->meta_dev = volume->meta_bdev.bdev->bd_dev;
	view->role = READ_ONCE(volume->role);
	view->locked = READ_ONCE(volume->lock_reason);
	view->boot = view->locked == MN_LOCK_WAIT_PEER ? READ_ONCE(volume->boot) : MN_BOOT_NONE;
	view->read_only = READ_ONCE(volume->read_only);
	view->written = !!(view->super.flags & MN_SUPER_F_WRITTEN);
	view->meta_error = abs(READ_ONCE(volume->meta.error));
	view->intent_regions = READ_ONCE(volume->intent.set_bits);
	view->intent_writes = atomic64_read(&volume->intent.writes);

	spin_lock_irqsave(&volume->track, flags);
	view_front(volume, view);
	view->bitmap_writes = bitmap_writes(volume);
	view->write_number = volume->write_number;
	view->meta_way = volume->meta_way;
	view->local_latency = volume->local_latency;
	spin_unlock_irqrestore(&volume->track, flags);
}

/* ---- a mirror; all under volume->track ---- */

static u64 mirroring_seconds(const struct mn_mirror *mirror)
{
	u64 total = mirror->mirroring_ns;

	if (mirror->state.state == MN_STATE_MIRRORING)
		total += ktime_get_boottime_ns() - mirror->entered;
	return div_u64(total, NSEC_PER_SEC);
}

static u64 oldest_age_ms(struct mn_mirror *mirror)
{
	const struct mn_leg *oldest =
		list_first_entry_or_null(&mirror->unapplied, struct mn_leg, list);

	return oldest ? jiffies64_to_msecs(get_jiffies_64() - oldest->queued) : 0;
}

/* What the target lacks: what is not applied, and what is dirty. Only a source knows. */
static void view_lag(struct mn_mirror *mirror, struct mn_mirror_view *view)
{
	const struct mn_bitmap *bitmap = &mirror->bitmap;
	u64 dirty_ms = 0;

	view->lag_time = 0;
	view->lag_bytes = 0;
	if (READ_ONCE(mirror->volume->role) != MN_ROLE_SOURCE)
		return;
	if (bitmap->track.dirty_bits)
		dirty_ms = jiffies64_to_msecs(get_jiffies_64() - bitmap->dirty_since);
	view->lag_time = max(oldest_age_ms(mirror), dirty_ms);
	view->lag_bytes = mirror->queue_bytes + (bitmap->track.dirty_bits << MN_BLOCK_SHIFT);
}

static void view_stalls(const struct mn_mirror *mirror, struct mn_mirror_view *view)
{
	u64 present = mirror->crowded_since ? get_jiffies_64() - mirror->crowded_since : 0;

	view->stalls = mirror->stalls;
	view->stall_time = jiffies64_to_msecs(mirror->stall_jiffies + present);
	view->remote_latency = mirror->remote_latency;
}

/* Between two targets of another node there is nothing, unless a person said something of it. */
static struct mn_state shown_state(const struct mn_mirror *mirror)
{
	if (mn_copies_is_aside(mirror) && !mn_state_is_durable(mirror->state))
		return (struct mn_state){ .state = MN_STATE_NONE, .reason = MN_REASON_NONE };
	return mirror->state;
}

static void view_state(const struct mn_mirror *mirror, struct mn_mirror_view *view)
{
	struct mn_state state = shown_state(mirror);

	memcpy(view->peer_uuid, mirror->peer_uuid, MN_UUID_LEN);
	view->slot = mirror->slot;
	view->state = state.state;
	view->type = state.state == MN_STATE_NONE ? 0 : READ_ONCE(mirror->options.mode);
	view->reason = state.reason;
	view->ends_by_itself = mn_reason_ends_by_itself(state.reason);
	view->fence = mirror->fence;
	view->fence_generation = mirror->fence_generation;
	view->lost_writes = READ_ONCE(mirror->lost_writes);
	view->since = mirror->since;
	view->elapsed = mirroring_seconds(mirror);
	view->dirty_blocks = mirror->bitmap.track.dirty_bits;
	view->unsent_blocks = mirror->bitmap.unsent_bits;
	view->total_blocks = mirror->bitmap.track.blocks;
}

/* A mirror without link says whether it wants one: the daemon leaves the others alone. */
static u8 link_of(const struct mn_mirror *mirror)
{
	if (mirror->link == MN_LINK_NONE &&
	    (mirror->building || !mn_state_wants_link(mirror->state) || mn_rest_is_on(mirror) ||
	     mn_copies_is_aside(mirror)))
		return MN_LINK_UNWANTED;
	return mirror->link;
}

static void view_bytes(const struct mn_mirror *mirror, struct mn_mirror_view *view)
{
	u64 saved = mirror->old_saved_bytes;

	view->sent_bytes = mirror->old_sent_bytes;
	view->received_bytes = mirror->old_received_bytes;
	view->compressing = MN_COMPRESSION_OFF;
	if (mirror->attached_conn) {
		const struct mn_conn_stats *stats = mn_conn_stats(mirror->attached_conn);

		saved += atomic64_read(&stats->saved_bytes);
		view->sent_bytes += atomic64_read(&stats->sent_bytes);
		view->received_bytes += atomic64_read(&stats->received_bytes);
		view->compressing = mn_conn_compression(mirror->attached_conn);
	}
	view->uncompressed_bytes = view->sent_bytes + saved;
}

static void view_link(const struct mn_mirror *mirror, struct mn_mirror_view *view)
{
	view->link = link_of(mirror);
	view->encrypted = mirror->encrypted;
	view->peer_role = mirror->peer_role;
	view->peer_data_state = mirror->peer_data_state;
	view->peer_reason = mirror->peer_reason;
	view->heard = mn_mirror_heard(mirror);
	view->reconnects = atomic64_read(&mirror->reconnects);
	view->renewals = atomic64_read(&mirror->renewals);
	view_bytes(mirror, view);
}

static void view_stream(struct mn_mirror *mirror, struct mn_mirror_view *view)
{
	view->queue_length = mirror->queue_length;
	view->queue_bytes = mirror->queue_bytes;
	view->queue_age = oldest_age_ms(mirror);
	view->queue_low_water = MN_QUEUE_LOW_WATER;
	view->sequence = mirror->sequence;
	view->applied = mirror->applied;
	view->stable = mirror->stable;
}

static u64 resync_elapsed_ms(const struct mn_resync_stats *stats)
{
	u64 end = stats->ended ? stats->ended : ktime_get_ns();

	return stats->started ? div_u64(end - stats->started, NSEC_PER_MSEC) : 0;
}

static void view_resync(const struct mn_mirror *mirror, struct mn_mirror_view *view)
{
	const struct mn_resync_stats *stats = &mirror->resync_stats;

	view->resync_phase = stats->phase;
	view->resync_begun = stats->begun;
	view->resync_sent = stats->sent;
	view->resync_zero = stats->zero;
	view->resync_bytes = stats->bytes;
	view->resync_current = stats->current_block;
	view->resync_pass = stats->pass;
	view->resync_new_writes = stats->new_writes;
	view->resync_elapsed = resync_elapsed_ms(stats);
	view->resync_seconds = div_u64(view->resync_elapsed, MSEC_PER_SEC);
	view->resync_progress = stats->progress;
	view->resync_unreadable = stats->unreadable;
	view->resync_compared = stats->compared;
	view->resync_differed = stats->differed;
	view->resync_waits_for = mn_resync_waits_for(mirror);
}

static void view_options(const struct mn_options *options, struct mn_mirror_view *view)
{
	view->ping_interval = READ_ONCE(options->ping_interval);
	view->max_ping_misses = READ_ONCE(options->max_ping_misses);
	view->stall_timeout = READ_ONCE(options->stall_timeout);
	view->resync_reads = READ_ONCE(options->resync_reads);
	view->queue_high_water = READ_ONCE(options->queue_high_water);
	view->queue_byte_limit = (u64)READ_ONCE(options->queue_byte_limit) << 20;
	view->mode = READ_ONCE(options->mode);
	view->on_queue_limit = READ_ONCE(options->on_queue_limit);
	view->async_flush = READ_ONCE(options->async_flush);
	view->compression = READ_ONCE(options->compression);
	view->bandwidth_limit = READ_ONCE(options->bandwidth_limit);
	view->resync_bandwidth_limit = READ_ONCE(options->resync_bandwidth_limit);
	view->auto_resync = READ_ONCE(options->auto_resync);
	view->max_resync_passes = READ_ONCE(options->max_resync_passes);
	view->resync_low_water = READ_ONCE(options->resync_low_water);
	view->resync_block_writes_timeout = READ_ONCE(options->resync_block_writes_timeout);
	view->on_sync_loss = READ_ONCE(options->on_sync_loss);
	view->fence_timeout = READ_ONCE(options->fence_timeout);
	view->on_fence_timeout = READ_ONCE(options->on_fence_timeout);
	view->on_metadata_error = READ_ONCE(options->on_metadata_error);
	view->boot_wait = READ_ONCE(options->boot_wait);
	view->boot_alone = READ_ONCE(options->boot_alone);
	view->keep_lost_writes = READ_ONCE(options->keep_lost_writes);
}

static void view_mirror(struct mn_mirror *mirror, struct mn_mirror_view *view)
{
	lockdep_assert_held(&mirror->volume->track);
	view_state(mirror, view);
	view_link(mirror, view);
	view_stream(mirror, view);
	view_lag(mirror, view);
	view_stalls(mirror, view);
	view_resync(mirror, view);
	view_options(&mirror->options, view);
}

/*
 * What only the superblock knows of a mirror. Read after the rest: a mirror that
 * was removed in between shows the values of a free slot.
 */
static void view_durable(struct mn_volume *volume, struct mn_mirror_view *view)
{
	const struct mn_slot *slot = &volume->meta.super.slot[view->slot];
	unsigned long flags;

	spin_lock_irqsave(&volume->meta.super_lock, flags);
	view->full_needed = !!(slot->flags & MN_SLOT_F_FULL);
	view->base_generation = slot->base;
	view->old_base = slot->old_base;
	spin_unlock_irqrestore(&volume->meta.super_lock, flags);
}

bool mn_view_slot(struct mn_volume *volume, u8 slot, struct mn_mirror_view *view)
{
	struct mn_mirror *mirror;
	unsigned long flags;

	spin_lock_irqsave(&volume->track, flags);
	mirror = volume->mirror[slot];
	if (mirror)
		view_mirror(mirror, view);
	spin_unlock_irqrestore(&volume->track, flags);
	if (!mirror)
		return false;
	view_durable(volume, view);
	return true;
}

bool mn_view_peer(struct mn_volume *volume, const u8 *peer_uuid, struct mn_mirror_view *view)
{
	struct mn_mirror *mirror;
	unsigned long flags;

	spin_lock_irqsave(&volume->track, flags);
	mirror = mn_mirror_find(volume, peer_uuid);
	if (mirror)
		view_mirror(mirror, view);
	spin_unlock_irqrestore(&volume->track, flags);
	if (!mirror)
		return false;
	view_durable(volume, view);
	return true;
}

static u32 view_bits(const struct mn_track *track, u64 first, u32 count, u8 *bits)
{
	if (first >= track->blocks)
		return 0;
	count = min_t(u64, count, track->blocks - first);
	mn_track_union(track, first, count, bits);
	return count;
}

u32 mn_view_bitmap(struct mn_volume *volume, const u8 *peer_uuid, u64 first, u32 count, u8 *bits)
{
	const struct mn_mirror *mirror;
	unsigned long flags;

	spin_lock_irqsave(&volume->track, flags);
	mirror = mn_mirror_find(volume, peer_uuid);
	count = mirror ? view_bits(&mirror->bitmap.track, first, count, bits) : 0;
	spin_unlock_irqrestore(&volume->track, flags);
	return count;
}
