// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/store.hpp"

#include <vector>

namespace mirrornet::ops {

// Of this node's volumes those with a copy on that node, by its identity: names may be changing.
std::vector<VolumeConfig> volumes_with(const ConfigStore& store, const NodeId& node);

} // namespace mirrornet::ops
