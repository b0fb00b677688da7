// SPDX-License-Identifier: GPL-2.0-or-later
//
// What happened between two looks at the counters (the verb `top`).
#pragma once

#include "ops/status/report.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mirrornet::ops {

// Of a resync that runs.
struct ResyncRates {
    double bytes_per_second = 0;
    std::uint64_t blocks_left = 0;
    std::optional<double> percent;
    std::optional<std::uint64_t> seconds_left; // at the rate of the whole resync
};

// Of a mirror; `node` is empty for a volume that has none.
struct MirrorRates {
    std::string volume, node;
    bool active = false; // else nothing below is known
    MirrorState state = MirrorState::none;
    Reason reason = Reason::none;
    double writes_per_second = 0;  // of the volume, on this node's disk
    double applied_per_second = 0; // writes that the target has applied
    double sent_bytes_per_second = 0, received_bytes_per_second = 0;
    std::optional<double> local_us, remote_us; // mean latency; none without a write
    std::uint64_t queue_writes = 0;
    std::uint64_t lag_bytes = 0, lag_ms = 0;
    std::optional<ResyncRates> resync;
};

// Pure; seconds > 0. What was not there before, or began anew meanwhile (its counters went
// back), has no rate yet: 0.
std::vector<MirrorRates> rates_between(const StatusReport& before, const StatusReport& after,
                                       double seconds);

} // namespace mirrornet::ops
