// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/status/counters.hpp"

#include <linux/dm_mirror_net.h>

namespace mirrornet::ops {

namespace {

constexpr std::int64_t mib = 1 << 20;

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

} // namespace

std::vector<Counter> counters_of(const nl::MirrorRecord& m)
{
    return {
        {"mirror elapsed time", number(m.elapsed_s), "s"},
        {"mirror state", static_cast<int>(m.state), ""},
        {"mirror type", type_of(m), ""},
        {"network reconnects", number(m.reconnects), ""},
        {"queue byte limit", m.queue_byte_limit_mib * mib, "bytes"},
        {"queue current age", number(m.queue_age_ms), "ms"},
        {"queue current bytes", number(m.queue_bytes), "bytes"},
        {"queue current length", number(m.queue_length), "writes"},
        {"queue high water", m.queue_high_water, "writes"},
        {"queue low water", MN_QUEUE_LOW_WATER, "writes"},
        {"resync reads", m.resync_reads, "blocks"},
        {"resync current block", number(m.resync.current_block), "block"},
        {"resync dirty blocks", number(m.dirty_blocks), "blocks"},
        {"resync elapsed time", number(m.resync.elapsed_ms / 1000), "s"},
        {"resync new writes", number(m.resync.new_writes), "writes"},
        {"resync pass", m.resync.pass, ""},
        {"resync total blocks", number(m.total_blocks), "blocks"},
        {"resync phase", static_cast<int>(m.resync.phase), ""},
        {"sequence", number(m.sequence), "writes"},
        {"applied", number(m.applied), "writes"},
        {"stable", number(m.stable), "writes"},
        {"bytes sent", number(m.sent_bytes), "bytes"},
        {"bytes received", number(m.received_bytes), "bytes"},
        {"bytes uncompressed", number(m.uncompressed_bytes), "bytes"},
    };
}

} // namespace mirrornet::ops
