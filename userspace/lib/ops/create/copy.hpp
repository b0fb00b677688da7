// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/store.hpp"
#include "ops/device/facts.hpp"
#include "ops/meta/facts.hpp"
#include "ops/volume/copy_steps.hpp"

#include <optional>
#include <string>

namespace mirrornet::ops {

// A volume as far as this node has it already.
struct ExistingVolume {
    VolumeId id;
    std::string data_device; // as configured
    std::string data_id;
    bool active = false;
    Role role = Role::none;
    std::uint64_t bytes = 0;
    std::vector<std::string> nodes; // that have a copy
    std::vector<std::string> strays; // with mirrors that the configuration does not name
};

// What is asked of the node that shall hold a copy.
struct ExamineRequest {
    std::string volume;
    std::string device; // path of the data device
    std::string meta;   // wish: PATH, file:PATH, file, auto
    std::uint32_t region_bytes = 0;
};

// What one node says about the copy that it shall hold; values, as JSON between
// nodes. Finding it out changes nothing.
struct CopyFacts {
    std::string node;
    NodeId node_id;
    std::string boot_id; // two nodes with the same one are one machine
    DeviceFacts data;
    std::optional<MetaFacts> meta; // nothing where the volume has its metadata already
    std::optional<ExistingVolume> existing; // configured under this name
    bool name_in_use = false;     // of a dm device that is none of ours
    std::string data_of;          // the configured volume that has this data device
    std::string metadata_of;      // the configured volume whose metadata lies on it
    std::vector<std::string> known_nodes; // that this one trusts
    std::string allowed_roles = "both"; // of the node
};

CopyFacts examine_copy(const ConfigStore& store, const ExamineRequest& request);

// What has to be built for the copy that the facts are about.
CopySpec spec_of_copy(const VolumeConfig& config, const CopyFacts& facts, bool force);

} // namespace mirrornet::ops
