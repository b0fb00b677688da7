// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/switchover.hpp"

#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"
#include "ops/volume/lock.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/unlock.hpp"

#include <thread>

namespace mirrornet::ops {

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::seconds;
using Handover = nl::Kernel::Handover;

constexpr std::chrono::milliseconds between_tries{200};

// Until it is done, or for so long: `again` is the refusal that may pass.
template <typename Action> auto patiently(Seconds most, ExitStatus again, Action action)
{
    const auto end = Clock::now() + most;
    for (;;) {
        try {
            return action();
        } catch (const Error& error) {
            if (error.status() != again || Clock::now() >= end)
                throw;
        }
        std::this_thread::sleep_for(between_tries);
    }
}

std::string text_of(Seconds time)
{
    return std::to_string(time.count()) + " s";
}

// The gate of a source on this node: closed for a change of roles, opened again if that fails.
class Gate {
public:
    Gate(nl::Kernel& kernel, const VolumeConfig& config)
        : kernel_(kernel), config_(config), was_open_(!kernel.volume(config.id).locked())
    {
    }

    void close(Seconds wait)
    {
        patiently(wait, ExitStatus::in_use, [&] { lock_copy(kernel_, config_); });
    }

    // What completes "nothing was changed".
    std::string reopen()
    {
        if (!was_open_)
            return ", and the volume stays locked (to open it: mirrorctl unlock " + config_.name + ")";
        try {
            unlock_when_free(kernel_, config_.id);
            return ", and the volume is open again";
        } catch (const Error& error) {
            return ", but the volume could not be opened again (" + std::string(error.what()) +
                   "): mirrorctl unlock " + config_.name;
        }
    }

private:
    nl::Kernel& kernel_;
    const VolumeConfig& config_;
    bool was_open_;
};

// Runs `step`, which answers timed_out as long as a target has not got everything.
template <typename Step>
auto drained(Gate& gate, const std::string& volume, const ChangeoverOptions& options, Step step)
{
    try {
        return patiently(options.drain, ExitStatus::timed_out, step);
    } catch (const Error& error) {
        const auto open = gate.reopen();
        if (error.status() != ExitStatus::timed_out)
            throw Error(error.status(), std::string(error.what()) + "; nothing was changed" + open);
        throw Error(ExitStatus::refused,
                    "volume " + volume + ": the target did not get everything within " +
                        text_of(options.drain) + " (--drain-timeout); nothing was changed" + open +
                        "; see how far it is: mirrorctl status " + volume);
    }
}

nlohmann::json volume_there(const ConfigStore& store, const MirrorName& mirror)
{
    return Peer(store, mirror.node).call("status", {{"volumes", {mirror.volume}}}).at("volumes").at(0);
}

// One handover from this node, which is the source.
class Giving {
public:
    Giving(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
           const MirrorName& mirror)
        : store_(store), kernel_(kernel), config_(config), mirror_(mirror), gate_(kernel, config)
    {
    }

    // Before anything is changed.
    void check()
    {
        const auto record = kernel_.mirror(mirror_.id, mirror_.peer);
        if (record.state != MirrorState::mirroring)
            throw Error(ExitStatus::refused,
                        "volume " + mirror_.volume + " is not mirroring to node " + mirror_.node +
                            ", whose copy lacks something; nothing was changed; see: mirrorctl status " +
                            mirror_.volume);
        if (kernel_.volume(mirror_.id).meta_error)
            throw Error(ExitStatus::refused, "the metadata of volume " + mirror_.volume +
                                                 " cannot be written on this node, so its role cannot change; "
                                                 "nothing was changed; see: mirrorctl status " +
                                                 mirror_.volume);
        const auto there = volume_there(store_, mirror_);
        if (there.value("role", "") != "target")
            throw Error(ExitStatus::refused, "node " + mirror_.node + " does not hold a target of volume " +
                                                 mirror_.volume + " now; nothing was changed");
    }

    Handover give(const ChangeoverOptions& options)
    {
        gate_.close(options.wait);
        return drained(gate_, mirror_.volume, options,
                       [&] { return kernel_.handover_give(mirror_.id, mirror_.peer); });
    }

    // Until it is known what became of it. An Error: this node is the source, or nobody knows.
    void settle(const Handover& which)
    {
        try {
            call("handover.take", which);
        } catch (const Error& error) {
            if (was_refused(which, error.what()))
                take_back(which, error);
        }
        finish_after("node " + mirror_.node + " is the source of volume " + mirror_.volume, [&] {
            kernel_.handover_end(mirror_.id, mirror_.peer, Role::target, which.number);
        });
    }

    // This node shall be the source after all. False: the other one has taken the role.
    bool cancel(const Handover& which)
    {
        if (!was_refused(which, "its role was handed over before"))
            return false;
        kernel_.handover_end(mirror_.id, mirror_.peer, Role::source, which.number);
        unlock_when_free(kernel_, mirror_.id);
        return true;
    }

private:
    void call(const std::string& method, const Handover& which)
    {
        Peer(store_, mirror_.node)
            .call(method, {{"volume", mirror_.volume},
                           {"number", which.number},
                           {"generation", which.generation}});
    }

    // True: it will not take it, durably. False: it has.
    bool was_refused(const Handover& which, const std::string& because)
    {
        try {
            call("handover.refuse", which);
            return true;
        } catch (const Error& error) {
            if (error.status() == ExitStatus::exists)
                return false;
            throw Error(ExitStatus::timed_out,
                        "volume " + mirror_.volume + ": whether node " + mirror_.node +
                            " took the role is not known (" + because + "; " + error.what() +
                            "); the volume stays locked on this node, and nothing is lost. When node " +
                            mirror_.node + " answers again, repeat: mirrorctl switchover " + mirror_.volume +
                            "@" + mirror_.node);
        }
    }

    [[noreturn]] void take_back(const Handover& which, const Error& error)
    {
        kernel_.handover_end(mirror_.id, mirror_.peer, Role::source, which.number);
        const auto open = gate_.reopen();
        throw Error(error.status() == ExitStatus::timed_out ? ExitStatus::unreachable : error.status(),
                    "node " + mirror_.node + " did not take the role of volume " + mirror_.volume + " (" +
                        error.what() + "); this node is the source as before; nothing was changed" + open);
    }

    const ConfigStore& store_;
    nl::Kernel& kernel_;
    const VolumeConfig& config_;
    MirrorName mirror_;
    Gate gate_;
};

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
    giving.settle(giving.give(options));
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
    if (Giving(store, kernel, config, mirror).cancel({now.handover, now.generation}))
        return {true, self};
    throw Error(ExitStatus::refused, "node " + mirror.node + " took the role of volume " + mirror.volume +
                                         " in the handover before; this node becomes its target by itself. To "
                                         "come back then: mirrorctl switchover " + mirror.volume + "@" + self);
}

// This node is the target, and shall be the source: the other one does it.
ChangeoverResult ask_for(const ConfigStore& store, const MirrorName& mirror, const std::string& self,
                         const ChangeoverOptions& options)
{
    const auto time = options.wait + options.drain + Seconds(60);
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

ChangeoverResult demote(const ConfigStore& store, const std::string& volume,
                        const ChangeoverOptions& options)
{
    const auto config = store.load_volume(volume);
    const OperationLock operation(volume, "demote");
    nl::Kernel kernel;
    require_active(kernel, volume, config.id);
    if (kernel.volume(config.id).role == Role::none)
        return {false, {}};
    if (kernel.volume(config.id).role == Role::target)
        throw Error(ExitStatus::refused, "this node holds a target of volume " + volume +
                                             ": it has no role to lay down; nothing was changed");
    Gate gate(kernel, config);
    gate.close(options.wait);
    drained(gate, volume, options, [&] { kernel.demote(config.id); });
    return {true, {}};
}

void take_handover(const ConfigStore& store, const std::string& volume, const NodeId& from,
                   const Handover& which)
{
    nl::Kernel().handover_take(store.load_volume(volume).id, from, which);
}

void refuse_handover(const ConfigStore& store, const std::string& volume, const NodeId& from,
                     const Handover& which)
{
    nl::Kernel().handover_refuse(store.load_volume(volume).id, from, which);
}

} // namespace mirrornet::ops
