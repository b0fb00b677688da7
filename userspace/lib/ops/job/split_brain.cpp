// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/job/split_brain.hpp"

#include "base/error.hpp"
#include "ops/undo.hpp"
#include "ops/volume/subjects.hpp"

namespace mirrornet::ops {

namespace {

// Of more than two copies `resolve` itself asks that it is done from the node that is kept.
void require_resolvable(const SplitReport& report, const std::string& keep, bool alone)
{
    if (!report.split() && !alone)
        return;
    if (!report.there)
        throw Error(ExitStatus::unreachable, "volume " + report.volume + ": node " + report.other +
                                                 " cannot be asked (" + report.failure + "); nothing was changed");
    if (!alone && keep != report.here.node)
        throw Error(ExitStatus::refused, "volume " + report.volume + " has copies on several nodes; nothing was changed: "
                                             "repeat this on node " + keep);
    if (keep != report.here.node && keep != report.other)
        throw Error(ExitStatus::usage, "volume " + report.volume + " has no copy on node " + keep +
                                           " that is part of its split brain; nothing was changed");
    const auto& loser = keep == report.here.node ? *report.there : report.here;
    if (loser.openers > 0)
        throw Error(ExitStatus::in_use, "volume " + report.volume + " is in use on node " + loser.node +
                                            ", whose copy would be given up; nothing was changed; close it there, "
                                            "then repeat");
}

} // namespace

std::vector<std::vector<SplitReport>> split_brains_of_job(const ConfigStore& store, const std::string& job,
                                                          const std::string& keep)
{
    std::vector<std::vector<SplitReport>> splits;
    for (const auto& volume : volumes_of(store, {Subject::Kind::job, job, {}}))
        if (auto pairs = split_brain_show(store, volume.name); is_split(pairs)) {
            for (const auto& pair : pairs)
                require_resolvable(pair, keep, pairs.size() == 1);
            splits.push_back(std::move(pairs));
        }
    return splits;
}

std::vector<SplitResult> split_brain_resolve_job(const ConfigStore& store, const std::vector<std::vector<SplitReport>>& splits,
                                                 const std::string& keep, LostWrites lost)
{
    std::vector<SplitResult> results;
    std::string done;
    for (const auto& split : splits) {
        const auto& volume = split.front().volume;
        const auto resolve = [&] { results.push_back(split_brain_resolve(store, volume, keep, lost)); };
        if (done.empty())
            resolve();
        else
            finish_after("the copy of node " + keep + " is kept of " + done, resolve);
        done += (done.empty() ? "volume " : ", ") + volume;
    }
    return results;
}

} // namespace mirrornet::ops
