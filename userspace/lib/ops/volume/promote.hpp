// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `promote` and `takeover`: a source is wanted here, whether the old one can be asked
// or not (docs/takeover.md).
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"
#include "ops/volume/missing.hpp"
#include "ops/volume/switchover.hpp"

#include <optional>
#include <string>

namespace mirrornet::ops {

struct PromoteOptions {
    bool force = false;  // though this copy lacks something, or nobody knows
    bool locked = false; // do not open it
};

struct PromoteResult {
    bool changed = false; // false: it was so already
    std::string warning;  // of what the old source may have written and this copy lacks; may be empty
    Missing missing{};   // the same as figures
};

// Makes this node the source without asking the old one, which must be silent on every path; other
// targets may answer.
PromoteResult promote(const ConfigStore& store, const std::string& volume,
                      const PromoteOptions& options);

struct TakeoverResult {
    bool planned = false; // by a switchover
    PromoteResult result;
};

// A switchover to this node if the source answers, else a promotion.
TakeoverResult takeover(const ConfigStore& store, const std::string& volume,
                        const PromoteOptions& options, const ChangeoverOptions& times);

// For a node that was promoted: a copy without a role follows it.
void follow(const ConfigStore& store, const std::string& volume);

} // namespace mirrornet::ops
