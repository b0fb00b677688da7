// SPDX-License-Identifier: GPL-2.0-or-later
//
// The half of a decided split brain that changes something: a copy is given up.
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/volume/allowed.hpp"
#include "ops/volume/gate.hpp"
#include "ops/volume/managed.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/split_brain.hpp"

namespace mirrornet::ops {

namespace {

constexpr std::uint64_t slowest_disk = 10 << 20; // bytes a second that saving takes at least
constexpr std::chrono::seconds links_end{10};
constexpr auto longest_saving = std::chrono::hours(24 * 365); // a person who waits may end it

// What another source sends meanwhile would be in what is saved, or not: it would be the copy of no moment. Who
// has just given up its role may need a moment to end its links.
void require_still(nl::Kernel& kernel, const MirrorName& mirror)
{
    patiently(links_end, ExitStatus::in_use, [&] {
        for (const auto& other : kernel.mirrors(mirror.id))
            if (other.peer != mirror.peer && other.peer_role == Role::source)
                throw Error(ExitStatus::in_use, "volume " + mirror.volume + " follows another source on this node, and changes while "
                                                    "it would be saved; first, here: mirrorctl pause " + mirror.volume);
    });
}

// Nothing was changed if it throws.
void discard(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror, const SplitSide& here,
             std::uint64_t common, LostWrites lost, SplitResult& result)
{
    const auto config = store.load_volume(mirror.volume);
    Gate gate(kernel, config);
    if (here.role == Role::source)
        gate.close(std::chrono::seconds(0));
    try {
        if (lost == LostWrites::saved) {
            require_still(kernel, mirror);
            result.saved.push_back({here.node, save_writes(store, kernel, mirror, Deadline(longest_saving))});
        }
        kernel.split_discard(mirror.id, mirror.peer, common);
    } catch (const Error& error) {
        throw Error(error.status(), std::string(error.what()) + "; nothing was changed" + result.saved_text() +
                                        (here.role == Role::source ? gate.reopen() : ""));
    }
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

bool split_follows(const SplitSide& side)
{
    return side.role == Role::target && !side.waits_for_person && side.state != MirrorState::broken;
}

void split_continue_there(const ConfigStore& store, const MirrorName& mirror, std::chrono::milliseconds time)
{
    Peer(store, mirror.node).call("mirror.continue", {{"volume", mirror.volume}}, time);
}

void split_give_up(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror, const SplitSide& here,
                   std::uint64_t common, LostWrites lost, SplitResult& result)
{
    result.full |= common == 0 || !here.blocks_known;
    if (split_follows(here))
        return;
    require_allowed(store, mirror.volume, Role::target);
    discard(store, kernel, mirror, here, common, lost, result);
}

// A node that cannot save does not know the method: nothing is lost by asking it.
void split_ask_to_give_up(const ConfigStore& store, const SplitReport& pair, LostWrites lost, SplitResult& result)
{
    const bool save = lost == LostWrites::saved;
    result.full |= has_to_be_full(*pair.there, pair.here);
    const auto time = save ? Peer::work_time + std::chrono::seconds(pair.there->bytes() / slowest_disk)
                           : Peer::answer_time;
    const auto answer = Peer(store, pair.other)
                            .call(save ? "split.save-and-discard" : "split.discard",
                                  with_managers(store, {pair.volume}, {{"volume", pair.volume}, {"keep", pair.here}}), time);
    result.full |= answer.value("full", false);
    if (save)
        for (const auto& one : answer.at("saved"))
            result.saved.push_back({pair.other, {one.at("directory").get<std::string>(), one.at("bytes").get<std::uint64_t>()}});
}

SplitResult split_brain_discard_local(const ConfigStore& store, const std::string& volume, const std::string& keep,
                                      LostWrites lost)
{
    require_allowed(store, volume, Role::target);
    const OperationLock operation(volume, "split-brain discard-local");
    const auto pairs = split_brain_show(store, volume);
    const auto& report = pair_with(pairs, keep);
    const auto mirror = mirrors_of(store, {Subject::Kind::mirror, volume, report.other}).front();
    const auto& here = report.here;
    const auto alone = here.base == here.old_base ? here.base : 0;
    const auto common = report.there ? common_generation(here, *report.there) : alone;
    nl::Kernel kernel;
    SplitResult result{!split_follows(here), mirror.node, false, true, {}, {}};
    split_give_up(store, kernel, mirror, here, common, lost, result);
    try {
        split_continue_there(store, mirror, Peer::short_time);
    } catch (const Error&) {
        result.told = false;
    }
    return result;
}

SplitResult split_brain_discard_for(const ConfigStore& store, const std::string& volume, const SplitSide& keep,
                                    LostWrites lost)
{
    const OperationLock operation(volume, "split-brain resolve");
    const auto mirror = mirrors_of(store, {Subject::Kind::mirror, volume, keep.node}).front();
    nl::Kernel kernel;
    const auto here = split_side_here(store, kernel, mirror);
    const auto common = common_generation(here, keep);
    SplitResult result{!has_nothing_else(here, keep), keep.node, has_to_be_full(here, keep), true, {}, {}};
    if (result.changed) {
        require_allowed(store, volume, Role::target);
        discard(store, kernel, mirror, here, common, lost, result);
    }
    return result;
}

} // namespace mirrornet::ops
