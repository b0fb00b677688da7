// SPDX-License-Identifier: GPL-2.0-or-later
//
// What is known of the other nodes of a volume, before a role is taken without asking them.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"
#include "ops/volume/mirror_verbs.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mirrornet::ops {

// What a node says of its copy.
struct SaidCopy {
    Role role = Role::none;
    DataState data = DataState::unknown;
    std::uint64_t generation = 0;
    std::uint64_t write_number = 0; // of the last write that it has, or a lower one after a restart
};

struct SeenNode {
    std::string name;
    bool linked = false;         // the kernel has a link with it
    bool answers = false;        // one of its addresses does
    std::optional<SaidCopy> copy{}; // what its daemon says; nothing: it does not answer, or cannot say
    std::uint64_t recorded = 0;  // generation that this node's metadata says it has; 0: none

    bool is(Role role) const { return copy && copy->role == role; }
    bool is_silent() const { return !linked && !answers && !copy; }
    // It has a part in the volume: as source, or as one who can be asked for an answer to a handover.
    bool takes_part() const { return linked || is(Role::source) || is(Role::target); }
};

// Asks its daemon. Nothing: no answer, or the volume is not active there.
std::optional<SaidCopy> ask_copy(const ConfigStore& store, const std::string& volume, const std::string& node);

// The same of a node that may be dead, which costs a second then.
std::optional<SaidCopy> ask_again(const ConfigStore& store, const MirrorName& mirror);

// Tries every path to each of them, all at the same time: as long as a link may be silent before it counts as dead.
std::vector<SeenNode> look_at(const ConfigStore& store, const VolumeConfig& config,
                              const std::vector<MirrorName>& mirrors);

// The one of the other nodes that says that it is the source.
std::optional<MirrorName> find_source(const ConfigStore& store, const std::vector<MirrorName>& mirrors);

} // namespace mirrornet::ops
