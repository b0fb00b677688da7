// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/mirror_verbs.hpp"

#include "ops/operation_lock.hpp"
#include "ops/node/daemon_mark.hpp"
#include "ops/peer.hpp"
#include "ops/status/report.hpp"
#include "ops/undo.hpp"
#include "ops/volume/lock.hpp"

namespace mirrornet::ops {

namespace {

bool is_running(const nl::MirrorRecord& record)
{
    return record.state == MirrorState::mirroring || record.state == MirrorState::resync;
}

void check_resync(const nl::MirrorRecord& record, const MirrorName& mirror,
                  const ResyncOptions& options)
{
    if (record.state == MirrorState::mirroring && !options.confirmed)
        throw Error(ExitStatus::needs_force,
                    "volume " + mirror.volume + " is mirroring to node " + mirror.node +
                        ": both sides are equal, and a resync makes the target inconsistent until "
                        "it ends; repeat with --yes if you want it all the same",
                    "--yes");
    if (record.state == MirrorState::broken && !options.confirmed)
        throw Error(ExitStatus::needs_force,
                    "volume " + mirror.volume + ", mirror with node " + mirror.node + ": since it was broken the target may have "
                        "been used on its own, and a resync overwrites every block of it; nothing was changed; look at it, "
                        "then repeat with --yes",
                    "--yes");
}

// An older image came back. What it lacks no bitmap tells, so the target is sent everything.
void check_rolled_back(nl::Kernel& kernel, const nl::MirrorRecord& record,
                       const MirrorName& mirror, const ContinueOptions& options)
{
    if (record.reason != Reason::rolled_back || options.confirmed)
        return;
    const bool here = kernel.volume(mirror.id).role == Role::target;
    throw Error(ExitStatus::needs_force,
                "volume " + mirror.volume + ", mirror to node " + mirror.node +
                    ": one of the two nodes came back with an older image of its disks. To continue "
                    "overwrites the whole copy on " + (here ? "this node" : "node " + mirror.node) +
                    " with the source's, block by block; if the source is the older one, what it "
                    "lacks is lost. Compare first, then repeat with --yes",
                "--yes");
}

// Asked by the other node: the command is to be given there.
[[noreturn]] void refuse_broken_to_other(const MirrorName& mirror, const std::string& self)
{
    throw Error(ExitStatus::refused, "the mirror of volume " + mirror.volume + " is broken on node " + self +
                                         ": what was in sync is not known any more, and its copy may have been used since; to "
                                         "overwrite that copy as a whole, on node " + mirror.node + ": mirrorctl resync " +
                                         mirror.volume + "@" + self + " --yes");
}

void check_continue(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror, const ContinueOptions& options)
{
    require_active(kernel, mirror.volume, mirror.id);
    const auto record = kernel.mirror(mirror.id, mirror.peer);
    const bool may_be_broken = options.broken_too && is_target(kernel, mirror);
    if (record.state == MirrorState::broken && !may_be_broken && !options.pass_on)
        refuse_broken_to_other(mirror, store.load_node().name);
    if (!may_be_broken)
        require_not_broken(record, mirror);
    if (!is_running(record))
        check_rolled_back(kernel, record, mirror, options);
}

// A pause, or a copy that was rolled back, may be noted over there alone. A node
// that is not there is no reason to refuse: unless it was paused over there, too, its mirror
// connects when it is back. False: it was not told.
bool continue_there(const ConfigStore& store, const MirrorName& mirror, bool broken_too, VerbResult& result)
{
    try {
        const auto answer = Peer(store, mirror.node)
                                .call("mirror.continue", {{"volume", mirror.volume}, {"broken", broken_too}},
                                      Peer::short_time);
        if (answer.value("was_paused", false)) // not said by older versions
            result.ended_there = mirror.node;
        return true;
    } catch (const Error& error) {
        if (error.status() == ExitStatus::not_found)
            throw Error(error.status(), std::string(error.what()) + "; nothing was changed here; what is to be done: mirrorctl "
                                                                    "advise " + mirror.volume);
        if (error.status() != ExitStatus::unreachable && error.status() != ExitStatus::timed_out)
            throw;
        return false;
    }
}

// The target lets itself be overwritten before the source is told to do it. What was broken over
// there alone is not given up unasked. False: the target was not told.
bool resync_to_there(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror,
                     const ResyncOptions& options, VerbResult& result)
{
    const bool broken = kernel.mirror(mirror.id, mirror.peer).state == MirrorState::broken;
    const bool told = continue_there(store, mirror, broken || options.confirmed, result);
    kernel.resync(mirror.id, mirror.peer, options.full, options.verify);
    return told;
}

// The source first: without it nothing changes here.
void resync_from_there(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror,
                       const ResyncOptions& options)
{
    Peer(store, mirror.node)
        .call("mirror.resync", {{"volume", mirror.volume}, {"full", options.full},
                                {"verify", options.verify}});
    if (is_running(kernel.mirror(mirror.id, mirror.peer)))
        return;
    finish_after("node " + mirror.node + " resyncs as soon as this node lets it", [&] {
        lock_copy(kernel, store.load_volume(mirror.volume));
        kernel.continue_(mirror.id, mirror.peer);
    });
}

} // namespace

void require_active(nl::Kernel& kernel, const std::string& volume, const VolumeId& id)
{
    if (!kernel.find_volume(id))
        throw Error(ExitStatus::refused, "volume " + volume + " is not active on this node; activate it: "
                                             "mirrorctl up " + volume);
}

bool waits_for_person(const nl::MirrorRecord& record)
{
    return record.state == MirrorState::paused && !record.ends_by_itself;
}

void require_not_broken(const nl::MirrorRecord& record, const MirrorName& mirror)
{
    if (record.state == MirrorState::broken)
        throw Error(ExitStatus::refused,
                    "the mirror of volume " + mirror.volume + " to node " + mirror.node +
                        " is broken: what was in sync is not known any more; bring it back "
                        "with: mirrorctl resync " + mirror.volume + "@" + mirror.node + " --yes");
}

bool is_target(nl::Kernel& kernel, const MirrorName& mirror)
{
    return kernel.volume(mirror.id).role == Role::target;
}

VerbResult pause(const ConfigStore& store, const Subject& subject)
{
    VerbResult result{meant_mirrors(store, subject), false, {}, {}};
    const auto locks = lock_volumes(store, subject, "pause");
    nl::Kernel kernel;
    for (const auto& mirror : result.mirrors) {
        require_active(kernel, mirror.volume, mirror.id);
        require_not_broken(kernel.mirror(mirror.id, mirror.peer), mirror);
    }
    whole_or_not_at_all([&](Undo& undo) {
        for (const auto& mirror : result.mirrors) {
            if (waits_for_person(kernel.mirror(mirror.id, mirror.peer)))
                continue;
            kernel.pause(mirror.id, mirror.peer);
            undo.add("continue volume " + mirror.volume, [&] { kernel.continue_(mirror.id, mirror.peer); });
            result.changed = true;
        }
    });
    return result;
}

VerbResult continue_(const ConfigStore& store, const Subject& subject,
                     const ContinueOptions& options)
{
    VerbResult result{meant_mirrors(store, subject), false, {}, {}};
    const auto locks = lock_volumes(store, subject, "continue");
    result.daemon = running_daemon(store).has_value();
    nl::Kernel kernel;
    for (const auto& mirror : result.mirrors)
        check_continue(store, kernel, mirror, options);
    for (const auto& mirror : result.mirrors) {
        const auto record = kernel.mirror(mirror.id, mirror.peer);
        if (is_running(record))
            continue;
        result.full_because = full_because(record, kernel.volume(mirror.id));
        if (is_target(kernel, mirror))
            lock_copy(kernel, store.load_volume(mirror.volume));
        if (options.pass_on && !continue_there(store, mirror, false, result))
            result.untold = mirror.node;
        result.was_paused |= record.state == MirrorState::paused && record.reason == Reason::user;
        kernel.continue_(mirror.id, mirror.peer);
        result.changed = true;
    }
    return result;
}

VerbResult resync(const ConfigStore& store, const Subject& subject, const ResyncOptions& options)
{
    VerbResult result{meant_mirrors(store, subject), true, {}, {}};
    const auto locks = lock_volumes(store, subject, "resync");
    result.daemon = running_daemon(store).has_value();
    nl::Kernel kernel;
    for (const auto& mirror : result.mirrors) {
        require_active(kernel, mirror.volume, mirror.id);
        check_resync(kernel.mirror(mirror.id, mirror.peer), mirror, options);
    }
    for (const auto& mirror : result.mirrors) {
        const auto record = kernel.mirror(mirror.id, mirror.peer);
        result.full_because = full_because(record, kernel.volume(mirror.id));
        result.forgets |= options.full && record.link != LinkState::up && result.full_because.empty();
        if (!options.pass_on)
            kernel.resync(mirror.id, mirror.peer, options.full, options.verify);
        else if (is_target(kernel, mirror))
            resync_from_there(store, kernel, mirror, options);
        else if (!resync_to_there(store, kernel, mirror, options, result))
            result.untold = mirror.node;
    }
    return result;
}

} // namespace mirrornet::ops
