// SPDX-License-Identifier: GPL-2.0-or-later
//
// Building the target's copy: the request, what the target's node does with it,
// and how it is taken back.
#pragma once

#include "ops/peer.hpp"
#include "ops/volume/copy_steps.hpp"

#include <nlohmann/json.hpp>

namespace mirrornet::ops {

struct TargetRequest {
    CopySpec copy;
    nl::MirrorStart start = nl::MirrorStart::blank;

    nlohmann::json to_json() const;
    static TargetRequest from_json(const nlohmann::json& from); // Error(usage) if malformed
};

// On the target's node: an active, locked target with a mirror to `source`, or
// nothing at all.
void build_target(const ConfigStore& store, const TargetRequest& request, const NodeId& source);

struct DismantleRequest {
    std::string volume;
    VolumeId id;
    bool force = false;
};

// On the target's node: the copy goes if it is that of this very volume; data
// stays. Only a target; an inconsistent one only with `force`.
void dismantle_target(const ConfigStore& store, const DismantleRequest& request);

// The same for a person on this node. A copy whose role cannot be known any more
// goes with `force`.
void dismantle_here(const ConfigStore& store, const DismantleRequest& request);

} // namespace mirrornet::ops
