// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/switchover.hpp"

#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/volume/allowed.hpp"
#include "ops/volume/giving.hpp"
#include "ops/volume/managed.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/role_hooks.hpp"
#include "ops/volume/seen.hpp"

namespace mirrornet::ops {

namespace {

using Seconds = std::chrono::seconds;

void require_node_named(const Subject& subject, const std::string& self)
{
    if (subject.kind != Subject::Kind::mirror)
        throw Error(ExitStatus::usage, "say which node shall be the source: mirrorctl switchover " +
                                           subject.name + "@NODE (this node is " + self + ")");
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
    const RoleHooks hooks(store, config, "switchover", mirror.node);
    if (now.lock == LockReason::handed_over) {
        require_handed_to(store, now, mirror);
        hooks.unless_done([&] { giving.settle({now.handover, now.generation}); });
        return {true, mirror.node};
    }
    giving.check();
    hooks.around([&] { giving.settle(giving.give(options)); });
    return {true, mirror.node};
}

// This node is the source, and shall be.
ChangeoverResult stay(const ConfigStore& store, const VolumeConfig& config, const std::string& self)
{
    const OperationLock operation(config.name, "switchover");
    nl::Kernel kernel;
    const auto now = kernel.volume(config.id);
    if (now.lock != LockReason::handed_over)
        return {false, self};
    const auto mirror = mirror_with(store, config, now.handed_to);
    if (Giving(store, kernel, config, mirror).cancel({now.handover, now.generation})) {
        RoleHooks(store, config, "switchover", mirror.node).cancelled();
        return {true, self};
    }
    throw Error(ExitStatus::refused, "node " + mirror.node + " took the role of volume " + mirror.volume +
                                         " in the handover before; this node becomes its target by itself. To "
                                         "come back then: mirrorctl switchover " + mirror.volume + "@" + self);
}

// This node is a target: the source does it. `to` shall be the source, this node or another target.
ChangeoverResult ask_for(const ConfigStore& store, const MirrorName& mirror, const std::string& to,
                         const std::string& self, const ChangeoverOptions& options)
{
    const auto time = options.wait + options.drain + RoleHooks::patience + Seconds(60);
    try {
        Peer(store, mirror.node)
            .call("volume.switchover", with_managers(store, {mirror.volume}, {{"volume", mirror.volume},
                                                                              {"to", to},
                                                                              {"wait", options.wait.count()},
                                                                              {"drain", options.drain.count()}}), time);
    } catch (const Error& error) {
        nl::Kernel kernel;
        if (to == self && kernel.volume(mirror.id).role == Role::source)
            return {true, self};
        if (error.status() != ExitStatus::timed_out)
            throw;
        throw Error(ExitStatus::timed_out, std::string(error.what()) +
                                               "; the handover may still be going on: repeat the same command, "
                                               "which finds out");
    }
    return {true, to};
}

// The kernel of a source says so for as long as there is a link, whoever else is silent.
[[noreturn]] void refuse_mute_source(const std::string& volume, const std::string& source)
{
    throw Error(ExitStatus::unreachable, "node " + source + " is the source of volume " + volume + ", and its link is up, but "
                                             "mirror-netd over there did not say so when it was asked; nothing was changed; "
                                             "repeat the command, or see there: systemctl status mirror-netd");
}

void refuse_if_linked(const ConfigStore& store, const std::string& volume)
{
    nl::Kernel kernel;
    for (const auto& mirror : mirrors_of(store, {Subject::Kind::volume, volume, {}})) {
        const auto record = kernel.find_mirror(mirror.id, mirror.peer);
        if (record && record->link == LinkState::up && record->peer_role == Role::source)
            refuse_mute_source(volume, mirror.node);
    }
}

[[noreturn]] void refuse_without_source(const Subject& subject, const std::string& self)
{
    throw Error(ExitStatus::refused, "no node of volume " + subject.name + " that answers is its source; nothing was "
                                         "changed; to make node " + subject.node + " the source" +
                                         (subject.node == self ? "" : ", over there") + ": mirrorctl promote " +
                                         subject.name);
}

// This node is not the source.
ChangeoverResult from_there(const ConfigStore& store, const Subject& subject, Role role,
                            const std::string& self, const ChangeoverOptions& options)
{
    const auto source = find_source(store, mirrors_of(store, {Subject::Kind::volume, subject.name, {}}));
    if (!source) {
        refuse_if_linked(store, subject.name);
        refuse_without_source(subject, self);
    }
    if (source->node == subject.node)
        return {false, subject.node};
    if (subject.node == self)
        require_allowed(store, subject.name, Role::source);
    if (subject.node == self && role == Role::none)
        throw Error(ExitStatus::refused, "this node has no role for volume " + subject.name +
                                             "; to make it the source: mirrorctl promote " + subject.name);
    return ask_for(store, *source, subject.node, self, options);
}

} // namespace

ChangeoverResult switchover(const ConfigStore& store, const Subject& subject,
                            const ChangeoverOptions& options)
{
    const auto self = store.load_node().name;
    require_node_named(subject, self);
    const auto config = store.load_volume(subject.name);
    Role role = Role::none;
    {
        nl::Kernel kernel;
        require_active(kernel, config.name, config.id);
        role = kernel.volume(config.id).role;
    }
    const bool to_here = subject.node == self;
    const auto mirrors = mirrors_of(store, to_here ? Subject{Subject::Kind::volume, subject.name, {}} : subject);
    if (role != Role::source)
        return from_there(store, subject, role, self, options);
    return to_here ? stay(store, config, self) : give_to(store, mirrors.front(), options);
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
    require_allowed(store, volume, Role::source);
    nl::Kernel().handover_take(store.load_volume(volume).id, from, which);
}

void refuse_handover(const ConfigStore& store, const std::string& volume, const NodeId& from,
                     const nl::Kernel::Handover& which)
{
    nl::Kernel().handover_refuse(store.load_volume(volume).id, from, which);
}

} // namespace mirrornet::ops
