// SPDX-License-Identifier: GPL-2.0-or-later
//
// `promote` and `takeover` of a job: one volume that may not be promoted refuses all (docs/jobs.md).
#pragma once

#include "ops/volume/promote.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct PromotedVolume {
    std::string volume;
    PromoteResult result;
};

struct JobPromotion {
    bool planned = false; // by a switchover
    std::vector<PromotedVolume> volumes; // in the order of opening; none where it was planned
};

// Error(partly_done): names what was promoted before something failed that nobody could know.
JobPromotion promote_job(const ConfigStore& store, const std::string& job, const PromoteOptions& options);

// A switchover of all to this node if a source answers, else a promotion of all.
JobPromotion takeover_job(const ConfigStore& store, const std::string& job, const PromoteOptions& options,
                          const ChangeoverOptions& times);

} // namespace mirrornet::ops
