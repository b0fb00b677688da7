// SPDX-License-Identifier: GPL-2.0-or-later
//
// May this copy be made the source without asking the old one? Pure.
#pragma once

#include "nl/records.hpp"
#include "ops/volume/missing.hpp"
#include "ops/volume/seen.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

// Has it, as far as it says, what this copy has not? A copy that is not current counts for nothing.
bool may_be_newer(const SeenNode& there, const nl::VolumeRecord& here);

// It laid its role down, and nothing that it had is missing here.
bool has_no_more(const SeenNode& there, const nl::VolumeRecord& here);

// Error(refused, needs_force) that says why not: a node that lives may be the source, another copy may be
// newer, or this one is not current. `force`: as far as a person may decide that.
void require_promotable(const std::string& volume, const nl::VolumeRecord& here,
                        const std::vector<SeenNode>& others, const Missing& missing, bool force);

// The same for a copy that has the role already, and is closed: it may have been taken long ago. Nodes that
// answer are asked once more before it opens.
void require_openable(const std::string& volume, const std::vector<SeenNode>& others, bool force);

} // namespace mirrornet::ops
