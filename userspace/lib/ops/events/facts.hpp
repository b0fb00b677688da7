// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is told of an event to those who are no terminal: hooks get the facts in their
// environment, the journal has them as fields, under the same names.
#pragma once

#include "ops/events/catalogue.hpp"
#include "ops/volume/maintenance.hpp"

#include <string>
#include <utility>
#include <vector>

namespace mirrornet::ops {

using Facts = std::vector<std::pair<std::string, std::string>>; // name, value

struct Announcement {
    const EventKind* kind;
    Severity severity;
    std::string volume; // its UUID; empty for what is of no volume
    std::string line;   // for a log
    Facts facts;
};

// node: the name of this one; peer: of the mirror's other one, empty for a volume's event.
Announcement announcement_of(const nl::Event& event, const std::string& node,
                             const std::string& peer);

// Of the volume; `kind` is one of the two of maintenance.
Announcement announcement_of_maintenance(const EventKind& kind, const std::string& node, const VolumeConfig& volume,
                                         const InMaintenance& maintenance);

Announcement announcement_of_lost_events(const std::string& node);

} // namespace mirrornet::ops
