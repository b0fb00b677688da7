// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `node replace`: a machine died, another one (or the same, newly installed) takes its name and place.
#pragma once

#include "config/store.hpp"
#include "ops/node/node.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct NodeReplaceResult {
    NodeTrustResult trust;             // with the token of the fresh key
    std::vector<std::string> commands; // to be given here once the new machine is up: its copies again
};

// Every volume that the dead node had a copy of must be active here, and this node its source. Error(in_use): the
// dead one answers; refused: this node is not the source of a volume, or the identity is the old one;
// needs_force: `options` is not confirmed. Forgets the copies of the dead machine, on all nodes, then trusts the new one under
// the old name, with the same permissions and a fresh key. Repeated, it goes on where it was.
NodeReplaceResult node_replace(const ConfigStore& store, const std::string& name, const NodeTrustOptions& options);

// Pure. What makes the copy of `volume` on node `name` again, with the options that its mirror with `self` has.
std::string command_for(const VolumeConfig& volume, const std::string& self, const std::string& name);

} // namespace mirrornet::ops
