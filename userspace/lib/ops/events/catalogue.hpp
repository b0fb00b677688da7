// SPDX-License-Identifier: GPL-2.0-or-later
//
// The catalogue of events: code, name and severity of each, which never change.
// docs/events.md says what each means for the data, and what to do.
#pragma once

#include "nl/events.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mirrornet::ops {

struct EventKind {
    int code = 0;
    std::string_view name;
    Severity severity = Severity::warning;
    std::optional<EventClass> event_class; // nothing: the daemon's own

    std::string message_id() const; // of the journal: 32 digits, the last four the code
};

std::span<const EventKind> all_event_kinds();

// What it is; `unlisted`, code 0, for what a newer module says.
const EventKind& kind_of(const nl::Event& event);

// Events did not reach who listens.
const EventKind& events_lost();

// People begin to work on a volume, or have ended it.
const EventKind& maintenance_begun();
const EventKind& maintenance_over();

} // namespace mirrornet::ops
