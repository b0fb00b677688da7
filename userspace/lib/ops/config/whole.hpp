// SPDX-License-Identifier: GPL-2.0-or-later
//
// The whole configuration of a node as it lies on disk, and what is wrong with it (docs/config.md).
#pragma once

#include "config/store.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mirrornet::ops {

struct ConfigFinding {
    std::string file;
    unsigned line = 0;   // 0: the file as a whole
    bool error = true;   // false: worth knowing, stops nothing
    std::string what;
    std::string step;    // what to do
    bool operator==(const ConfigFinding&) const = default;

    std::string place() const; // "FILE" or "FILE:LINE"
};

// By the names of the files. What cannot be read is not in it, but in `findings`.
struct WholeConfig {
    std::filesystem::path directory;
    std::optional<NodeConfig> node;
    std::map<std::string, PeerConfig> peers;
    std::map<std::string, bool> keys; // there is one, that can be used
    std::map<std::string, VolumeConfig> volumes;
    std::map<std::string, VolumeLocal> locals;
    std::map<std::string, JobConfig> jobs;
    std::vector<ConfigFinding> findings;
};

WholeConfig read_whole(const ConfigStore& store);

// One file alone, its kind told by its name and folder: syntax and ranges. Error(usage): of no kind.
std::vector<ConfigFinding> check_config_file(const std::filesystem::path& file);

// Pure. What each file says of what the others have.
std::vector<ConfigFinding> check_references(const WholeConfig& config);

// The devices of this machine that the volumes name: there, large enough, with the volume's metadata. Needs root.
std::vector<ConfigFinding> check_devices(const ConfigStore& store, const WholeConfig& config);

// All of these; `devices`: the last one, too.
std::vector<ConfigFinding> check_config(const ConfigStore& store, bool devices);

bool has_errors(const std::vector<ConfigFinding>& findings);

// Pure. An Error of what reads a file, whose place is at the front of its message.
ConfigFinding finding_of(const std::filesystem::path& file, const std::string& message, const std::string& step);

} // namespace mirrornet::ops
