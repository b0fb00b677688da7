// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/switchover.hpp"

#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/volume/giving.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/role_hooks.hpp"

namespace mirrornet::ops {

namespace {

using Seconds = std::chrono::seconds;

// Nothing: the subject names a node that the volume is not on.
MirrorName mirror_with(const ConfigStore& store, const Subject& subject, const std::string& self)
{
    if (subject.kind != Subject::Kind::mirror)
        throw Error(ExitStatus::usage, "say which node shall be the source: mirrorctl switchover " +
                                           subject.name + "@NODE (this node is " + self + ")");
    auto other = subject;
    if (subject.node == self)
        other = {Subject::Kind::volume, subject.name, {}};
    const auto mirrors = mirrors_of(store, other);
    if (mirrors.size() > 1)
        throw Error(ExitStatus::refused, "volume " + subject.name + " has several mirrors: this version "
                                             "switches over between two nodes alone");
    return mirrors.front();
}

// This node is the source; the other shall be.
ChangeoverResult give_to(const ConfigStore& store, const MirrorName& mirror,
                         const ChangeoverOptions& options)
{
    const auto config = store.load_volume(mirror.volume);
    const OperationLock operation(mirror.volume, "switchover");
    nl::Kernel kernel;
    const auto now = kernel.volume(mirror.id);
    Giving giving(store, kernel, config, mirror);
    if (now.lock == LockReason::handed_over) {
        giving.settle({now.handover, now.generation});
        return {true, mirror.node};
    }
    giving.check();
    RoleHooks(store, config, "switchover", mirror.node).around([&] { giving.settle(giving.give(options)); });
    return {true, mirror.node};
}

// This node is the source, and shall be.
ChangeoverResult stay(const ConfigStore& store, const MirrorName& mirror, const std::string& self)
{
    const auto config = store.load_volume(mirror.volume);
    const OperationLock operation(mirror.volume, "switchover");
    nl::Kernel kernel;
    const auto now = kernel.volume(mirror.id);
    if (now.lock != LockReason::handed_over)
        return {false, self};
    if (Giving(store, kernel, config, mirror).cancel({now.handover, now.generation})) {
        RoleHooks(store, config, "switchover", mirror.node).cancelled();
        return {true, self};
    }
    throw Error(ExitStatus::refused, "node " + mirror.node + " took the role of volume " + mirror.volume +
                                         " in the handover before; this node becomes its target by itself. To "
                                         "come back then: mirrorctl switchover " + mirror.volume + "@" + self);
}

// This node is the target, and shall be the source: the other one does it.
ChangeoverResult ask_for(const ConfigStore& store, const MirrorName& mirror, const std::string& self,
                         const ChangeoverOptions& options)
{
    const auto time = options.wait + options.drain + RoleHooks::patience + Seconds(60);
    try {
        Peer(store, mirror.node)
            .call("volume.switchover", {{"volume", mirror.volume},
                                        {"wait", options.wait.count()},
                                        {"drain", options.drain.count()}}, time);
    } catch (const Error& error) {
        nl::Kernel kernel;
        if (kernel.volume(mirror.id).role == Role::source)
            return {true, self};
        if (error.status() != ExitStatus::timed_out)
            throw;
        throw Error(ExitStatus::timed_out, std::string(error.what()) +
                                               "; the handover may still be going on: repeat the same command, "
                                               "which finds out");
    }
    return {true, self};
}

// The other one shall be the source, and this node is none.
ChangeoverResult see_there(const ConfigStore& store, const MirrorName& mirror)
{
    if (volume_there(store, mirror).value("role", "") == "source")
        return {false, mirror.node};
    throw Error(ExitStatus::refused, "neither this node nor node " + mirror.node + " is the source of volume " +
                                         mirror.volume + "; over there: mirrorctl promote " + mirror.volume);
}

} // namespace

ChangeoverResult switchover(const ConfigStore& store, const Subject& subject,
                            const ChangeoverOptions& options)
{
    const auto self = store.load_node().name;
    const auto mirror = mirror_with(store, subject, self);
    const bool to_here = subject.node == self;
    Role role = Role::none;
    {
        nl::Kernel kernel;
        require_active(kernel, mirror.volume, mirror.id);
        role = kernel.volume(mirror.id).role;
    }
    if (role == Role::source)
        return to_here ? stay(store, mirror, self) : give_to(store, mirror, options);
    if (!to_here)
        return see_there(store, mirror);
    if (role == Role::none)
        throw Error(ExitStatus::refused, "this node has no role for volume " + mirror.volume +
                                             "; to make it the source: mirrorctl promote " + mirror.volume);
    return ask_for(store, mirror, self, options);
}

Subject at_home(const ConfigStore& store, const Subject& subject)
{
    if (subject.kind != Subject::Kind::volume)
        throw Error(ExitStatus::usage, "--home says which node shall be the source: name the volume alone");
    const auto nodes = store.load_volume(subject.name).nodes;
    if (nodes.empty())
        throw Error(ExitStatus::refused, "the configuration of volume " + subject.name + " names no node");
    return {Subject::Kind::mirror, subject.name, nodes.front().name};
}

void take_handover(const ConfigStore& store, const std::string& volume, const NodeId& from,
                   const nl::Kernel::Handover& which)
{
    nl::Kernel().handover_take(store.load_volume(volume).id, from, which);
}

void refuse_handover(const ConfigStore& store, const std::string& volume, const NodeId& from,
                     const nl::Kernel::Handover& which)
{
    nl::Kernel().handover_refuse(store.load_volume(volume).id, from, which);
}

} // namespace mirrornet::ops
