// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is configured here, and what runs in the kernel or is configured on other nodes (docs/config.md).
#pragma once

#include "config/store.hpp"
#include "ops/json.hpp"

#include <map>
#include <string>
#include <vector>

namespace mirrornet::ops {

struct ConfigDifference {
    std::string where;  // "kernel", or the name of the other node
    std::string object; // "volume home", "mirror home a/b", "job erp", "this node"
    std::string key;    // an option, or "size", "nodes", ...
    std::string here;   // in the files of this node
    std::string there;
    bool operator==(const ConfigDifference&) const = default;
};

// What another node has of what both share, as it answers config.get.
struct SharedConfig {
    std::map<std::string, VolumeConfig> volumes;
    std::map<std::string, JobConfig> jobs;
};

struct ConfigDiff {
    std::vector<ConfigDifference> differences;
    std::map<std::string, std::string> unasked; // nodes, and why
};

// With the kernel of this node, and with every node that has a copy of a volume of it, or `node` alone.
ConfigDiff diff_config(const ConfigStore& store, const std::string& node);

// Pure.
std::vector<ConfigDifference> diff_volume(const VolumeConfig& here, const VolumeConfig& there, const std::string& node);
std::vector<ConfigDifference> diff_job(const JobConfig& here, const JobConfig& there, const std::string& node);

// What runs here otherwise than the files say.
std::vector<ConfigDifference> diff_with_kernel(const ConfigStore& store);

// Error as of Peer::call; usage: it answers what makes no sense.
SharedConfig ask_config(const ConfigStore& store, const std::string& node);
// What this node answers: what it shares with the caller.
json tell_config(const ConfigStore& store, const NodeId& caller);

// The other nodes of any volume of this one, sorted.
std::vector<std::string> nodes_of_volumes(const ConfigStore& store);

} // namespace mirrornet::ops
