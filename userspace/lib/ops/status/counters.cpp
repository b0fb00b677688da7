// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/status/counters.hpp"

#include <linux/dm_mirror_net.h>

namespace mirrornet::ops {

namespace {

constexpr std::int64_t mib = 1 << 20;
constexpr bool grows = true;

std::int64_t number(std::uint64_t value)
{
    return static_cast<std::int64_t>(value);
}

// 0 none, 1 sync, 2 async
int type_of(const nl::MirrorRecord& m)
{
    if (m.state == MirrorState::none)
        return 0;
    return m.mode == Mode::async ? MN_MODE_ASYNC : MN_MODE_SYNC;
}

// What the first eighteen are is fixed by the specification.
void add_specified(const nl::MirrorRecord& m, std::vector<Counter>& all)
{
    const Counter counters[] = {
        {"mirror elapsed time", number(m.elapsed_s), "s", "time in mirroring", grows},
        {"mirror state", static_cast<int>(m.state), "",
         "-1 invalid, 0 none, 1 mirroring, 2 resync, 3 broken, 4 paused, 5 resync-pending"},
        {"mirror type", type_of(m), "", "0 none, 1 sync, 2 async"},
        {"network reconnects", number(m.reconnects), "", "links so far", grows},
        {"queue byte limit", m.queue_byte_limit_mib * mib, "bytes",
         "bytes that may wait for the target (write-queue-byte-limit); 0: no limit"},
        {"queue current age", number(m.queue_age_ms), "ms",
         "how long the oldest write waits for the target"},
        {"queue current bytes", number(m.queue_bytes), "bytes", "bytes that wait for the target"},
        {"queue current length", number(m.queue_length), "writes",
         "writes that wait for the target"},
        {"queue high water", m.queue_high_water, "writes",
         "writes that may wait for the target; 0: no limit"},
        {"queue low water", MN_QUEUE_LOW_WATER, "writes",
         "always 150; kept for comparison with other products"},
        {"resync reads", m.resync_reads, "blocks",
         "blocks that a resync reads at a time (resync-reads); more may be on their way"},
        {"resync current block", number(m.resync.current_block), "block",
         "where the resync stands"},
        {"resync dirty blocks", number(m.dirty_blocks), "blocks",
         "blocks of 64 KiB that the target lacks, in every state"},
        {"resync elapsed time", number(m.resync.elapsed_ms / 1000), "s",
         "time of the resync that runs, or of the last one"},
        {"resync new writes", number(m.resync.new_writes), "writes",
         "writes that were mirrored while the resync ran"},
        {"resync pass", m.resync.pass, "", "how often the resync went through the bitmap"},
        {"resync total blocks", number(m.total_blocks), "blocks", "blocks of the volume"},
        {"resync phase", static_cast<int>(m.resync.phase), "",
         "0 none, 1 starting, 2 full, 3 partial"},
    };
    all.insert(all.end(), std::begin(counters), std::end(counters));
}

void add_stream(const nl::MirrorRecord& m, std::vector<Counter>& all)
{
    const Counter counters[] = {
        {"sequence", number(m.sequence), "writes", "the last write of the stream"},
        {"applied", number(m.applied), "writes",
         "the last write of the stream that the target has applied"},
        {"stable", number(m.stable), "writes",
         "the last write of the stream that the target has flushed"},
        {"sent bytes", number(m.sent_bytes), "bytes",
         "sent over all links of the mirror since the volume is active", grows},
        {"received bytes", number(m.received_bytes), "bytes",
         "received over all links of the mirror since the volume is active", grows},
        {"uncompressed bytes", number(m.uncompressed_bytes), "bytes",
         "what was sent, as it would be without compression", grows},
        {"link renewals", number(m.renewals), "", "how often a link went on over a new connection",
         grows},
    };
    all.insert(all.end(), std::begin(counters), std::end(counters));
}

// How far the target is behind, and what that cost the writers.
void add_lag(const nl::MirrorRecord& m, std::vector<Counter>& all)
{
    const Counter counters[] = {
        {"lag time", number(m.lag_ms), "ms",
         "how long the target lacks the oldest thing that it lacks; known at the source"},
        {"lag bytes", number(m.lag_bytes), "bytes",
         "what waits for the target and its dirty blocks; known at the source"},
        {"stalls", number(m.stalls), "",
         "how often writers waited for room in the queue, or a second for a target that stood", grows},
        {"stall time", number(m.stall_ms), "ms", "how long that was, in all", grows},
    };
    all.insert(all.end(), std::begin(counters), std::end(counters));
}

// Of the resync that runs, or of the last one; and what is no number but a code.
void add_beyond(const nl::MirrorRecord& m, std::vector<Counter>& all)
{
    const Counter counters[] = {
        {"mirror reason", static_cast<int>(m.reason), "",
         "why it is in this state: the place in the list of reasons, 0 none"},
        {"link state", static_cast<int>(m.link), "", "0 none, 1 negotiating, 2 up, 3 unwanted"},
        {"unsent blocks", number(m.unsent_blocks), "blocks",
         "blocks never sent, since no file system used them"},
        {"resync begun blocks", number(m.resync.begun), "blocks",
         "blocks that the resync began with"},
        {"resync sent blocks", number(m.resync.sent), "blocks", "blocks sent by the resync"},
        {"resync zero blocks", number(m.resync.zero), "blocks",
         "blocks that the resync sent as zeroes"},
        {"resync sent bytes", number(m.resync.bytes), "bytes", "payload sent by the resync"},
        {"resync unreadable blocks", number(m.resync.unreadable), "blocks",
         "blocks that could not be read, and that the target lacks"},
        {"resync compared blocks", number(m.resync.compared), "blocks",
         "blocks whose checksums the resync compared"},
        {"resync differed blocks", number(m.resync.differed), "blocks",
         "blocks among them that differed"},
        {"resync waits for", static_cast<int>(m.resync.waits_for), "",
         "0 nothing, 1 disk, 2 writes, 3 memory, 4 limit, 5 target, 6 turn"},
    };
    all.insert(all.end(), std::begin(counters), std::end(counters));
}

} // namespace

std::vector<Counter> counters_of(const nl::VolumeRecord& v)
{
    return {
        {"openers", v.openers, "", "how many hold the volume open"},
        {"metadata error", v.meta_error, "", "errno of the metadata device; 0: none"},
        {"intent regions", v.intent_regions, "", "regions with a durable intent now"},
        {"intent writes", number(v.intent_writes), "sectors",
         "sectors of the intent log written since the volume is active", grows},
        {"bitmap writes", number(v.bitmap_writes), "sectors",
         "sectors of bitmaps written since the volume is active", grows},
        {"write number", number(v.write_number), "writes", "number of the volume's last write"},
    };
}

std::vector<Counter> counters_of(const nl::MirrorRecord& mirror)
{
    std::vector<Counter> all;
    add_specified(mirror, all);
    add_stream(mirror, all);
    add_lag(mirror, all);
    add_beyond(mirror, all);
    return all;
}

std::vector<Histogram> histograms_of(const nl::VolumeRecord& volume)
{
    return {{"local latency", volume.local_latency,
             "how long writes took on this node's data device"}};
}

std::vector<Histogram> histograms_of(const nl::MirrorRecord& mirror)
{
    return {{"remote latency", mirror.remote_latency,
             "how long writes took until the target had applied them"}};
}

} // namespace mirrornet::ops
