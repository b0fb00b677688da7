// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/promotable.hpp"

#include "base/error.hpp"
#include "ops/clock.hpp"

namespace mirrornet::ops {

namespace {

void require_no_riddle(const std::string& volume, const SeenNode& there, bool force)
{
    if (there.copy || there.is_silent())
        return;
    if (there.linked)
        throw Error(ExitStatus::refused, "node " + there.name + " has a link with this one, so it lives, and may be "
                                             "writing to volume " + volume + "; nothing was changed; see why its "
                                             "daemon does not answer (journalctl -u mirror-netd, over there)");
    if (!force)
        throw Error(ExitStatus::needs_force,
                    "node " + there.name + " does not say what role it has for volume " + volume +
                        ", but one of its addresses answers: it lives, and may be writing. See why its daemon or "
                        "the volume is not active there; or switch that machine off; or repeat with --force: if "
                        "both write, a person has to decide whose writes are thrown away",
                    "--force");
}

void require_absent(const std::string& volume, const SeenNode& there, bool force)
{
    if (there.is(Role::source))
        throw Error(ExitStatus::refused,
                    "node " + there.name + " is the source of volume " + volume +
                        " and answers; nothing was changed; to change places: mirrorctl takeover " + volume);
    require_no_riddle(volume, there, force);
}

// What it is worth, and of when it is.
std::string worth(const nl::VolumeRecord& here)
{
    const auto since = " since " + local_time(here.data_since);
    switch (here.data) {
    case DataState::inconsistent:
        return "inconsistent" + since + ": a resync into it has not ended, and a file system on it is damaged";
    case DataState::outdated:
        return "outdated" + since + ": the source went on without it, or it was written here";
    default:
        return "of unknown worth" + since;
    }
}

void require_current(const std::string& volume, const nl::VolumeRecord& here, const Missing& missing, bool force)
{
    if (here.data == DataState::current || force)
        return;
    throw Error(ExitStatus::needs_force,
                "this copy of volume " + volume + " is " + worth(here) + "; " + missing.text +
                    ". Nothing was changed. If the other copy "
                    "is gone for good, or this is the one to keep, repeat with --force",
                "--force");
}

void require_newest(const std::string& volume, const nl::VolumeRecord& here, const SeenNode& there, bool force)
{
    if (force || !may_be_newer(there, here))
        return;
    throw Error(ExitStatus::needs_force,
                "node " + there.name + " has a copy of volume " + volume + " with writes that this one lacks; nothing "
                    "was changed. Promote that one: mirrorctl promote " + volume + " -H " + there.name +
                    ". If this is the one to keep, repeat with --force: what only node " + there.name +
                    " has is then thrown away, after a person has decided it",
                "--force");
}

} // namespace

bool may_be_newer(const SeenNode& there, const nl::VolumeRecord& here)
{
    if (!there.copy || there.copy->data != DataState::current)
        return false;
    if (there.copy->generation == here.generation)
        return there.copy->write_number > here.write_number;
    // this node has noted which older one it has, or knows nothing of the one that it has
    return there.copy->generation != there.recorded;
}

bool has_no_more(const SeenNode& there, const nl::VolumeRecord& here)
{
    return there.is(Role::none) && there.copy->data == DataState::current && !may_be_newer(there, here);
}

void require_openable(const std::string& volume, const std::vector<SeenNode>& others, bool force)
{
    for (const auto& there : others)
        require_no_riddle(volume, there, force);
}

void require_promotable(const std::string& volume, const nl::VolumeRecord& here,
                        const std::vector<SeenNode>& others, const Missing& missing, bool force)
{
    for (const auto& there : others)
        require_absent(volume, there, force);
    for (const auto& there : others)
        require_newest(volume, here, there, force);
    require_current(volume, here, missing, force);
}

} // namespace mirrornet::ops
