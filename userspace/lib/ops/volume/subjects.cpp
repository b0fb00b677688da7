// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/subjects.hpp"

#include "base/error.hpp"
#include "nl/kernel.hpp"

namespace mirrornet::ops {

std::vector<Subject> volumes_of(const ConfigStore& store, const Subject& subject)
{
    if (subject.kind != Subject::Kind::job)
        return {subject};
    std::vector<Subject> volumes;
    for (const auto& volume : store.load_job(subject.name).volumes)
        volumes.push_back({subject.node.empty() ? Subject::Kind::volume : Subject::Kind::mirror, volume,
                           subject.node});
    if (volumes.empty())
        throw Error(ExitStatus::refused, "job " + subject.name + " has no volumes; put some into it: mirrorctl job "
                                             "add " + subject.name + " VOLUME");
    return volumes;
}

std::vector<OperationLock> lock_volumes(const ConfigStore& store, const Subject& subject, const std::string& verb)
{
    std::vector<OperationLock> locks;
    for (const auto& volume : volumes_of(store, subject))
        locks.emplace_back(volume.name, verb);
    return locks;
}

std::vector<MirrorName> mirrors_of(const ConfigStore& store, const Subject& subject)
{
    if (subject.kind == Subject::Kind::job) {
        std::vector<MirrorName> all;
        for (const auto& volume : volumes_of(store, subject))
            for (auto& mirror : mirrors_of(store, volume))
                all.push_back(std::move(mirror));
        return all;
    }
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
    if (subject.kind == Subject::Kind::job) {
        std::vector<MirrorName> all;
        for (const auto& volume : volumes_of(store, subject))
            for (auto& mirror : meant_mirrors(store, volume))
                all.push_back(std::move(mirror));
        return all;
    }
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

} // namespace mirrornet::ops
