// SPDX-License-Identifier: GPL-2.0-or-later
//
// A split brain of a volume with several copies, seen from the one that is kept.
#include "ops/undo.hpp"
#include "ops/volume/split_brain.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

void require_here(const std::vector<SplitReport>& pairs, const std::string& keep)
{
    const auto& volume = pairs.front().volume;
    const auto& here = pairs.front().here;
    if (keep != here.node && std::ranges::none_of(pairs, [&](const auto& pair) { return pair.other == keep; }))
        throw Error(ExitStatus::not_found, "node " + keep + " has no copy of volume " + volume + "; nothing was changed");
    if (keep != here.node)
        throw Error(ExitStatus::refused, "volume " + volume + " has copies on several nodes; nothing was changed: this is "
                                             "done from the node that is kept: mirrorctl -H " + keep +
                                             " split-brain resolve " + volume + " --keep " + keep);
    if (here.role != Role::source)
        throw Error(ExitStatus::refused, "node " + keep + " is not a source of volume " + volume + " now; nothing was "
                                             "changed. To make it one: mirrorctl promote " + volume + " --force");
}

bool waits(const SplitReport& pair)
{
    return pair.here.waits_for_person &&
           (pair.here.reason == Reason::split_brain || pair.here.reason == Reason::other_source);
}

// Those that have to give up, the sources first: who follows one would get its data again.
std::vector<const SplitReport*> losers_of(const std::vector<SplitReport>& pairs)
{
    std::vector<const SplitReport*> losers;
    for (const auto& pair : pairs)
        if (pair.there && !has_nothing_else(*pair.there, pair.here))
            losers.push_back(&pair);
    std::ranges::stable_partition(losers, [](const auto* pair) { return pair->there->role == Role::source; });
    return losers;
}

void require_closed(const std::vector<const SplitReport*>& losers)
{
    for (const auto* loser : losers)
        if (loser->there->openers > 0)
            throw Error(ExitStatus::in_use, "volume " + loser->volume + " is open on node " + loser->other +
                                                ", whose copy would be given up; nothing was changed; close it there, "
                                                "then repeat");
}

void require_split(const std::vector<SplitReport>& pairs)
{
    for (const auto& pair : pairs)
        if (!pair.there && waits(pair))
            throw Error(ExitStatus::unreachable, "node " + pair.other + " cannot be asked (" + pair.failure +
                                                     "); nothing was changed");
    if (!is_split(pairs) && std::ranges::none_of(pairs, waits))
        throw Error(ExitStatus::refused, "there is no split brain of volume " + pairs.front().volume +
                                             "; nothing was changed; see: mirrorctl status " + pairs.front().volume);
}

void all_give_up(const ConfigStore& store, const std::vector<const SplitReport*>& losers, LostWrites lost,
                 SplitResult& result)
{
    std::string done;
    for (const auto* loser : losers) {
        const auto next = [&] { split_ask_to_give_up(store, *loser, lost, result); };
        if (done.empty())
            next();
        else
            finish_after("of volume " + loser->volume + " the copy is given up on node " + done + result.saved_text(), next);
        done += (done.empty() ? "" : ", ") + loser->other;
    }
}

void continue_all(const ConfigStore& store, const std::string& volume)
{
    nl::Kernel kernel;
    for (const auto& mirror : mirrors_of(store, {Subject::Kind::volume, volume, {}})) {
        const auto record = kernel.mirror(mirror.id, mirror.peer);
        if (record.reason == Reason::split_brain || record.reason == Reason::other_source)
            kernel.continue_(mirror.id, mirror.peer);
    }
}

} // namespace

SplitResult resolve_copies(const ConfigStore& store, const std::vector<SplitReport>& pairs, const std::string& keep,
                           LostWrites lost)
{
    require_here(pairs, keep);
    SplitResult result{false, keep, false, true, {}, {}};
    for (const auto& pair : pairs)
        if (!pair.there)
            result.unasked.push_back(pair.other);
    const auto losers = losers_of(pairs);
    if (losers.empty() && !is_split(pairs) && std::ranges::none_of(pairs, waits))
        return result;
    require_split(pairs);
    require_closed(losers);
    all_give_up(store, losers, lost, result);
    finish_after("every other copy of volume " + pairs.front().volume + " follows node " + keep + result.saved_text(),
                 [&] { continue_all(store, pairs.front().volume); });
    result.changed = true;
    return result;
}

} // namespace mirrornet::ops
