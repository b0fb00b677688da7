// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `lock` and `unlock`: of the copy on this node.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"

#include <string>

namespace mirrornet::ops {

struct LockResult {
    bool changed = false; // false: it was so already
    nl::VolumeRecord volume;
};

// Error(in_use) names who has it open.
LockResult lock(const ConfigStore& store, const std::string& volume);
LockResult unlock(const ConfigStore& store, const std::string& volume, const nl::Unlock& how);

// Is it open in this way already?
bool is_open(const nl::VolumeRecord& record, const nl::Unlock& how);
// For verbs that hold the operation lock; what is locked for another reason is so for this one now.
void lock_copy(nl::Kernel& kernel, const VolumeConfig& config, LockReason why = LockReason::user);

} // namespace mirrornet::ops
