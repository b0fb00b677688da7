// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "nl/event_states.hpp"
#include "nl/records.hpp"
#include "nl/socket.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mirrornet::nl {

struct Event {
    EventClass event_class = EventClass::state;
    Severity severity = Severity::info;
    std::uint64_t number = 0; // a gap means that events were lost
    VolumeId volume;
    std::string volume_name;
    std::optional<NodeId> peer; // of an event of a mirror
    int old_code = 0, new_code = 0; // meaning depends on the class
    Reason reason = Reason::none;
    std::uint64_t generation = 0; // class fence: which loss
    Nanoseconds time = 0;
    std::uint64_t uptime_ns = 0;
    std::string text;

    // The words for the codes: those of the class's states, else the number.
    std::string old_word() const;
    std::string new_word() const;
    // The link is up and stays so: a second connection is to take its place (docs/renew.md).
    bool asks_for_renewal() const;
};

// The events of the module on this node, from construction on.
class EventStream {
public:
    EventStream(); // Error(not_found) if the module is not loaded

    int fd() const; // readable when read() has something to say

    struct Batch {
        std::vector<Event> events;
        bool lost = false; // the kernel dropped some: ask for the state anew
    };
    Batch read(); // never blocks

private:
    RawSocket socket_;
};

} // namespace mirrornet::nl
