// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which version an edited file becomes, and what it may not change.
#include "base/error.hpp"
#include "ops/config/apply.hpp"
#include "ops/volume/everywhere.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

template <typename Config> bool same_content(Config a, const Config& b)
{
    a.version = b.version;
    return a == b;
}

template <typename Config> std::uint64_t newest_of(const std::map<std::string, Config>& theirs)
{
    std::uint64_t newest = 0;
    for (const auto& [node, config] : theirs)
        newest = std::max(newest, config.version);
    return newest;
}

// One further than all, unless what is here is the newest already: then it is a change that was interrupted.
template <typename Config>
std::uint64_t version_for(const Config& mine, const std::map<std::string, Config>& theirs, bool force, const std::string& what)
{
    const auto newest = newest_of(theirs);
    if (mine.version > newest)
        return mine.version;
    const bool same = std::ranges::all_of(theirs, [&](const auto& each) {
        return each.second.version < newest || same_content(mine, each.second);
    });
    if (same)
        return newest;
    if (mine.version < newest && !force)
        for (const auto& [node, config] : theirs)
            if (config.version == newest)
                throw Error(ExitStatus::needs_force,
                            "node " + node + " has version " + std::to_string(newest) + " of " + what + ", here is " +
                                std::to_string(mine.version) + ": this node missed a change, which would be taken back; "
                                "nothing was changed. See: mirrorctl config diff " + node + ". To keep what is there, "
                                "copy its file; to overwrite it, repeat with --force",
                            "--force");
    return newest + 1;
}

[[noreturn]] void refuse(const std::string& volume, const std::string& node, const std::string& what, const std::string& step)
{
    throw Error(ExitStatus::refused, "volume " + volume + ": " + what + " differs from that on node " + node +
                                         ", and a file alone cannot change it; nothing was changed; " + step);
}

void require_options_only(const VolumeConfig& mine, const VolumeConfig& theirs, const std::string& node)
{
    if (mine.id != theirs.id)
        refuse(mine.name, node, "the uuid", "put the right one back: " + theirs.id.to_string());
    if (mine.size != theirs.size)
        refuse(mine.name, node, "the size", "put it back: " + std::to_string(theirs.size));
    if (mine.nodes != theirs.nodes)
        refuse(mine.name, node, "the list of nodes",
               "put it back; copies come and go with: mirrorctl target add, mirrorctl target remove");
    if (!same_but_options(mine, theirs))
        refuse(mine.name, node, "the list of mirrors", "put it back: each pair of nodes has one");
    require_live_changes(theirs.options, mine.options);
}

} // namespace

bool VolumeEdit::is_done() const
{
    return std::ranges::all_of(before, [this](const auto& each) { return each.second == after; });
}

VolumeEdit edit_of(const VolumeConfig& mine, const std::map<std::string, VolumeConfig>& theirs, bool force)
{
    for (const auto& [node, config] : theirs)
        require_options_only(mine, config, node);
    VolumeEdit edit{mine, theirs};
    edit.after.version = version_for(mine, theirs, force, "volume " + mine.name);
    return edit;
}

JobEdit edit_of(const JobConfig& mine, const std::map<std::string, JobConfig>& theirs, bool force)
{
    JobEdit edit{mine, mine, false};
    edit.before.version = 0;
    for (const auto& [node, job] : theirs)
        if (job.version >= edit.before.version)
            edit.before = job;
    edit.after.version = version_for(mine, theirs, force, "job " + mine.name);
    edit.done = !theirs.empty() &&
                std::ranges::all_of(theirs, [&](const auto& each) { return each.second == edit.after; });
    return edit;
}

} // namespace mirrornet::ops
