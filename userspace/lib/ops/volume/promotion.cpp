// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/promotion.hpp"

#include "ops/clock.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"
#include "ops/volume/allowed.hpp"
#include "ops/volume/copy_steps.hpp"
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
           "is overwritten there; if it lives and was, or is, written, that is a split brain: make sure that it is off, "
           "or that nobody uses the volume there";
}

[[noreturn]] void throw_beaten(const std::string& self, const MirrorName& mirror)
{
    throw Error(ExitStatus::partly_done,
                "node " + mirror.node + " is the source of volume " + mirror.volume +
                    ", too: it was promoted, or came back, while this node was made the source. The volume stays "
                    "locked on node " + self + ", where nothing was written. By itself one of the two becomes a target "
                    "when they have a link; see: mirrorctl status " + mirror.volume + ". If that is node " +
                    mirror.node + ", repeat: mirrorctl promote " + mirror.volume);
}

// Each looks again when it is source on record and still closed: of two that are promoted at the same time
// one at least sees the other. So does one whose old source came back between the look and the record.
std::vector<MirrorName> without_role(const ConfigStore& store, const std::vector<MirrorName>& mirrors, bool closed)
{
    std::vector<MirrorName> found;
    for (const auto& mirror : mirrors) {
        const auto copy = ask_again(store, mirror);
        if (closed && copy && copy->role == Role::source)
            throw_beaten(store.load_node().name, mirror);
        if (copy && copy->role == Role::none)
            found.push_back(mirror);
    }
    return found;
}

// Before anything is written here: what they have is outdated from then on. Empty, or who could not be told.
std::string tell_to_follow(const ConfigStore& store, const std::vector<MirrorName>& followers)
{
    std::string failed;
    for (const auto& mirror : followers) {
        try {
            Peer(store, mirror.node).call("volume.follow", {{"volume", mirror.volume}});
        } catch (const Error& error) {
            failed = "this node is the source of volume " + mirror.volume + ", but node " + mirror.node +
                     " could not be made its target (" + error.what() + "); repeat: mirrorctl promote " + mirror.volume;
        }
    }
    return failed;
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

// A device that somebody holds is not opened (I5); who looks into it for a moment is gone at once.
void require_free(nl::Kernel& kernel, const VolumeConfig& config)
{
    for (int tries = 20; kernel.volume(config.id).openers; tries--) {
        if (tries == 0)
            throw_open(config.name, "promoted");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

} // namespace

Promotion::Promotion(const ConfigStore& store, const std::string& volume, const PromoteOptions& options)
    : store_(store), options_(options), config_(store.load_volume(volume)),
      mirrors_(mirrors_of(store, {Subject::Kind::volume, volume, {}})), here_(active(kernel_, config_))
{
}

void Promotion::look()
{
    if (here_.role != Role::source || here_.locked())
        require_allowed(store_, config_.name, Role::source);
    require_shut(here_);
    if (here_.role != Role::source)
        look_at_others();
    else if (here_.lock == LockReason::handed_over)
        look_at_handover();
    else if (here_.locked())
        require_openable(config_.name, look_at(store_, config_, mirrors_), options_.force);
}

void Promotion::look_at_others()
{
    const auto others = look_at(store_, config_, mirrors_);
    const auto lost = find_lost(kernel_, mirrors_, others);
    result_.missing = missing_in(here_, kernel_.mirror(config_.id, mirrors_[lost].peer), mirrors_[lost].node,
                                 has_no_more(others[lost], here_), now_ns());
    result_.warning = warning_of(others[lost], result_.missing);
    require_promotable(config_.name, here_, others, result_.missing, options_.force);
    if (!options_.locked)
        require_free(kernel_, config_);
}

// This node gave its role away, and cannot ask for it.
void Promotion::look_at_handover()
{
    const auto mirror = mirror_with(store_, config_, here_.handed_to);
    const auto there = look_at(store_, config_, {mirror}).front();
    // who has no copy any more, or no role, never answers; what was taken there has a generation of its own
    if (!there.takes_part() && options_.force)
        return;
    throw Error(there.takes_part() ? ExitStatus::refused : ExitStatus::needs_force,
                "volume " + config_.name + " was handed over to node " + mirror.node +
                    ", and whether that one took it is not known. When it answers: mirrorctl switchover " +
                    config_.name + "@" + mirror.node + ". Only if it is gone for good, repeat with --force: if it "
                    "took the role and was written, a person has to decide whose writes are thrown away",
                there.takes_part() ? "" : "--force");
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
    const bool closed = kernel_.volume(config_.id).locked();
    const auto failed = tell_to_follow(store_, without_role(store_, mirrors_, closed));
    if (closed && !options_.locked) {
        finish_after("node " + store_.load_node().name + " is the source of volume " + config_.name,
                     [&] { unlock_when_free(kernel_, config_.id); });
        result_.changed = true;
    }
    if (!failed.empty())
        throw Error(ExitStatus::partly_done, failed);
    return result_;
}

} // namespace mirrornet::ops
