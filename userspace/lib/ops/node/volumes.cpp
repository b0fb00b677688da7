// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/volumes.hpp"

namespace mirrornet::ops {

std::vector<VolumeConfig> volumes_with(const ConfigStore& store, const NodeId& node)
{
    std::vector<VolumeConfig> volumes;
    for (const auto& name : store.volume_names())
        if (auto volume = store.load_volume(name); volume.find_node(node))
            volumes.push_back(std::move(volume));
    return volumes;
}

} // namespace mirrornet::ops
