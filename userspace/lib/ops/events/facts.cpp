// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/events/facts.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

constexpr const char* lost_text =
    "events came faster than they were read, and some are lost: ask for the state anew, "
    "mirrorctl status";

Facts facts_of(const EventKind& kind, Severity severity, const std::string& node,
               const std::string& text)
{
    return {{"MIRROR_NET_EVENT", std::string(kind.name)},
            {"MIRROR_NET_CODE", std::to_string(kind.code)},
            {"MIRROR_NET_SEVERITY", std::string(to_string(severity))},
            {"MIRROR_NET_NODE", node},
            {"MIRROR_NET_TEXT", text}};
}

std::string object_of(const nl::Event& event, const std::string& peer)
{
    return event.peer ? event.volume_name + "@" + peer : event.volume_name;
}

} // namespace

Announcement announcement_of(const nl::Event& event, const std::string& node,
                             const std::string& peer)
{
    const auto& kind = kind_of(event);
    const auto object = object_of(event, peer);
    const std::string reason(to_string(event.reason));
    auto facts = facts_of(kind, event.severity, node, event.text);
    facts.insert(facts.end(),
                 {{"MIRROR_NET_CLASS", std::string(to_string(event.event_class))},
                  {"MIRROR_NET_NUMBER", std::to_string(event.number)},
                  {"MIRROR_NET_VOLUME", event.volume_name},
                  {"MIRROR_NET_VOLUME_UUID", event.volume.to_string()},
                  {"MIRROR_NET_PEER", peer},
                  {"MIRROR_NET_PEER_UUID", event.peer ? event.peer->to_string() : ""},
                  {"MIRROR_NET_MIRROR", event.peer ? object : ""},
                  {"MIRROR_NET_OLD", event.old_word()},
                  {"MIRROR_NET_NEW", event.new_word()},
                  {"MIRROR_NET_REASON", reason},
                  {"MIRROR_NET_TIME_NS", std::to_string(event.time)},
                  {"MIRROR_NET_UPTIME_NS", std::to_string(event.uptime_ns)}});
    if (event.generation)
        facts.emplace_back("MIRROR_NET_GENERATION", fmt::format("{:016x}", event.generation));
    const auto why = event.reason == Reason::none ? "" : ", " + reason;
    return {&kind, event.severity, event.volume.to_string(),
            fmt::format("{}: {} ({}{}): {}", object, kind.name, to_string(event.severity), why,
                        event.text),
            std::move(facts)};
}

Announcement announcement_of_maintenance(const EventKind& kind, const std::string& node, const VolumeConfig& volume,
                                         const InMaintenance& maintenance)
{
    const auto& [of, what] = maintenance;
    const bool begun = kind.code == maintenance_begun().code;
    const auto text = "maintenance of the " + of + (begun ? " has begun" : " is over") +
                      (begun && what.until ? ", until " + utc_text(what.until) : "") +
                      (what.reason.empty() ? "" : ": " + what.reason);
    auto facts = facts_of(kind, kind.severity, node, text);
    facts.insert(facts.end(), {{"MIRROR_NET_VOLUME", volume.name},
                               {"MIRROR_NET_VOLUME_UUID", volume.id.to_string()},
                               {"MIRROR_NET_MAINTENANCE_OF", of},
                               {"MIRROR_NET_MAINTENANCE_REASON", what.reason},
                               {"MIRROR_NET_MAINTENANCE_UNTIL", what.until ? utc_text(what.until) : ""}});
    return {&kind, kind.severity, volume.id.to_string(),
            fmt::format("{}: {} ({}): {}", volume.name, kind.name, to_string(kind.severity), text), std::move(facts)};
}

Announcement announcement_of_lost_events(const std::string& node)
{
    const auto& kind = events_lost();
    return {&kind, kind.severity, "", fmt::format("{}: {}", kind.name, lost_text),
            facts_of(kind, kind.severity, node, lost_text)};
}

} // namespace mirrornet::ops
