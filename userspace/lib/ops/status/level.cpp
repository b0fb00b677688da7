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
    Level worst = Level::ok;
    for (const auto& mirror : volume.mirrors)
        worst = std::max(worst, mirror.level);
    if (!volume.record)
        return std::max(worst, Level::degraded);
    const auto& record = *volume.record;
    const bool should_be_open = record.role == Role::source && record.lock != LockReason::user;
    if (record.meta_error || (should_be_open && record.locked()))
        worst = std::max(worst, Level::degraded);
    return worst;
}

Level StatusReport::level() const
{
    Level worst = Level::ok;
    for (const auto& volume : volumes)
        worst = std::max(worst, volume.level);
    return worst;
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

std::string advice_for(const nl::MirrorRecord& mirror, const std::string& volume,
                       const std::string& node)
{
    const std::string name = volume + "@" + node;
    if (mirror.state == MirrorState::broken)
        return "what was in sync is not known any more; bring it back with: mirrorctl resync " +
               name;
    if (mirror.state == MirrorState::mirroring || mirror.state == MirrorState::resync)
        return {};
    switch (mirror.reason) {
    case Reason::user:
        return "paused by a person; writes are tracked; go on with: mirrorctl continue " + name;
    case Reason::shutdown:
    case Reason::link_lost:
    case Reason::peer_silent:
        return "no link to node " + node + "; writes here are tracked, a partial resync follows "
               "by itself when it is back. If it is there, the log of mirror-netd on both nodes "
               "says why not: journalctl -u mirror-netd";
    case Reason::split_brain:
        return "both sides were written independently; nothing is overwritten until a person "
               "decides which one to keep";
    case Reason::source_error:
        return "blocks of the source's disk cannot be read; check the disk (dmesg), then: "
               "mirrorctl continue " + name;
    case Reason::rolled_back:
        return "one copy is older than it had said itself (a restored image of the machine?); "
               "make sure that the source is the right one, then overwrite the other with: "
               "mirrorctl continue " + name;
    case Reason::not_trusted:
        return "node " + node + " does not accept our key; compare with: mirrorctl node show";
    case Reason::version:
        return "the two nodes speak different versions of the protocol; upgrade the older one";
    default:
        return {};
    }
}

std::string advice_for(const VolumeStatus& volume)
{
    if (!volume.record)
        return "not active on this node; activate it with: mirrorctl up " + volume.name;
    if (volume.record->meta_error)
        return "the metadata cannot be written; writes to new regions fail until it can: check "
               "the metadata device (dmesg)";
    switch (volume.record->lock) {
    case LockReason::wait_peer:
        return "was the source and waits for the answer of the other node, which may have taken "
               "over; if that node is gone for good: mirrorctl up --as-source " + volume.name;
    case LockReason::foreign_write:
        return "the data device was written while the volume was not active, so the copies "
               "differ in an unknown way; the volume stays locked";
    case LockReason::metadata:
        return "locked because the metadata cannot be written: check the metadata device (dmesg)";
    default:
        return {};
    }
}

} // namespace mirrornet::ops
