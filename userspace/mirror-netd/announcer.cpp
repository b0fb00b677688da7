// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/announcer.hpp"

#include "mirror-netd/journal.hpp"

namespace mirrornet::netd {

void Announcer::announce(const nl::EventStream::Batch& batch, const std::string& node)
{
    bool lost = batch.lost;
    for (const auto& event : batch.events) {
        lost |= is_gap(event);
        if (std::exchange(lost, false))
            tell(ops::announcement_of_lost_events(node));
        tell(ops::announcement_of(event, node, event.peer ? name_of(*event.peer) : ""));
    }
    if (lost)
        tell(ops::announcement_of_lost_events(node));
}

// The kernel counts all events of the module; a smaller number is one loaded anew.
bool Announcer::is_gap(const nl::Event& event)
{
    const auto expected = std::exchange(last_number_, event.number) + 1;
    return expected > 1 && event.number > expected;
}

void Announcer::tell(ops::Announcement event)
{
    if (!event.volume.empty())
        event.facts.emplace_back("MIRROR_NET_MAINTENANCE", in_maintenance_(event.volume) ? "yes" : "no");
    write_event(event);
    hooks_.announce(event);
}

// A file that cannot be read must not keep an event from being told.
std::string Announcer::name_of(const NodeId& id) const
{
    try {
        if (const auto peer = store_.find_peer(id))
            return peer->name;
    } catch (const Error&) {
        // its id will do
    }
    return id.to_string();
}

} // namespace mirrornet::netd
