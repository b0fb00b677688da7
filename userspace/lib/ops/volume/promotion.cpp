// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/promotion.hpp"

#include "ops/clock.hpp"
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

nl::VolumeRecord active(nl::Kernel& kernel, const VolumeConfig& config)
{
    require_active(kernel, config.name, config.id);
    return kernel.volume(config.id);
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

// The kernel would refuse it, too, when others of a job have the role already.
void require_shut(const nl::VolumeRecord& here)
{
    if (here.role != Role::source && !here.locked())
        throw Error(ExitStatus::in_use, "the copy of volume " + here.name + " on this node was opened by a person; "
                                            "nothing was changed; lock it first: mirrorctl lock " + here.name);
}

} // namespace

Promotion::Promotion(const ConfigStore& store, const std::string& volume, const PromoteOptions& options)
    : store_(store), options_(options), config_(store.load_volume(volume)),
      mirrors_(mirrors_of(store, {Subject::Kind::volume, volume, {}})), here_(active(kernel_, config_))
{
}

void Promotion::look()
{
    require_shut(here_);
    if (here_.role != Role::source)
        look_at_others();
    else if (here_.lock == LockReason::handed_over)
        look_at_handover();
}

void Promotion::look_at_others()
{
    const auto others = look_at(store_, config_, mirrors_);
    const auto lost = find_lost(kernel_, mirrors_, others);
    result_.missing = missing_in(here_, kernel_.mirror(config_.id, mirrors_[lost].peer), mirrors_[lost].node,
                                 others[lost].is(Role::none), now_ns());
    result_.warning = warning_of(others[lost], result_.missing);
    require_promotable(config_.name, here_, others, result_.missing, options_.force);
}

// This node gave its role away, and cannot ask for it.
void Promotion::look_at_handover()
{
    const auto mirror = mirror_with(store_, config_, here_.handed_to);
    const auto there = look_at(store_, config_, {mirror}).front();
    if (there.is_silent() && options_.force)
        return;
    throw Error(there.is_silent() ? ExitStatus::needs_force : ExitStatus::refused,
                "volume " + config_.name + " was handed over to node " + mirror.node +
                    ", and whether that one took it is not known. When it answers: mirrorctl switchover " +
                    config_.name + "@" + mirror.node + ". Only if it is gone for good, repeat with --force: if it "
                    "took the role and was written, a person has to decide whose writes are thrown away",
                there.is_silent() ? "--force" : "");
}

void Promotion::take()
{
    if (here_.role != Role::source)
        take_role(kernel_, mirrors_, options_.force);
    else if (here_.lock == LockReason::handed_over)
        kernel_.handover_end(config_.id, here_.handed_to, Role::source, here_.handover, true);
    else
        return;
    result_.changed = true;
}

PromoteResult Promotion::finish()
{
    if (!options_.locked && kernel_.volume(config_.id).locked()) {
        unlock_when_free(kernel_, config_.id);
        result_.changed = true;
    }
    for (const auto& mirror : mirrors_)
        tell_to_follow(store_, mirror);
    return result_;
}

} // namespace mirrornet::ops
