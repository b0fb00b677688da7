// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `delete` (a mirror) and `release` (the volume itself).
#pragma once

#include "config/store.hpp"
#include "ops/status/report.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct DeleteOptions {
    std::string volume;
    std::string node;        // of one mirror; empty: all
    bool force = false;      // also where the target's copy is inconsistent
    bool local_only = false; // the other side does not answer
};

// Before more than one is deleted. Error(refused): this node is not the source, or the volume not active.
void require_deletable(const ConfigStore& store, const std::string& volume);

struct DeleteResult {
    std::vector<std::string> nodes; // whose mirror went
    bool asked = false;             // they took part: their data is a plain device again
};

// What the copies that are left are worth, where one of them is not as good as the other; for a question. Pure: the source's
// state; node: that one alone, empty: all of them.
std::string worth_without_mirror(const VolumeStatus& volume, const std::string& node);

// On the source: the target's copy goes (its data stays and is a plain device
// again), then the mirror. The source goes on as a volume without it. On a target
// only with `local_only`. Error(refused) while the volume is not active, since then
// it is not known which of the two this node is.
DeleteResult delete_mirror(const ConfigStore& store, const DeleteOptions& options);

// The volume goes, its data device is a plain device again. Error(refused) while
// it has mirrors, Error(in_use) while it is open.
void release(const ConfigStore& store, const std::string& volume);

// A mirror that can be deleted here.
struct OtherNode {
    std::string name; // its UUID where it is not known any more
    NodeId id;
    bool configured = true; // false: only the kernel has the mirror
    bool known = true;      // false: there is no such node to ask
};

// Pure: those that `options` means, of the configuration and of what the kernel has
// beyond it (`strays`). Error(not_found) if the one that is named is not among them.
std::vector<OtherNode> mirrors_to_delete(const VolumeConfig& config, const NodeId& self,
                                         const std::vector<OtherNode>& strays,
                                         const DeleteOptions& options);

} // namespace mirrornet::ops
