// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/split_brain.hpp"

#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"
#include "ops/volume/mirror_verbs.hpp"

namespace mirrornet::ops {

namespace {

void require_decidable(const SplitReport& report)
{
    if (!report.there)
        throw Error(ExitStatus::unreachable,
                    "node " + report.other + " cannot be asked (" + report.failure + "); nothing was changed. "
                        "If its copy of volume " + report.volume + " is the one to keep, give up the one on "
                        "this node alone: mirrorctl split-brain discard-local " + report.volume);
}

void require_source(const SplitReport& report, const SplitSide& kept, const SplitSide& lost)
{
    if (kept.role == Role::source)
        return;
    throw Error(ExitStatus::refused,
                "node " + kept.node + " is not a source of volume " + report.volume + " now; nothing was changed. To "
                    "keep its copy: on node " + lost.node + ", mirrorctl split-brain discard-local " +
                    report.volume + "; then on node " + kept.node + ", mirrorctl promote " + report.volume);
}

bool is_over(const SplitReport& report, const SplitSide& kept, const SplitSide& lost)
{
    return kept.role == Role::source && !kept.waits_for_person && split_follows(lost) && !report.split();
}

void require_split(const SplitReport& report, const SplitSide& lost)
{
    if (report.split() || report.here.reason == Reason::other_source ||
        report.there->reason == Reason::other_source || split_follows(lost))
        return;
    throw Error(ExitStatus::refused, "there is no split brain of volume " + report.volume +
                                         "; nothing was changed; see: mirrorctl status " + report.volume);
}

void continue_here(nl::Kernel& kernel, const MirrorName& mirror)
{
    kernel.continue_(mirror.id, mirror.peer);
}

// This node is kept: the other gives up first, which is what can be refused.
SplitResult keep_here(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror,
                      const SplitReport& report, LostWrites lost)
{
    SplitResult result{true, report.here.node, has_to_be_full(*report.there, report.here), true, {}, {}};
    split_ask_to_give_up(store, report, lost, result);
    finish_after("node " + mirror.node + " has given up its copy of volume " + mirror.volume + result.saved_text(),
                 [&] { continue_here(kernel, mirror); });
    return result;
}

SplitResult keep_there(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror,
                       const SplitReport& report, LostWrites lost)
{
    SplitResult result{true, mirror.node, has_to_be_full(report.here, *report.there), true, {}, {}};
    split_give_up(store, kernel, mirror, report.here, common_generation(report.here, *report.there), lost, result);
    finish_after("this node has given up its copy of volume " + mirror.volume + result.saved_text(),
                 [&] { split_continue_there(store, mirror, Peer::answer_time); });
    return result;
}

// Which of the two a person wants to keep.
bool is_here(const SplitReport& report, const std::string& keep)
{
    if (keep == report.here.node)
        return true;
    if (keep == report.other)
        return false;
    throw Error(ExitStatus::not_found, "node " + keep + " has no copy of volume " + report.volume + "; its nodes are " +
                                           report.here.node + " and " + report.other);
}

SplitResult resolve_pair(const ConfigStore& store, const SplitReport& report, const std::string& keep, LostWrites how)
{
    const auto mirror = mirrors_of(store, {Subject::Kind::mirror, report.volume, report.other}).front();
    const bool here = is_here(report, keep);
    require_decidable(report);
    const auto& kept = here ? report.here : *report.there;
    const auto& lost = here ? *report.there : report.here;
    if (is_over(report, kept, lost))
        return {false, keep, false, true, {}, {}};
    require_split(report, lost);
    require_source(report, kept, lost);
    nl::Kernel kernel;
    return here ? keep_here(store, kernel, mirror, report, how) : keep_there(store, kernel, mirror, report, how);
}

} // namespace

SplitResult split_brain_resolve(const ConfigStore& store, const std::string& volume, const std::string& keep,
                                LostWrites lost)
{
    const OperationLock operation(volume, "split-brain resolve");
    const auto pairs = split_brain_show(store, volume);
    if (pairs.size() > 1)
        return resolve_copies(store, pairs, keep, lost);
    return resolve_pair(store, pairs.front(), keep, lost);
}

} // namespace mirrornet::ops
