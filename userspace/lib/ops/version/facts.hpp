// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which versions of the programs and of the module a node has, and which of them runs.
#pragma once

#include "config/store.hpp"
#include "ops/json.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mirrornet::ops {

// Versions of the protocol of links that a module speaks; both ends belong to it.
struct ProtocolRange {
    std::uint64_t lowest = 0, highest = 0;
    bool operator==(const ProtocolRange&) const = default;

    static std::optional<ProtocolRange> parse(const std::string& text); // "1-4"; nothing if it is none
    std::string print() const;
};

struct ModuleVersion {
    std::string version;
    std::string source; // identifies the build; empty: not known
    std::optional<ProtocolRange> protocol; // nothing: not known
    std::string metadata; // format of the superblock; empty: not known
    bool operator==(const ModuleVersion&) const = default;
};

struct NodeVersions {
    std::string node;
    std::string error; // why nothing is known of it; empty: it was asked
    std::string tool;  // mirrorctl; empty: does not know this verb
    std::optional<std::string> daemon; // that runs
    std::optional<ModuleVersion> loaded, installed;
    bool operator==(const NodeVersions&) const = default;
};

// May block for the time that modinfo takes. Needs no root.
NodeVersions versions_here(const ConfigStore& store);

// All nodes that this one trusts, at once; may block: 10 s. Who does not answer has an `error`.
std::vector<NodeVersions> versions_of_others(const ConfigStore& store);

// Pure. What `modinfo` prints of the module.
ModuleVersion parse_modinfo(const std::string& text);
// Pure. What runs is known by its version and build alone; if what is installed is the same, it says the rest.
ModuleVersion loaded_module(const std::string& version, const std::string& source,
                            const std::optional<ModuleVersion>& installed);

void to_json(json& to, const NodeVersions& from);
void from_json(const json& from, NodeVersions& to);

} // namespace mirrornet::ops
