// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/store.hpp"
#include "mirror-netd/hooks.hpp"
#include "nl/events.hpp"

#include <cstdint>

namespace mirrornet::netd {

// Takes the events of the kernel to the journal and to the hooks.
class Announcer {
public:
    Announcer(const ConfigStore& store, Hooks& hooks) : store_(store), hooks_(hooks) {}

    void announce(const nl::EventStream::Batch& batch, const std::string& node);
    // The next event is the first of a new stream: what was before it is not known.
    void begin() { last_number_ = 0; }

private:
    bool is_gap(const nl::Event& event);
    void tell(const ops::Announcement& event);
    std::string name_of(const NodeId& peer) const;

    const ConfigStore& store_;
    Hooks& hooks_;
    std::uint64_t last_number_ = 0;
};

} // namespace mirrornet::netd
