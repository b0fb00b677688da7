// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `get` and `set` for what this node keeps for itself: its own options, the
// defaults of what is created here, and the options between it and one other node.
#pragma once

#include "config/store.hpp"
#include "ops/volume/options.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct NodePlace {
    enum class Kind { node, defaults, pair } kind = Kind::node;
    std::string peer; // of a pair: the other node

    std::string option() const; // of the command line: "--node", "--pair b"
};

// All options of that place, or only `names`; Error(usage) for one that does not belong
// there, not_found for a pair with a node that is not known here.
std::vector<OptionValue> get_node_options(const ConfigStore& store, const NodePlace& place,
                                          const std::vector<std::string>& names);

struct NodeSetResult {
    bool changed = false;
    std::vector<std::string> to_do; // until then, what was set is not in force
    std::vector<ValueChange> changes = {};
};

// Whole or not at all. Volumes and mirrors that are there keep what they have.
NodeSetResult set_node_options(const ConfigStore& store, const NodePlace& place,
                               const std::vector<OptionChange>& changes);

} // namespace mirrornet::ops
