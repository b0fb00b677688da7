// SPDX-License-Identifier: GPL-2.0-or-later
//
// Options of this node's copy of a volume, which no other node has to know.
#pragma once

#include "ops/volume/options.hpp"

namespace mirrornet::ops {

// Takes those that belong to the copy out of `changes`. Error(usage) where a mirror was named.
std::vector<OptionChange> copy_changes(const Subject& subject, std::vector<OptionChange>& changes);

// This node's part of the volume, with the changes; nothing: they change nothing. Error(refused): the node has a
// role that it could not take any more. Changes nothing yet.
std::optional<VolumeLocal> with_copy_changes(const ConfigStore& store, const VolumeConfig& config,
                                             const std::vector<OptionChange>& changes);

// The same for the options of this node, of all its active volumes.
void require_roles_kept(const ConfigStore& store, const NodeConfig& node);

} // namespace mirrornet::ops
