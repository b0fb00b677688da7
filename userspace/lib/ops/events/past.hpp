// SPDX-License-Identifier: GPL-2.0-or-later
//
// Events that were: as mirror-netd wrote them to the journal of this node.
#pragma once

#include "ops/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mirrornet::ops {

// As it was announced: words, not codes, so that an event of another version reads as it did then.
struct PastEvent {
    std::string name, event_class, severity; // class: empty for the daemon's own
    int code = 0;
    std::uint64_t number = 0; // 0: it has none
    std::string volume, node; // node: the other one of a mirror
    std::string before, now, reason;
    std::uint64_t time_ns = 0, uptime_ns = 0; // uptime: 0, where it is not known
    std::string text;
};

// Pure. One line of `journalctl --output=json`; nothing: it is no event.
std::optional<PastEvent> past_event(const std::string& line);

// In the order of the journal, from so many seconds since the epoch on. `journalctl`: the program. Only what root's mirror-netd
// wrote counts. Error(internal): it failed, or there are too many; Error(not_found): there is no such program.
std::vector<PastEvent> past_events(std::uint64_t since, const std::string& journalctl = "journalctl");

// "2026-11-24 02:00", or so long ago: "90m", "3d"; seconds since the epoch. Error(usage), also for the future.
std::uint64_t parse_since(const std::string& text);

} // namespace mirrornet::ops
