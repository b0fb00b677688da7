// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/store.hpp"
#include "mirror-netd/hooks.hpp"
#include "nl/events.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace mirrornet::netd {

// Takes the events of the kernel to the journal and to the hooks.
class Announcer {
public:
    // in_maintenance: is the volume with this UUID?
    Announcer(const ConfigStore& store, Hooks& hooks, std::function<bool(const std::string&)> in_maintenance)
        : store_(store), hooks_(hooks), in_maintenance_(std::move(in_maintenance)) {}

    void announce(const nl::EventStream::Batch& batch, const std::string& node);
    // To the journal and to the hooks; those are also told whether the event's volume is in maintenance.
    void tell(ops::Announcement event);
    // The next event is the first of a new stream: what was before it is not known.
    void begin() { last_number_ = 0; }

private:
    bool is_gap(const nl::Event& event);
    std::string name_of(const NodeId& peer) const;

    const ConfigStore& store_;
    Hooks& hooks_;
    std::function<bool(const std::string&)> in_maintenance_;
    std::uint64_t last_number_ = 0;
};

} // namespace mirrornet::netd
