// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/mirror_verbs.hpp"

#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/status/report.hpp"
#include "ops/undo.hpp"
#include "ops/volume/lock.hpp"

namespace mirrornet::ops {

namespace {

void check_resync(const nl::MirrorRecord& record, const MirrorName& mirror,
                  const ResyncOptions& options)
{
    if (record.state == MirrorState::mirroring && !options.confirmed)
        throw Error(ExitStatus::needs_force,
                    "volume " + mirror.volume + " is mirroring to node " + mirror.node +
                        ": both sides are equal, and a resync makes the target inconsistent until "
                        "it ends; repeat with --yes if you want it all the same",
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

// A pause, or a copy that was rolled back, may be noted over there alone. A node
// that is not there is no reason to refuse: unless it was paused over there, too, its mirror
// connects when it is back. False: it was not told.
bool continue_there(const ConfigStore& store, const MirrorName& mirror, bool broken_too)
{
    try {
        Peer(store, mirror.node)
            .call("mirror.continue", {{"volume", mirror.volume}, {"broken", broken_too}},
                  Peer::short_time);
        return true;
    } catch (const Error& error) {
        if (error.status() != ExitStatus::unreachable && error.status() != ExitStatus::timed_out)
            throw;
        return false;
    }
}

bool is_running(const nl::MirrorRecord& record)
{
    return record.state == MirrorState::mirroring || record.state == MirrorState::resync;
}

// The target lets itself be overwritten before the source is told to do it. What was broken over
// there alone is not given up unasked. False: the target was not told.
bool resync_to_there(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror,
                     const ResyncOptions& options)
{
    const bool broken = kernel.mirror(mirror.id, mirror.peer).state == MirrorState::broken;
    const bool told = continue_there(store, mirror, broken || options.confirmed);
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

std::vector<MirrorName> mirrors_of(const ConfigStore& store, const Subject& subject)
{
    if (subject.kind == Subject::Kind::job)
        throw Error(ExitStatus::usage, "jobs are not known to this version; name the volumes");
    const auto config = store.load_volume(subject.name);
    const auto self = store.load_node();
    std::vector<MirrorName> found;
    for (const auto& node : config.nodes)
        if (node.id != self.id && (subject.node.empty() || subject.node == node.name))
            found.push_back({config.name, config.id, node.name, node.id});
    if (found.empty())
        throw Error(ExitStatus::not_found,
                    subject.node.empty()
                        ? "volume " + subject.name + " has no mirror"
                        : "volume " + subject.name + " has no mirror on node " + subject.node +
                              "; see: mirrorctl status " + subject.name);
    return found;
}

MirrorName mirror_with(const ConfigStore& store, const VolumeConfig& config, const NodeId& peer)
{
    const auto* node = config.find_node(peer);
    if (!node)
        throw Error(ExitStatus::not_found, "volume " + config.name + " has no copy on the node " +
                                               peer.to_string() + " of its metadata; see: mirrorctl status " +
                                               config.name);
    return mirrors_of(store, {Subject::Kind::mirror, config.name, node->name}).front();
}

std::vector<MirrorName> meant_mirrors(const ConfigStore& store, const Subject& subject)
{
    const auto mirrors = mirrors_of(store, subject);
    nl::Kernel kernel;
    const auto waits = [&kernel](const MirrorName& mirror) {
        const auto record = kernel.find_mirror(mirror.id, mirror.peer);
        return record && (record->state == MirrorState::none || record->reason == Reason::operation);
    };
    const auto here = kernel.find_volume(mirrors.front().id);
    auto meant = mirrors;
    if (here && here->role == Role::target)
        std::erase_if(meant, waits);
    return meant.empty() ? mirrors : meant;
}

VerbResult pause(const ConfigStore& store, const Subject& subject)
{
    VerbResult result{meant_mirrors(store, subject), false, {}, {}};
    const OperationLock lock(subject.name, "pause");
    nl::Kernel kernel;
    for (const auto& mirror : result.mirrors) {
        require_active(kernel, mirror.volume, mirror.id);
        const auto record = kernel.mirror(mirror.id, mirror.peer);
        require_not_broken(record, mirror);
        if (waits_for_person(record))
            continue;
        kernel.pause(mirror.id, mirror.peer);
        result.changed = true;
    }
    return result;
}

VerbResult continue_(const ConfigStore& store, const Subject& subject,
                     const ContinueOptions& options)
{
    VerbResult result{meant_mirrors(store, subject), false, {}, {}};
    const OperationLock lock(subject.name, "continue");
    nl::Kernel kernel;
    for (const auto& mirror : result.mirrors) {
        require_active(kernel, mirror.volume, mirror.id);
        const auto record = kernel.mirror(mirror.id, mirror.peer);
        if (!options.broken_too || !is_target(kernel, mirror))
            require_not_broken(record, mirror);
        if (is_running(record))
            continue;
        check_rolled_back(kernel, record, mirror, options);
        result.full_because = full_because(record, kernel.volume(mirror.id));
        if (is_target(kernel, mirror))
            lock_copy(kernel, store.load_volume(mirror.volume));
        if (options.pass_on && !continue_there(store, mirror, false))
            result.untold = mirror.node;
        kernel.continue_(mirror.id, mirror.peer);
        result.changed = true;
    }
    return result;
}

VerbResult resync(const ConfigStore& store, const Subject& subject, const ResyncOptions& options)
{
    VerbResult result{meant_mirrors(store, subject), true, {}, {}};
    const OperationLock lock(subject.name, "resync");
    nl::Kernel kernel;
    for (const auto& mirror : result.mirrors) {
        require_active(kernel, mirror.volume, mirror.id);
        const auto record = kernel.mirror(mirror.id, mirror.peer);
        check_resync(record, mirror, options);
        result.full_because = full_because(record, kernel.volume(mirror.id));
        if (!options.pass_on)
            kernel.resync(mirror.id, mirror.peer, options.full, options.verify);
        else if (is_target(kernel, mirror))
            resync_from_there(store, kernel, mirror, options);
        else if (!resync_to_there(store, kernel, mirror, options))
            result.untold = mirror.node;
    }
    return result;
}

} // namespace mirrornet::ops
