// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/promote.hpp"

#include "ops/clock.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/promotable.hpp"
#include "ops/volume/unlock.hpp"

#include <thread>

namespace mirrornet::ops {

namespace {

template <typename Action> void when_links_are_gone(Action action)
{
    for (int tries = 50;; tries--) {
        try {
            action();
            return;
        } catch (const Error& error) {
            if (error.status() != ExitStatus::in_use || tries == 0)
                throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

void open_it(nl::Kernel& kernel, const VolumeId& id, const PromoteOptions& options)
{
    if (!options.locked && kernel.volume(id).locked())
        unlock_when_free(kernel, id);
}

// This node is the source already, or gave its role away and cannot ask for it.
PromoteResult promote_source(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
                             const nl::VolumeRecord& here, const PromoteOptions& options)
{
    if (here.lock != LockReason::handed_over) {
        const bool opens = here.locked() && !options.locked;
        open_it(kernel, config.id, options);
        return {opens, {}};
    }
    const auto mirror = mirror_with(store, config, here.handed_to);
    const auto there = look_at(store, config, {mirror}).front();
    if (!there.is_silent() || !options.force)
        throw Error(there.is_silent() ? ExitStatus::needs_force : ExitStatus::refused,
                    "volume " + config.name + " was handed over to node " + mirror.node +
                        ", and whether that one took it is not known. When it answers: mirrorctl switchover " +
                        config.name + "@" + mirror.node + ". Only if it is gone for good, repeat with --force: if it "
                        "took the role and was written, a person has to decide whose writes are thrown away",
                    there.is_silent() ? "--force" : "");
    kernel.handover_end(config.id, mirror.peer, Role::source, here.handover, true);
    open_it(kernel, config.id, options);
    return {true, {}};
}

// What async mode, a write under way, or a lost link may have left at the old source.
std::string warning_of(const SeenNode& there, const Missing& missing)
{
    if (missing.text.empty())
        return {};
    return missing.text + "; if node " + there.name +
           " was not written without this one, it becomes a target by itself when it is back, and what it had not sent "
           "is overwritten there";
}

void tell_to_follow(const ConfigStore& store, const MirrorName& mirror)
{
    const auto copy = ask_copy(store, mirror.volume, mirror.node);
    if (!copy || copy->role != Role::none)
        return;
    try {
        Peer(store, mirror.node).call("volume.follow", {{"volume", mirror.volume}});
    } catch (const Error& error) {
        throw Error(ExitStatus::partly_done, "this node is the source of volume " + mirror.volume + ", but node " +
                                                 mirror.node + " could not be made its target (" + error.what() +
                                                 "); repeat: mirrorctl promote " + mirror.volume);
    }
}

// The node that had the role, as far as one can tell: whose writes may be missing here.
std::size_t find_lost(nl::Kernel& kernel, const std::vector<MirrorName>& mirrors, const std::vector<SeenNode>& seen)
{
    for (std::size_t i = 0; i < seen.size(); i++)
        if (seen[i].is(Role::none))
            return i;
    for (std::size_t i = 0; i < seen.size(); i++)
        if (!seen[i].copy && kernel.mirror(mirrors[i].id, mirrors[i].peer).peer_role == Role::source)
            return i;
    return 0;
}

void take_role(nl::Kernel& kernel, const std::vector<MirrorName>& mirrors, bool force)
{
    when_links_are_gone([&] {
        for (const auto& mirror : mirrors)
            if (kernel.mirror(mirror.id, mirror.peer).link != LinkState::unwanted)
                kernel.link_detach(mirror.id, mirror.peer);
        kernel.set_role(mirrors.front().id, Role::source, force);
    });
}

PromoteResult promote_copy(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
                           const nl::VolumeRecord& here, const PromoteOptions& options)
{
    const auto mirrors = mirrors_of(store, {Subject::Kind::volume, config.name, {}});
    const auto others = look_at(store, config, mirrors);
    const auto lost = find_lost(kernel, mirrors, others);
    const auto missing = missing_in(here, kernel.mirror(config.id, mirrors[lost].peer), mirrors[lost].node,
                                    others[lost].is(Role::none), now_ns());
    require_promotable(config.name, here, others, missing, options.force);
    take_role(kernel, mirrors, options.force);
    open_it(kernel, config.id, options);
    return {true, warning_of(others[lost], missing), missing};
}

} // namespace

PromoteResult promote(const ConfigStore& store, const std::string& volume, const PromoteOptions& options)
{
    const auto config = store.load_volume(volume);
    const OperationLock operation(volume, "promote");
    nl::Kernel kernel;
    require_active(kernel, volume, config.id);
    const auto here = kernel.volume(config.id);
    const auto result = here.role == Role::source ? promote_source(store, kernel, config, here, options)
                                                  : promote_copy(store, kernel, config, here, options);
    for (const auto& mirror : mirrors_of(store, {Subject::Kind::volume, volume, {}}))
        tell_to_follow(store, mirror);
    return result;
}

TakeoverResult takeover(const ConfigStore& store, const std::string& volume,
                        const PromoteOptions& options, const ChangeoverOptions& times)
{
    const auto self = store.load_node().name;
    const auto mirrors = mirrors_of(store, {Subject::Kind::volume, volume, {}});
    const bool here = nl::Kernel().volume(mirrors.front().id).role == Role::source;
    if (!here && find_source(store, mirrors)) {
        const auto done = switchover(store, {Subject::Kind::mirror, volume, self}, times);
        return {true, {done.changed, {}}};
    }
    return {false, promote(store, volume, options)};
}

void follow(const ConfigStore& store, const std::string& volume)
{
    const auto config = store.load_volume(volume);
    nl::Kernel kernel;
    if (kernel.volume(config.id).role != Role::none)
        return;
    const OperationLock operation(volume, "follow");
    kernel.set_role(config.id, Role::target);
}

} // namespace mirrornet::ops
