// SPDX-License-Identifier: GPL-2.0-or-later
//
// The options that the kernel is to follow: what is configured, and the default of a job.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"

#include <string>

namespace mirrornet::ops {

// What this node is called in the volume, by its identity: a rename that was cut off changes one file and not yet
// another. Error(refused) if it has no copy.
std::string own_name(const ConfigStore& store, const VolumeConfig& config);

// Between this node and another one of the volume. A flush waits for the target where several volumes share a job and
// nobody chose otherwise (docs/jobs.md).
OptionSet options_in_force(const ConfigStore& store, const VolumeConfig& config, const std::string& other);

// Pure. The options of a volume, with the defaults that it has under a cluster manager (docs/manage.md).
OptionSet with_manager_defaults(const VolumeConfig& config, OptionSet options);

// To all mirrors of this node; nothing where the volume is not active, or the module not loaded. Error(internal).
void put_in_force(const ConfigStore& store, const VolumeConfig& config);

// One option alone, as configured at this moment.
void put_in_force(const ConfigStore& store, const std::string& volume, Option only);

} // namespace mirrornet::ops
