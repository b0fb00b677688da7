// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `node rename`: this node gets another name, here and on every node that knows it (docs/rename.md).
#pragma once

#include "config/store.hpp"
#include "ops/json.hpp"

#include <map>
#include <string>
#include <vector>

namespace mirrornet::ops {

struct NodeRenameResult {
    bool changed = false;           // false: it was called so already
    std::vector<std::string> told;  // nodes
    std::vector<std::string> volumes; // whose configuration has the name
};

// Whole or not at all: every node that this one trusts has to answer. Error(exists): one of them knows another
// node of that name.
NodeRenameResult node_rename(const ConfigStore& store, const std::string& name);

// What a node is told of another one that calls itself otherwise now.
struct RenameRequest {
    std::string name;
    struct Step {
        std::uint64_t from = 0, to = 0; // versions of the volume's configuration
    };
    std::map<std::string, Step> volumes; // that both have copies of
    bool only_ask = false;               // check everything, change nothing

    static RenameRequest from_json(const json& params);
    json to_json() const;
};

// On a node that is told by that node itself, `caller`. Error(refused): it has another version of a volume.
void take_over_rename(const ConfigStore& store, const RenameRequest& request, const NodeId& caller);

// Pure. The volume with another name for that node.
VolumeConfig with_name(VolumeConfig volume, const NodeId& node, const std::string& name, std::uint64_t version);

} // namespace mirrornet::ops
