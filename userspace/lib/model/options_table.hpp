// SPDX-License-Identifier: GPL-2.0-or-later
//
// The table of options, included by options.cpp alone. SPEC 9 is its contract;
// ranges that it leaves open are bounded here by what the kernel's counters and
// timers hold without overflow.
#pragma once

#include "model/options.hpp"

#include <array>

namespace mirrornet::option_table {

using namespace std::string_view_literals;

constexpr std::array mode{"sync"sv, "async"sv};
constexpr std::array encryption{"tls"sv, "none"sv};
constexpr std::array pause_block{"pause"sv, "block"sv};
constexpr std::array barrier_drain{"barrier"sv, "drain"sv};
constexpr std::array continue_fence{"continue"sv, "fence"sv};
constexpr std::array stop_continue{"stop"sv, "continue"sv};
constexpr std::array auto_resync{"partial"sv, "full"sv, "no"sv};
constexpr std::array no_yes{"no"sv, "yes"sv};
constexpr std::array roles{"both"sv, "source"sv, "target"sv};
constexpr std::array boot_alone{"safe"sv, "locked"sv, "source"sv};

using Choices = std::span<const std::string_view>;

constexpr OptionSpec word(Option id, std::string_view name, unsigned scopes, Choices choices,
                          std::string_view help)
{
    return {id,   name,  scopes, "",   0, 0, static_cast<std::int64_t>(choices.size()) - 1,
            false, false, true,   true, choices, help};
}

constexpr OptionSpec number(Option id, std::string_view name, unsigned scopes,
                            std::string_view unit, std::int64_t fallback, std::int64_t least,
                            std::int64_t most, std::string_view help)
{
    return {id, name, scopes, unit, fallback, least, most, false, false, true,
            true, {}, help};
}

constexpr OptionSpec zero_too(OptionSpec spec)
{
    spec.zero_too = true;
    return spec;
}

constexpr OptionSpec power_of_two(OptionSpec spec)
{
    spec.power_of_two = true;
    return spec;
}

constexpr OptionSpec not_live(OptionSpec spec)
{
    spec.live = false;
    return spec;
}

constexpr OptionSpec later(OptionSpec spec)
{
    spec.in_this_version = false;
    return spec;
}

constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t fastest = 1'000'000'000; // kbit/s
constexpr unsigned m = scope_mirror, v = scope_volume, n = scope_node, pair = scope_pair,
                   copy = scope_copy;
using O = Option;

constexpr std::array table{
    word(O::mode, "mode", m, mode, "when a write returns: after the target has it, or before"),
    number(O::compression, "compression", m, "", 0, 0, 9, "0 off, 1 fastest, 9 smallest"),
    zero_too(number(O::bandwidth_limit, "bandwidth-limit", m, "kbit/s", 0, 64, fastest,
                    "of everything sent; 0 no limit")),
    zero_too(number(O::resync_bandwidth_limit, "resync-bandwidth-limit", m, "kbit/s", 0, 64,
                    fastest, "of resync alone; 0 no limit")),
    word(O::encryption, "encryption", pair, encryption,
         "of the replication link; none only if both nodes say so"),
    number(O::ping_interval, "ping-interval", m, "ms", 3000, 100, 60000,
           "how often an idle link is tried"),
    number(O::max_ping_misses, "max-ping-misses", m, "", 5, 2, 100,
           "missed pings after which the peer counts as silent"),
    number(O::stall_timeout, "stall-timeout", m, "ms", 20000, 1000, 600000,
           "a target that acknowledges nothing this long while writes wait is lost"),
    not_live(number(O::port, "port", n, "", 9999, 1, 65535, "TCP port of mirror-netd")),
    zero_too(number(O::write_queue_high_water, "write-queue-high-water", m, "writes", 20000, 100,
                    10'000'000, "writes queued for the target; 0 no limit")),
    number(O::write_queue_byte_limit, "write-queue-byte-limit", m, "MiB", 0, 0, 65536,
           "bytes queued for the target; 0 no limit"),
    word(O::on_queue_limit, "on-queue-limit", m, pause_block,
         "what a full queue does: track in the bitmap, or make writers wait"),
    word(O::async_flush, "async-flush", m, barrier_drain,
         "a flush of an async mirror: keeps order only, or waits for the target (the default where volumes share a job)"),
    word(O::on_sync_loss, "on-sync-loss", v, continue_fence,
         "writes without the sync target: go on, or wait until it is fenced"),
    number(O::fence_timeout, "fence-timeout", v, "ms", 30000, 100, hour_ms,
           "how long writes wait for the fence"),
    word(O::on_fence_timeout, "on-fence-timeout", v, stop_continue,
         "fence not confirmed in time: fail writes and lock, or go on"),
    word(O::auto_resync, "auto-resync", m, auto_resync,
         "which resync starts by itself when a link comes back"),
    number(O::resync_reads, "resync-reads", m, "blocks", 20, 1, 1024,
           "resync blocks read at a time, and least under way; a link that takes more gets more"),
    number(O::max_resync_passes, "max-resync-passes", m, "", 200, 1, 1'000'000,
           "passes after which a resync pauses for 60 s"),
    number(O::resync_low_water, "resync-low-water", m, "blocks", 150, 0, 1'000'000'000,
           "blocks left at which writers may be delayed after a tenth of the passes; 0 never"),
    number(O::resync_block_writes_timeout, "resync-block-writes-timeout", m, "ms", 15000, 0,
           hour_ms, "longest delay of writers at the end of a resync; 0 never"),
    number(O::parallel_resyncs, "parallel-resyncs", n, "", 0, 0, 4096,
           "resyncs that this node sends at a time, the others wait their turn; 0 no limit"),
    later(power_of_two(number(O::snapshot_chunk, "snapshot-chunk", v, "KiB", 64, 4, 1024,
                              "copy-on-write unit of snapshots"))),
    later(number(O::quiesce_timeout, "quiesce-timeout", v, "ms", 60000, 100, hour_ms,
                 "longest freeze of the source for a snapshot")),
    later(word(O::snapshot_before_resync, "snapshot-before-resync", v, no_yes,
               "keep a consistent copy while a resync runs")),
    word(O::keep_lost_writes, "keep-lost-writes", v, no_yes,
         "save what an old source had not sent before it is overwritten"),
    word(O::allowed_roles, "allowed-roles", copy | n, roles,
         "roles this node may take, for all volumes or for one; both places have to allow it"),
    power_of_two(not_live(number(O::intent_region, "intent-region", v, "KiB", 1024, 64, 65536,
                                 "bytes of the volume behind one bit of the intent log; fixed by "
                                 "create"))),
    not_live(number(O::intent_limit, "intent-limit", v, "regions", 256, 16, 65536,
                    "regions with intent at a time; bounds the resync after a crash; fixed "
                    "by create")),
    number(O::metadata_wait, "metadata-wait", v, "s", 180, 0, day_s,
           "how long activation waits for a missing metadata device"),
    word(O::on_metadata_error, "on-metadata-error", v, stop_continue,
         "metadata cannot be written: fail writes without a durable intent, or give up the copies "
         "and go on"),
    number(O::boot_wait, "boot-wait", v, "s", 30, 0, day_s,
           "how long a source that comes up waits for nodes that may have been promoted"),
    word(O::boot_alone, "boot-alone", v, boot_alone,
         "one is not heard: open if its copy is on record as outdated, stay locked, or open"),
    number(O::shutdown_drain, "shutdown-drain", n, "s", 60, 0, 3600,
           "how long shutdown waits for queued writes"),
};

constexpr bool in_order()
{
    for (std::size_t at = 0; at < table.size(); at++)
        if (static_cast<std::size_t>(table[at].id) != at)
            return false;
    return table.size() == static_cast<std::size_t>(O::shutdown_drain) + 1;
}
static_assert(in_order(), "the table is indexed by Option");

} // namespace mirrornet::option_table
