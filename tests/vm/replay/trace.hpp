// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's trace of bios (block_bio_queue, block_bio_complete): when a write began
// and when it ended, which the log does not tell.
#pragma once

#include "log.hpp"

#include <string_view>

namespace replay {

struct TraceEvent {
    enum Kind { queued, ended, mark } kind;
    std::string device;  // as the kernel prints it: MAJOR,MINOR
    std::string what;    // operation and flags of a bio (rwbs), or the text of a mark
    std::uint64_t sector;
    std::uint64_t sectors;
};

// Nothing but writes, flushes and marks; reads are passed over. Throws Bad, also where the
// kernel lost events or a write failed.
std::vector<TraceEvent> parse_trace(std::string_view trace);

}  // namespace replay
