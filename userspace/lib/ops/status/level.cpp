// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/status/report.hpp"

#include <algorithm>

namespace mirrornet::ops {

Level level_of(const nl::MirrorRecord& mirror)
{
    if (mirror.reason == Reason::split_brain)
        return Level::split_brain;
    switch (mirror.state) {
    case MirrorState::mirroring:
    case MirrorState::none:
        return Level::ok;
    case MirrorState::resync:
        return Level::resyncing;
    case MirrorState::resync_pending: // with a link it starts by itself
        return mirror.link == LinkState::up ? Level::resyncing : Level::degraded;
    case MirrorState::broken:
    case MirrorState::paused:
        return mirror.reason == Reason::maintenance ? Level::maintenance : Level::degraded;
    case MirrorState::invalid:
        return Level::unknown;
    }
    return Level::unknown;
}

Level level_of(const VolumeStatus& volume)
{
    Level worst = volume.maintenance ? Level::maintenance : Level::ok;
    if (!volume.error.empty())
        worst = Level::unknown;
    for (const auto& mirror : volume.mirrors)
        worst = std::max(worst, mirror.level);
    if (!volume.record)
        return std::max(worst, Level::degraded);
    const auto& record = *volume.record;
    const bool should_be_open = record.role == Role::source && record.lock != LockReason::user;
    const bool unfinished = record.role == Role::none;
    if (record.meta_error || unfinished || (should_be_open && record.locked()))
        worst = std::max(worst, Level::degraded);
    return worst;
}

Level StatusReport::level() const
{
    Level worst = maintenance ? Level::maintenance : Level::ok;
    if (!errors.empty())
        worst = Level::unknown;
    for (const auto& volume : volumes)
        worst = std::max(worst, volume.level);
    return worst;
}

ExitStatus StatusReport::unreadable() const
{
    const bool all = errors.empty() && std::ranges::all_of(volumes, [](const auto& volume) {
                         return volume.error.empty();
                     });
    return all ? ExitStatus::done : ExitStatus::unknown;
}

ExitStatus exit_status_of(Level level)
{
    switch (level) {
    case Level::ok: return ExitStatus::done;
    case Level::maintenance: return ExitStatus::maintenance;
    case Level::resyncing: return ExitStatus::resyncing;
    case Level::degraded: return ExitStatus::degraded;
    case Level::unknown: return ExitStatus::unknown;
    case Level::split_brain: return ExitStatus::split_brain;
    }
    return ExitStatus::internal;
}

} // namespace mirrornet::ops
