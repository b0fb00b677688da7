// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/records.hpp"

#include "nl/attributes.hpp"

#include <limits>
#include <numeric>

namespace mirrornet::nl {

namespace {

constexpr std::uint32_t no_minor = std::numeric_limits<std::uint32_t>::max();

std::uint32_t number32(const Attributes& from, mn_attr which)
{
    return static_cast<std::uint32_t>(from.number(which));
}

template <Worded E> E code(const Attributes& from, mn_attr which)
{
    return from_code<E>(static_cast<long long>(from.number(which)));
}

template <Worded E> std::optional<E> maybe_code(const Attributes& from, mn_attr which)
{
    return from.has(which) ? std::optional(code<E>(from, which)) : std::nullopt;
}

Latency read_latency(const Attributes& from, mn_attr writes, mn_attr sum)
{
    Latency latency;
    from.numbers(writes, latency.writes);
    latency.sum_us = from.number(sum);
    return latency;
}

void read_runtime(const Attributes& from, VolumeRecord& volume)
{
    if (from.has(MN_A_VOLUME_DEV) && number32(from, MN_A_VOLUME_DEV) != no_minor)
        volume.minor = number32(from, MN_A_VOLUME_DEV);
    volume.data_dev = from.text(MN_A_VOLUME_DATA_DEV);
    volume.meta_dev = from.text(MN_A_VOLUME_META_DEV);
    volume.read_only = from.number(MN_A_VOLUME_READ_ONLY) != 0;
    volume.written = from.number(MN_A_VOLUME_WRITTEN) != 0;
    volume.openers = number32(from, MN_A_VOLUME_OPENERS);
    volume.meta_error = static_cast<int>(from.number(MN_A_VOLUME_META_ERROR));
    volume.meta_way = code<MetaWay>(from, MN_A_VOLUME_META_WAY);
    volume.boot = code<Boot>(from, MN_A_VOLUME_BOOT);
    volume.intent_regions = number32(from, MN_A_VOLUME_INTENT_REGIONS);
    volume.intent_writes = from.number(MN_A_VOLUME_INTENT_WRITES);
    volume.bitmap_writes = from.number(MN_A_VOLUME_BITMAP_WRITES);
    volume.write_number = from.number(MN_A_VOLUME_WRITE_NUMBER);
    volume.local_latency = read_latency(from, MN_A_VOLUME_LOCAL_LATENCY,
                                        MN_A_VOLUME_LOCAL_LATENCY_SUM);
}

ResyncRecord read_resync(const Attributes& from)
{
    ResyncRecord resync;
    resync.phase = code<ResyncPhase>(from, MN_A_RESYNC_PHASE);
    resync.begun = from.number(MN_A_RESYNC_BEGUN);
    resync.sent = from.number(MN_A_RESYNC_SENT);
    resync.zero = from.number(MN_A_RESYNC_ZERO);
    resync.unreadable = from.number(MN_A_RESYNC_UNREADABLE);
    resync.bytes = from.number(MN_A_RESYNC_BYTES);
    resync.current_block = from.number(MN_A_RESYNC_CURRENT);
    resync.pass = number32(from, MN_A_RESYNC_PASS);
    resync.new_writes = from.number(MN_A_RESYNC_NEW_WRITES);
    resync.elapsed_ms = from.number(MN_A_RESYNC_ELAPSED);
    resync.progress_at = from.number(MN_A_RESYNC_PROGRESS);
    resync.compared = from.number(MN_A_RESYNC_COMPARED);
    resync.differed = from.number(MN_A_RESYNC_DIFFERED);
    resync.waits_for = code<ResyncWait>(from, MN_A_RESYNC_WAITS_FOR);
    return resync;
}

void read_stream(const Attributes& from, MirrorRecord& mirror)
{
    mirror.reconnects = from.number(MN_A_MIRROR_RECONNECTS);
    mirror.renewals = from.number(MN_A_MIRROR_RENEWALS);
    mirror.elapsed_s = from.number(MN_A_MIRROR_ELAPSED);
    mirror.queue_length = from.number(MN_A_MIRROR_QUEUE_LENGTH);
    mirror.queue_bytes = from.number(MN_A_MIRROR_QUEUE_BYTES);
    mirror.queue_age_ms = from.number(MN_A_MIRROR_QUEUE_AGE);
    mirror.sent_bytes = from.number(MN_A_MIRROR_SENT_BYTES);
    mirror.received_bytes = from.number(MN_A_MIRROR_RECEIVED_BYTES);
    mirror.uncompressed_bytes = from.number(MN_A_MIRROR_UNCOMPRESSED_BYTES);
    mirror.compressing = code<Compressing>(from, MN_A_MIRROR_COMPRESSION);
    mirror.sequence = from.number(MN_A_MIRROR_SEQUENCE);
    mirror.applied = from.number(MN_A_MIRROR_APPLIED);
    mirror.stable = from.number(MN_A_MIRROR_STABLE);
    mirror.remote_latency = read_latency(from, MN_A_MIRROR_REMOTE_LATENCY,
                                         MN_A_MIRROR_REMOTE_LATENCY_SUM);
    mirror.lag_ms = from.number(MN_A_MIRROR_LAG_TIME);
    mirror.lag_bytes = from.number(MN_A_MIRROR_LAG_BYTES);
    mirror.stalls = from.number(MN_A_MIRROR_STALLS);
    mirror.stall_ms = from.number(MN_A_MIRROR_STALL_TIME);
    mirror.mode = number32(from, MN_A_OPT_MODE) == MN_MODE_ASYNC ? Mode::async : Mode::sync;
    mirror.resync_reads = number32(from, MN_A_OPT_RESYNC_READS);
    mirror.queue_high_water = number32(from, MN_A_OPT_QUEUE_HIGH_WATER);
    mirror.queue_byte_limit_mib = number32(from, MN_A_OPT_QUEUE_BYTE_LIMIT);
}

} // namespace

std::uint64_t Latency::count() const
{
    return std::accumulate(writes.begin(), writes.end(), std::uint64_t{0});
}

std::optional<std::uint64_t> Latency::bound_us(std::size_t bucket)
{
    if (bucket + 1 >= MN_LATENCY_BUCKETS)
        return std::nullopt;
    return std::uint64_t{1} << bucket;
}

std::optional<std::uint64_t> Latency::within_us(double share) const
{
    const auto wanted = share * static_cast<double>(count());
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < writes.size(); bucket++) {
        seen += writes[bucket];
        if (static_cast<double>(seen) >= wanted)
            return bound_us(bucket);
    }
    return std::nullopt;
}

VolumeRecord volume_record(const Attributes& from)
{
    VolumeRecord volume;
    volume.id = from.uuid(MN_A_VOLUME_UUID);
    volume.name = from.text(MN_A_VOLUME_NAME);
    volume.node = from.uuid(MN_A_NODE_UUID);
    volume.sectors = from.number(MN_A_SECTORS);
    volume.sector_size = number32(from, MN_A_SECTOR_SIZE);
    volume.region_bytes = number32(from, MN_A_REGION_BYTES);
    volume.intent_limit = number32(from, MN_A_INTENT_LIMIT);
    volume.role = code<Role>(from, MN_A_ROLE);
    volume.lock = code<LockReason>(from, MN_A_VOLUME_LOCKED);
    volume.data = code<DataState>(from, MN_A_VOLUME_DATA_STATE);
    volume.data_since = from.number(MN_A_VOLUME_DATA_SINCE);
    volume.generation = from.number(MN_A_VOLUME_GENERATION);
    volume.clean = from.number(MN_A_VOLUME_CLEAN) != 0;
    volume.handover = from.number(MN_A_VOLUME_HANDOVER);
    if (from.has(MN_A_VOLUME_HANDED_TO))
        volume.handed_to = from.uuid(MN_A_VOLUME_HANDED_TO);
    read_runtime(from, volume);
    return volume;
}

MirrorRecord mirror_record(const Attributes& from)
{
    MirrorRecord mirror;
    mirror.volume = from.uuid(MN_A_VOLUME_UUID);
    mirror.peer = from.uuid(MN_A_PEER_UUID);
    mirror.slot = number32(from, MN_A_MIRROR_SLOT);
    mirror.state = from_code<MirrorState>(from.signed_number(MN_A_MIRROR_STATE));
    mirror.reason = code<Reason>(from, MN_A_MIRROR_REASON);
    mirror.ends_by_itself = from.number(MN_A_MIRROR_ENDS_BY_ITSELF) != 0;
    mirror.since = from.number(MN_A_MIRROR_SINCE);
    mirror.link = code<LinkState>(from, MN_A_MIRROR_LINK);
    mirror.encrypted = from.number(MN_A_MIRROR_ENCRYPTED) != 0;
    mirror.dirty_blocks = from.number(MN_A_MIRROR_DIRTY_BLOCKS);
    mirror.unsent_blocks = from.number(MN_A_MIRROR_UNSENT_BLOCKS);
    mirror.total_blocks = from.number(MN_A_MIRROR_TOTAL_BLOCKS);
    mirror.full_needed = from.number(MN_A_MIRROR_FULL_NEEDED) != 0;
    mirror.base_generation = from.number(MN_A_MIRROR_BASE_GENERATION);
    mirror.old_base = from.number(MN_A_MIRROR_OLD_BASE);
    mirror.peer_role = maybe_code<Role>(from, MN_A_MIRROR_PEER_ROLE);
    mirror.peer_data = maybe_code<DataState>(from, MN_A_MIRROR_PEER_DATA_STATE);
    mirror.peer_reason = code<Reason>(from, MN_A_MIRROR_PEER_REASON);
    mirror.fence = code<Fence>(from, MN_A_MIRROR_FENCE);
    mirror.fence_generation = from.number(MN_A_MIRROR_FENCE_GENERATION);
    mirror.fence_timeout_ms = number32(from, MN_A_OPT_FENCE_TIMEOUT);
    mirror.lost_writes = code<LostWritesState>(from, MN_A_MIRROR_LOST_WRITES);
    mirror.heard = code<Heard>(from, MN_A_MIRROR_HEARD);
    mirror.boot_wait_s = number32(from, MN_A_OPT_BOOT_WAIT);
    mirror.boot_alone = code<BootAlone>(from, MN_A_OPT_BOOT_ALONE);
    mirror.async_flush = number32(from, MN_A_OPT_ASYNC_FLUSH);
    read_stream(from, mirror);
    mirror.resync = read_resync(from);
    return mirror;
}

} // namespace mirrornet::nl
