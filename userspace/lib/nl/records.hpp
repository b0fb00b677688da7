// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the kernel says of a volume and of a mirror, as values.
#pragma once

#include "model/names.hpp"
#include "nl/states.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace mirrornet::nl {

class Attributes;

using Nanoseconds = std::uint64_t; // since the epoch; for people only

// How long writes took. The first bucket counts those of at most 1 us, each further one those
// of at most twice as much that none before it counts, the last one all others.
struct Latency {
    std::array<std::uint64_t, MN_LATENCY_BUCKETS> writes{};
    std::uint64_t sum_us = 0;

    std::uint64_t count() const;
    // The bound of a bucket, in us; none of the last one.
    static std::optional<std::uint64_t> bound_us(std::size_t bucket);
    // The bound that this share of the writes (0..1) did not exceed; none beyond the last bound.
    std::optional<std::uint64_t> within_us(double share) const;
};

// Of an active volume; of metadata that is not active only what lies in the
// superblock (everything before `minor`).
struct VolumeRecord {
    VolumeId id;
    std::string name;
    NodeId node;
    std::uint64_t sectors = 0; // of 512 bytes
    std::uint32_t sector_size = 0;
    std::uint32_t region_bytes = 0;
    std::uint32_t intent_limit = 0; // regions
    Role role = Role::none;
    LockReason lock = LockReason::none;
    DataState data = DataState::unknown;
    Nanoseconds data_since = 0;
    std::uint64_t generation = 0;
    bool clean = false;
    std::uint64_t handover = 0; // number of the last one that this node began
    NodeId handed_to;           // while it is locked for that

    std::optional<std::uint32_t> minor; // of the dm device
    std::string data_dev, meta_dev;     // "major:minor"
    bool read_only = false; // unlocked for reading alone
    bool written = false;   // a target that was unlocked for writing
    std::uint32_t openers = 0;
    int meta_error = 0; // errno, 0 = none
    MetaWay meta_way = MetaWay::fine;
    Boot boot = Boot::none;
    std::uint32_t intent_regions = 0;
    std::uint64_t intent_writes = 0, bitmap_writes = 0; // sectors
    std::uint64_t write_number = 0;
    Latency local_latency; // on the data device

    std::uint64_t bytes() const { return sectors * 512; }
    bool locked() const { return lock != LockReason::none; }
};

struct ResyncRecord {
    ResyncPhase phase = ResyncPhase::none;
    std::uint64_t begun = 0, sent = 0, zero = 0, unreadable = 0; // blocks
    std::uint64_t compared = 0, differed = 0; // blocks
    std::uint64_t bytes = 0;
    std::uint64_t current_block = 0;
    std::uint32_t pass = 0;
    std::uint64_t new_writes = 0;
    std::uint64_t elapsed_ms = 0;
    Nanoseconds progress_at = 0;
    ResyncWait waits_for = ResyncWait::nothing;
};

struct MirrorRecord {
    VolumeId volume;
    NodeId peer;
    unsigned slot = 0;
    MirrorState state = MirrorState::invalid;
    Reason reason = Reason::none;
    bool ends_by_itself = false;
    Nanoseconds since = 0;
    LinkState link = LinkState::none;
    bool encrypted = false;
    std::uint64_t dirty_blocks = 0, unsent_blocks = 0, total_blocks = 0;
    bool full_needed = false;
    std::uint64_t base_generation = 0;
    std::uint64_t old_base = 0; // what the peer had before it
    std::optional<Role> peer_role; // while the link is up
    std::optional<DataState> peer_data;
    Reason peer_reason = Reason::none; // why it ended the last link, as it said; none: it did not
    std::uint64_t reconnects = 0;
    std::uint64_t renewals = 0;
    std::uint64_t elapsed_s = 0; // in mirroring
    std::uint64_t queue_length = 0, queue_bytes = 0, queue_age_ms = 0;
    std::uint64_t sent_bytes = 0, received_bytes = 0;
    std::uint64_t uncompressed_bytes = 0; // sent_bytes, had nothing been compressed
    Compressing compressing = Compressing::off;
    std::uint64_t sequence = 0, applied = 0, stable = 0;
    Latency remote_latency; // queued to applied
    std::uint64_t lag_ms = 0, lag_bytes = 0; // what the target lacks; at the source
    std::uint64_t stalls = 0, stall_ms = 0;  // of writers
    ResyncRecord resync;
    Mode mode = Mode::sync;
    Fence fence = Fence::none;
    std::uint64_t fence_generation = 0; // which loss it is about
    std::uint32_t fence_timeout_ms = 0;
    LostWritesState lost_writes = LostWritesState::none;
    Heard heard = Heard::nothing; // at a source that came up
    std::uint32_t boot_wait_s = 0;
    BootAlone boot_alone = BootAlone::safe;
    std::uint32_t async_flush = 0; // a value of the option
    std::uint32_t resync_reads = 0, queue_high_water = 0, queue_byte_limit_mib = 0;
};

VolumeRecord volume_record(const Attributes& attributes);
MirrorRecord mirror_record(const Attributes& attributes);

} // namespace mirrornet::nl
