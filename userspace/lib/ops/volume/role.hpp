// SPDX-License-Identifier: GPL-2.0-or-later
//
// The role of the copy on this node, and what it forbids: taking a copy for a
// target that is none would remove the data's only good one.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"

#include <optional>
#include <string>

namespace mirrornet::ops {

// What the kernel says of the volume, else its metadata. Nothing where neither
// can be asked: not active, and the metadata missing, damaged or another's.
std::optional<nl::VolumeRecord> record_of_copy(const ConfigStore& store, nl::Kernel& kernel,
                                               const VolumeConfig& config);

std::optional<Role> role_of(const std::optional<nl::VolumeRecord>& record);

// Pure, as all below: Error(refused) says what to do.

// Before this node's copy goes because another node asks for it.
void require_target(std::optional<Role> role, const std::string& volume,
                    const std::string& node);

// Before this node's copy goes because a person here asks for it. What cannot be
// known needs `force`.
void require_no_source(std::optional<Role> role, const std::string& volume, bool force);

// Before `up --as-source`: a source may open without its peer's answer; nobody
// becomes one.
void require_source(Role role, const std::string& volume);

} // namespace mirrornet::ops
