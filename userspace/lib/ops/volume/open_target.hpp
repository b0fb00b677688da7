// SPDX-License-Identifier: GPL-2.0-or-later
//
// What stops a mirror on both nodes and opens its target: `pause --unlock` and `break`.
// Either node may ask for it.
#pragma once

#include "ops/volume/mirror_verbs.hpp"

namespace mirrornet::ops {

// Pauses on both nodes and unlocks the target, or changes nothing. The target's node must
// answer. Error(refused) for an inconsistent copy.
VerbResult pause_and_unlock(const ConfigStore& store, const Subject& subject, bool read_only);

struct BreakOptions {
    bool confirmed = false;  // the next resync will be a full one
    bool force = false;      // unlock the target though it is inconsistent
    bool local_only = false; // the other node does not answer: its side stays as it is
};

// Error(partly_done) when this node's side is broken and the other one could not be.
VerbResult break_(const ConfigStore& store, const Subject& subject, const BreakOptions& options);

// For the node that asks: this node's side of the mirror with it.
bool pause_for(const ConfigStore& store, const std::string& volume, const std::string& node);
bool break_for(const ConfigStore& store, const std::string& volume, const std::string& node);
// Error(not_found) unless the node that asks has a copy, Error(refused) unless this is a target.
bool unlock_for(const ConfigStore& store, const std::string& volume, const std::string& node,
                const nl::Unlock& how);

} // namespace mirrornet::ops
