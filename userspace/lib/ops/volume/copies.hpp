// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which nodes have a copy of a volume. Each of them has a mirror with every other one
// (docs/targets.md), so a change concerns them all: all of them take it, or none.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"
#include "ops/undo.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct CopiesChange {
    VolumeConfig config;    // afterwards
    std::uint64_t from = 0; // version of the configuration that it was made from
    bool only_ask = false;  // check everything, change nothing
};

// Would the nodes that have a copy before and afterwards take it? Error of the first that would not.
void ask_copies(const ConfigStore& store, const VolumeConfig& before, const VolumeConfig& after);

// They take it; each is added to `undo`. This node and the ones that come or go are left to the caller.
void tell_copies(const ConfigStore& store, const VolumeConfig& before, const VolumeConfig& after,
                 Undo& undo);

// On a node that is told. A new copy is mirrored with a full resync if the two ever meet before the
// source has said what it lacks. Error(refused) where anything but the copies differs, this node is the
// source or not active, or does not know a new node.
void take_over_copies(const ConfigStore& store, const CopiesChange& change, const std::string& caller);

// On the node of a new copy: its mirrors with the nodes that are not the source.
void add_mirrors_with_others(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
                             const NodeId& source);

// Pure: the nodes of `config` that are not in `other`.
std::vector<VolumeNode> copies_only_in(const VolumeConfig& config, const VolumeConfig& other);
// Pure: the same volume, whoever has copies of it.
bool same_but_copies(VolumeConfig a, VolumeConfig b);

} // namespace mirrornet::ops
