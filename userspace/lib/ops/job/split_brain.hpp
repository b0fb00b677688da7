// SPDX-License-Identifier: GPL-2.0-or-later
//
// `split-brain resolve` of a job: the same node's copies are kept, or nothing is changed (docs/jobs.md).
#pragma once

#include "ops/volume/split_brain.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

// Of each volume that has a split brain, this node with each other one. Changes nothing; Error of the first that could not be resolved: the
// other node does not answer, the copy that is given up is in use.
std::vector<std::vector<SplitReport>> split_brains_of_job(const ConfigStore& store, const std::string& job,
                                                          const std::string& keep);

// Error(partly_done): names what was resolved before. Repeated, it goes on.
std::vector<SplitResult> split_brain_resolve_job(const ConfigStore& store, const std::vector<std::vector<SplitReport>>& splits,
                                                 const std::string& keep, LostWrites lost);

} // namespace mirrornet::ops
