// SPDX-License-Identifier: GPL-2.0-or-later
//
// What an event is about, and how much it matters, with the words that users see.
#pragma once

#include "model/states.hpp"

#include <linux/dm_mirror_net.h>

namespace mirrornet {

enum class EventClass : int {
    state = MN_EVENT_STATE,
    role = MN_EVENT_ROLE,
    link = MN_EVENT_LINK,
    resync = MN_EVENT_RESYNC,
    lock = MN_EVENT_LOCK,
    disk = MN_EVENT_DISK,
    metadata = MN_EVENT_METADATA,
    split_brain = MN_EVENT_SPLIT_BRAIN,
    peer = MN_EVENT_PEER,
    config = MN_EVENT_CONFIG,
    fence = MN_EVENT_FENCE,
    lost_writes = MN_EVENT_LOST_WRITES,
};

enum class Severity : int {
    info = MN_SEVERITY_INFO,
    warning = MN_SEVERITY_WARNING,
    error = MN_SEVERITY_ERROR,
    critical = MN_SEVERITY_CRITICAL,
};

template <> struct Words<EventClass> {
    static constexpr std::string_view kind = "class of events";
    static constexpr Word<EventClass> table[] = {
        {EventClass::state, "state"},       {EventClass::role, "role"},
        {EventClass::link, "link"},         {EventClass::resync, "resync"},
        {EventClass::lock, "lock"},         {EventClass::disk, "disk"},
        {EventClass::metadata, "metadata"}, {EventClass::split_brain, "split-brain"},
        {EventClass::peer, "peer"},         {EventClass::config, "config"},
        {EventClass::fence, "fence"},       {EventClass::lost_writes, "lost-writes"}};
};

template <> struct Words<Severity> {
    static constexpr std::string_view kind = "severity";
    static constexpr Word<Severity> table[] = {{Severity::info, "info"},
                                               {Severity::warning, "warning"},
                                               {Severity::error, "error"},
                                               {Severity::critical, "critical"}};
};

} // namespace mirrornet
