// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/promote.hpp"

#include "model/records.hpp"
#include "ops/clock.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/volume/copy_steps.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/unlock.hpp"
#include "remote/tcp.hpp"

#include <thread>

namespace mirrornet::ops {

namespace {

// So long a peer may be silent before its link counts as dead, and so long its addresses are tried.
std::chrono::milliseconds patience(const VolumeConfig& config, const std::string& self,
                                   const std::string& other)
{
    const auto options = options_between(config, self, other);
    return std::chrono::milliseconds(options.get(Option::ping_interval) *
                                     options.get(Option::max_ping_misses));
}

// A daemon that answers, but cannot say: no role.
std::optional<Role> role_there(const ConfigStore& store, const std::string& volume,
                               const std::string& node)
{
    try {
        const auto status = Peer(store, node).call("status", {{"volumes", {volume}}});
        return parse_word<Role>(status.at("volumes").at(0).at("role").get<std::string>());
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

SeenNode look_at(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
                  const MirrorName& mirror)
{
    const auto self = store.load_node().name;
    SeenNode there{mirror.node, false, false, {}};
    const auto time = patience(config, self, mirror.node);
    const Deadline noticed(time + std::chrono::seconds(3));
    there.answers = any_answers(Peer(store, mirror.node).config().addresses, default_port(), Deadline(time));
    const auto linked = [&] { return kernel.mirror(mirror.id, mirror.peer).link == LinkState::up; };
    // a link of a dead node is noticed in the same time, by a timer of its own
    while (linked() && !there.answers && noticed.left().count() > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    there.linked = linked();
    if (there.answers || there.linked)
        there.role = role_there(store, mirror.volume, mirror.node);
    return there;
}

void require_absent(const std::string& volume, const SeenNode& there, bool force)
{
    if (there.role == Role::source)
        throw Error(ExitStatus::refused,
                    "node " + there.name + " is the source of volume " + volume +
                        " and answers; nothing was changed; to change places: mirrorctl takeover " + volume);
    if (there.role || (!there.linked && !there.answers))
        return;
    if (there.linked)
        throw Error(ExitStatus::refused, "node " + there.name + " has a link with this one, so it lives, and may be "
                                             "writing to volume " + volume + "; nothing was changed; see why its "
                                             "daemon does not answer (journalctl -u mirror-netd, over there)");
    if (!force)
        throw Error(ExitStatus::needs_force,
                    "node " + there.name + " does not say what role it has for volume " + volume +
                        ", but one of its addresses answers: it lives, and may be writing. See why its daemon or "
                        "the volume is not active there; or switch that machine off; or repeat with --force: if "
                        "both write, a person has to decide whose writes are thrown away",
                    "--force");
}

// What it is worth, and of when it is.
std::string worth(const nl::VolumeRecord& here)
{
    const auto since = " since " + local_time(here.data_since);
    switch (here.data) {
    case DataState::inconsistent:
        return "inconsistent" + since + ": a resync into it has not ended, and a file system on it is damaged";
    case DataState::outdated:
        return "outdated" + since + ": the source went on without it, or it was written here";
    default:
        return "of unknown worth" + since;
    }
}

void require_current(const std::string& volume, const nl::VolumeRecord& here, const Missing& missing, bool force)
{
    if (here.data == DataState::current || force)
        return;
    throw Error(ExitStatus::needs_force,
                "this copy of volume " + volume + " is " + worth(here) + "; " + missing.text +
                    ". Nothing was changed. If the other copy "
                    "is gone for good, or this is the one to keep, repeat with --force",
                "--force");
}

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
    const auto mirror = mirrors_of(store, {Subject::Kind::volume, config.name, {}}).front();
    const auto there = look_at(store, kernel, config, mirror);
    if (there.answers || there.linked || !options.force)
        throw Error(there.answers || there.linked ? ExitStatus::refused : ExitStatus::needs_force,
                    "volume " + config.name + " was handed over to node " + mirror.node +
                        ", and whether that one took it is not known. When it answers: mirrorctl switchover " +
                        config.name + "@" + mirror.node + ". Only if it is gone for good, repeat with --force: if it "
                        "took the role and was written, a person has to decide whose writes are thrown away",
                    there.answers || there.linked ? "" : "--force");
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

void tell_to_follow(const ConfigStore& store, const MirrorName& mirror, const SeenNode& there)
{
    if (there.role != Role::none)
        return;
    try {
        Peer(store, mirror.node).call("volume.follow", {{"volume", mirror.volume}});
    } catch (const Error& error) {
        throw Error(ExitStatus::partly_done, "this node is the source of volume " + mirror.volume + ", but node " +
                                                 mirror.node + " could not be made its target (" + error.what() +
                                                 "); repeat: mirrorctl promote " + mirror.volume);
    }
}

} // namespace

void require_promotable(const std::string& volume, const nl::VolumeRecord& here,
                        const SeenNode& there, const Missing& missing, bool force)
{
    require_absent(volume, there, force);
    require_current(volume, here, missing, force);
}

PromoteResult promote(const ConfigStore& store, const std::string& volume, const PromoteOptions& options)
{
    const auto config = store.load_volume(volume);
    const OperationLock operation(volume, "promote");
    nl::Kernel kernel;
    require_active(kernel, volume, config.id);
    const auto here = kernel.volume(config.id);
    const auto mirrors = mirrors_of(store, {Subject::Kind::volume, volume, {}});
    if (mirrors.size() > 1)
        throw Error(ExitStatus::refused, "volume " + volume + " has several mirrors: this version promotes one of "
                                             "two nodes alone");
    const auto& mirror = mirrors.front();
    if (here.role == Role::source) {
        const auto result = promote_source(store, kernel, config, here, options);
        tell_to_follow(store, mirror, {mirror.node, false, true, role_there(store, volume, mirror.node)});
        return result;
    }
    const auto there = look_at(store, kernel, config, mirror);
    const auto missing = missing_in(here, kernel.mirror(config.id, mirror.peer), mirror.node,
                                    there.role == Role::none, now_ns());
    require_promotable(volume, here, there, missing, options.force);
    when_links_are_gone([&] {
        if (kernel.mirror(config.id, mirror.peer).link != LinkState::unwanted)
            kernel.link_detach(config.id, mirror.peer);
        kernel.set_role(config.id, Role::source, options.force);
    });
    open_it(kernel, config.id, options);
    tell_to_follow(store, mirror, there);
    return {true, warning_of(there, missing), missing};
}

TakeoverResult takeover(const ConfigStore& store, const std::string& volume,
                        const PromoteOptions& options, const ChangeoverOptions& times)
{
    const auto self = store.load_node().name;
    const auto mirror = mirrors_of(store, {Subject::Kind::volume, volume, {}}).front();
    const bool here = nl::Kernel().volume(mirror.id).role == Role::source;
    if (!here && role_there(store, volume, mirror.node) == Role::source) {
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
