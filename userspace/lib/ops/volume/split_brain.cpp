// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/split_brain.hpp"

#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"
#include "ops/volume/allowed.hpp"
#include "ops/volume/gate.hpp"
#include "ops/volume/mirror_verbs.hpp"

namespace mirrornet::ops {

namespace {

bool follows(const SplitSide& side)
{
    return side.role == Role::target && !side.waits_for_person && side.state != MirrorState::broken;
}

// Gives up this node's copy; nothing was changed if it throws.
bool discard(nl::Kernel& kernel, const VolumeConfig& config, const MirrorName& mirror,
             const SplitSide& here, std::uint64_t common)
{
    Gate gate(kernel, config);
    if (here.role == Role::source)
        gate.close(std::chrono::seconds(0));
    try {
        kernel.split_discard(mirror.id, mirror.peer, common);
    } catch (const Error& error) {
        throw Error(error.status(), std::string(error.what()) + "; nothing was changed" + gate.reopen());
    }
    return true;
}

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
    return kept.role == Role::source && !kept.waits_for_person && follows(lost) && !report.split();
}

void require_split(const SplitReport& report, const SplitSide& lost)
{
    if (report.split() || report.here.reason == Reason::other_source ||
        report.there->reason == Reason::other_source || follows(lost))
        return;
    throw Error(ExitStatus::refused, "there is no split brain of volume " + report.volume +
                                         "; nothing was changed; see: mirrorctl status " + report.volume);
}

void continue_here(nl::Kernel& kernel, const MirrorName& mirror)
{
    kernel.continue_(mirror.id, mirror.peer);
}

void continue_there(const ConfigStore& store, const MirrorName& mirror, std::chrono::milliseconds time)
{
    Peer(store, mirror.node).call("mirror.continue", {{"volume", mirror.volume}}, time);
}

// This node is kept: the other gives up first, which is what can be refused.
SplitResult keep_here(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror,
                      const SplitReport& report)
{
    const auto answer = Peer(store, mirror.node)
                            .call("split.discard", {{"volume", mirror.volume}, {"keep", report.here}});
    finish_after("node " + mirror.node + " has given up its copy of volume " + mirror.volume,
                 [&] { continue_here(kernel, mirror); });
    return {true, report.here.node, answer.value("full", false), true, {}};
}

SplitResult keep_there(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
                       const MirrorName& mirror, const SplitReport& report)
{
    const auto common = common_generation(report.here, *report.there);
    if (!follows(report.here)) {
        require_allowed(store, mirror.volume, Role::target);
        discard(kernel, config, mirror, report.here, common);
    }
    finish_after("this node has given up its copy of volume " + mirror.volume,
                 [&] { continue_there(store, mirror, Peer::answer_time); });
    return {true, mirror.node, common == 0, true, {}};
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

SplitResult resolve_pair(const ConfigStore& store, const SplitReport& report, const std::string& keep)
{
    const auto config = store.load_volume(report.volume);
    const auto mirror = mirrors_of(store, {Subject::Kind::mirror, report.volume, report.other}).front();
    const bool here = is_here(report, keep);
    require_decidable(report);
    const auto& kept = here ? report.here : *report.there;
    const auto& lost = here ? *report.there : report.here;
    if (is_over(report, kept, lost))
        return {false, keep, false, true, {}};
    require_split(report, lost);
    require_source(report, kept, lost);
    nl::Kernel kernel;
    return here ? keep_here(store, kernel, mirror, report)
                : keep_there(store, kernel, config, mirror, report);
}

// The copy that this node's is given up for: with several, it has to be named.
const SplitReport& pair_with(const std::vector<SplitReport>& pairs, const std::string& keep)
{
    if (keep.empty() && pairs.size() == 1)
        return pairs.front();
    if (keep.empty())
        throw Error(ExitStatus::usage, "volume " + pairs.front().volume + " has copies on several nodes; nothing was "
                                           "changed: say with --keep NODE which one is kept");
    for (const auto& pair : pairs)
        if (pair.other == keep)
            return pair;
    throw Error(ExitStatus::not_found, "node " + keep + " has no other copy of volume " + pairs.front().volume +
                                           "; nothing was changed");
}

} // namespace

SplitResult split_brain_resolve(const ConfigStore& store, const std::string& volume,
                                const std::string& keep)
{
    const OperationLock operation(volume, "split-brain resolve");
    const auto pairs = split_brain_show(store, volume);
    if (pairs.size() > 1)
        return resolve_copies(store, pairs, keep);
    return resolve_pair(store, pairs.front(), keep);
}

SplitResult split_brain_discard_local(const ConfigStore& store, const std::string& volume, const std::string& keep)
{
    const auto config = store.load_volume(volume);
    require_allowed(store, volume, Role::target);
    const OperationLock operation(volume, "split-brain discard-local");
    const auto pairs = split_brain_show(store, volume);
    const auto& report = pair_with(pairs, keep);
    const auto mirror = mirrors_of(store, {Subject::Kind::mirror, volume, report.other}).front();
    const auto& here = report.here;
    const auto alone = here.base == here.old_base ? here.base : 0;
    const auto common = report.there ? common_generation(here, *report.there) : alone;
    nl::Kernel kernel;
    SplitResult result{!follows(here), mirror.node, common == 0, true, {}};
    if (result.changed)
        discard(kernel, config, mirror, here, common);
    try {
        continue_there(store, mirror, Peer::short_time);
    } catch (const Error&) {
        result.told = false;
    }
    return result;
}

SplitResult split_brain_discard_for(const ConfigStore& store, const std::string& volume,
                                    const SplitSide& keep)
{
    const auto config = store.load_volume(volume);
    const OperationLock operation(volume, "split-brain resolve");
    const auto mirror = mirrors_of(store, {Subject::Kind::mirror, volume, keep.node}).front();
    nl::Kernel kernel;
    const auto here = split_side_here(store, kernel, mirror);
    const auto common = common_generation(here, keep);
    const bool changes = !has_nothing_else(here, keep);
    if (changes) {
        require_allowed(store, volume, Role::target);
        discard(kernel, config, mirror, here, common);
    }
    return {changes, keep.node, common == 0, true, {}};
}

} // namespace mirrornet::ops
