// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a verb is about: from VOLUME, VOLUME@NODE, job:NAME or job:NAME@NODE to volumes and mirrors.
#pragma once

#include "config/store.hpp"
#include "model/names.hpp"
#include "ops/operation_lock.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct MirrorName {
    std::string volume;
    VolumeId id;
    std::string node; // the other one
    NodeId peer;
};

// The volumes that a subject means, each as VOLUME or VOLUME@NODE; those of a job in the order of opening.
// Error(refused): the job has none.
std::vector<Subject> volumes_of(const ConfigStore& store, const Subject& subject);

// The operation locks of all of them.
std::vector<OperationLock> lock_volumes(const ConfigStore& store, const Subject& subject, const std::string& verb);

// The mirrors that a subject means on this node. Error(not_found) if a volume has none.
std::vector<MirrorName> mirrors_of(const ConfigStore& store, const Subject& subject);

// The one with that node. Error(not_found) if the volume has no copy there.
MirrorName mirror_with(const ConfigStore& store, const VolumeConfig& config, const NodeId& peer);

// What a verb about mirrors means by the subject: at a target not the mirrors with other targets,
// which wait for the day that one of the two takes over, unless they are named.
std::vector<MirrorName> meant_mirrors(const ConfigStore& store, const Subject& subject);

} // namespace mirrornet::ops
