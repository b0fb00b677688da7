// SPDX-License-Identifier: GPL-2.0-or-later
//
// Building the target's copy: the request, what the target's node does with it,
// and how it is taken back.
#pragma once

#include "ops/create/copy.hpp"
#include "ops/peer.hpp"

#include <nlohmann/json.hpp>

namespace mirrornet::ops {

struct TargetRequest {
    CopySpec copy;
    nl::MirrorStart start = nl::MirrorStart::blank;
    Signature source_signature; // of the data to come; its own may be overwritten

    nlohmann::json to_json() const;
    static TargetRequest from_json(const nlohmann::json& from); // Error(usage) if malformed
};

// On the target's node: an active, locked target with a mirror to `source`, or
// nothing at all. What the source's node has seen is looked at again here, where it
// is true: a device that holds or is used for something is never overwritten
// because another node says so.
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

// Pure. The request as this node means it: devices, metadata and sizes from what it
// sees itself. Error if anything speaks against it.
CopySpec checked_target(const TargetRequest& request, const CopyFacts& here,
                        const std::string& source);

// How the wish for that choice reads: see choose_meta().
std::string wish_for(const MetaChoice& choice);

} // namespace mirrornet::ops
