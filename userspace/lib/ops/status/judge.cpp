// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a mirror comes to, seen from this node; above all whether its next resync has to
// be full, said before it begins.
#include "ops/status/report.hpp"

namespace mirrornet::ops {

namespace {

// Between the first and the last step of create: the bitmap is being made.
bool is_being_created(const nl::MirrorRecord& mirror)
{
    return mirror.base_generation == 0 && mirror.state == MirrorState::resync_pending &&
           mirror.link == LinkState::unwanted;
}

std::string why_full_is_needed(const nl::MirrorRecord& mirror, const nl::VolumeRecord& volume)
{
    if (volume.lock == LockReason::foreign_write)
        return "the data device was written while the volume was not active";
    if (mirror.base_generation == 0)
        return volume.role == Role::target ? "this copy has never been in sync"
                                           : "the target has never been in sync";
    if (volume.role == Role::target)
        return "this copy was written while the volume was not active, an older image of it came "
               "back, or its source went on without metadata";
    return "a full resync was asked for, or nothing tells any more what the target lacks";
}

// A target without a link does not know what its source has marked.
Partial partial_of(const MirrorStatus& mirror, Role role)
{
    if (!mirror.full_because.empty())
        return Partial::no;
    const bool known = mirror.record.link == LinkState::up || role == Role::source;
    return known && !is_being_created(mirror.record) ? Partial::yes : Partial::unknown;
}

} // namespace

std::string full_because(const nl::MirrorRecord& mirror, const nl::VolumeRecord& volume)
{
    if (mirror.state == MirrorState::broken)
        return "the mirror is broken: writes were not tracked";
    if (mirror.reason == Reason::rolled_back)
        return "one copy came back from an older image, and nothing tells what it lacks";
    if (mirror.full_needed && !is_being_created(mirror))
        return why_full_is_needed(mirror, volume);
    return {};
}

bool is_paused_there(const nl::MirrorRecord& mirror)
{
    const bool cut_off = mirror.state == MirrorState::resync_pending ||
                         (mirror.state == MirrorState::paused &&
                          (mirror.reason == Reason::link_lost || mirror.reason == Reason::peer_silent));
    return mirror.link == LinkState::none && cut_off && mirror.peer_reason == Reason::user;
}

bool is_disconnected(const nl::MirrorRecord& mirror, Role role)
{
    return role == Role::target && mirror.state == MirrorState::paused &&
           (mirror.reason == Reason::link_lost || mirror.reason == Reason::peer_silent);
}

void judge(MirrorStatus& mirror, const std::string& volume,
           const std::optional<nl::VolumeRecord>& record)
{
    const Role role = record ? record->role : Role::none;
    mirror.level = level_of(mirror.record);
    mirror.advice = advice_for(mirror.record, role, volume, mirror.node, record && record->locked());
    mirror.disconnected = is_disconnected(mirror.record, role);
    if (!record)
        return;
    mirror.full_because = full_because(mirror.record, *record);
    mirror.partial = partial_of(mirror, role);
}

} // namespace mirrornet::ops
