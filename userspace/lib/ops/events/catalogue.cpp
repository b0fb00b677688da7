// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/events/catalogue.hpp"

#include "ops/events/kinds.hpp"

#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

using namespace event_kinds;

const EventKind& kind(int code)
{
    for (const auto& each : kinds)
        if (each.code == code)
            return each;
    return kinds[0];
}

// A pause that a person has to end is told apart by its severity alone.
int code_of_state(const nl::Event& event)
{
    switch (static_cast<MirrorState>(event.new_code)) {
    case MirrorState::none: return state_none;
    case MirrorState::mirroring: return state_mirroring;
    case MirrorState::resync: return state_resync;
    case MirrorState::broken: return state_broken;
    case MirrorState::paused:
        return event.severity >= Severity::error ? state_stopped : state_paused;
    case MirrorState::resync_pending: return state_resync_pending;
    default: return unlisted;
    }
}

// What a source that came up makes of a node that it does not hear is told apart by the severity alone.
int code_of_lock(const nl::Event& event)
{
    const bool boot = static_cast<LockReason>(event.old_code) == LockReason::wait_peer &&
                      event.severity == Severity::warning;
    switch (static_cast<LockReason>(event.new_code)) {
    case LockReason::none: return boot ? boot_alone : unlocked;
    case LockReason::target: return locked_target;
    case LockReason::user: return locked_user;
    case LockReason::fenced: return locked_fenced;
    case LockReason::handed_over: return locked_handed_over;
    case LockReason::wait_peer: return boot ? boot_stays_locked : locked_wait_peer;
    case LockReason::handing_over: return locked_handing_over;
    default: return unlisted; // not announced by this version of the module
    }
}

// Whether writes fail or go on is told apart by the severity alone.
int code_of_fence(const nl::Event& event)
{
    switch (static_cast<Fence>(event.new_code)) {
    case Fence::wanted: return fence_wanted;
    case Fence::confirmed: return fence_confirmed;
    case Fence::expired:
        return event.severity >= Severity::critical ? fence_stop : fence_missing;
    case Fence::none: return fence_over;
    case Fence::outdated: return outdated;
    case Fence::due: break; // not announced
    }
    return unlisted;
}

int code_of_lost_writes(const nl::Event& event)
{
    switch (static_cast<LostWritesState>(event.new_code)) {
    case LostWritesState::none: return lost_writes_given_up;
    case LostWritesState::wanted: return lost_writes_wanted;
    case LostWritesState::saved: return lost_writes_saved;
    }
    return unlisted;
}

int code_of_role(int role)
{
    switch (static_cast<Role>(role)) {
    case Role::none: return role_none;
    case Role::source: return role_source;
    case Role::target: return role_target;
    }
    return unlisted;
}

int code_of_link(const nl::Event& event)
{
    switch (static_cast<LinkState>(event.new_code)) {
    case LinkState::none:
        return static_cast<LinkState>(event.old_code) == LinkState::unwanted ? link_wanted
                                                                             : link_closed;
    case LinkState::up: return event.asks_for_renewal() ? link_renewal : link_up;
    default: return unlisted;
    }
}

// Blocks are read for one mirror; a flush fails with an error; else it is what was found
// when the volume was activated.
int code_of_disk(const nl::Event& event)
{
    if (event.peer)
        return disk_unreadable;
    return event.new_code != 0 ? disk_flush_failed : disk_foreign_write;
}

// Of this node, or at a target of its source; what writes do from now on, if that is known.
int code_of_metadata(const nl::Event& event)
{
    if (event.peer)
        return metadata_abandoned;
    switch (static_cast<MetaWay>(event.old_code)) {
    case MetaWay::go_on: return metadata_continue;
    case MetaWay::stop: return metadata_stop;
    default: return metadata_failed;
    }
}

int code_of(const nl::Event& event)
{
    switch (event.event_class) {
    case C::state: return code_of_state(event);
    case C::role: return code_of_role(event.new_code);
    case C::link: return code_of_link(event);
    case C::lock: return code_of_lock(event);
    case C::disk: return code_of_disk(event);
    case C::metadata: return code_of_metadata(event);
    case C::split_brain:
        return event.severity == S::critical ? split_brain : split_brain_given_up;
    case C::peer: return peer_refused;
    case C::config: return config_changed;
    case C::resync: return resync_stalled;
    case C::fence: return code_of_fence(event);
    case C::lost_writes: return code_of_lost_writes(event);
    }
    return unlisted;
}

} // namespace

std::string EventKind::message_id() const
{
    return fmt::format("6b0fd3a1c8e94f27935c1de7a0b2{:04}", code);
}

std::span<const EventKind> all_event_kinds()
{
    return kinds;
}

const EventKind& kind_of(const nl::Event& event)
{
    return kind(code_of(event));
}

const EventKind& events_lost()
{
    return kind(lost);
}

const EventKind& maintenance_begun()
{
    return kind(maintenance);
}

const EventKind& maintenance_over()
{
    return kind(maintenance_end);
}

} // namespace mirrornet::ops
