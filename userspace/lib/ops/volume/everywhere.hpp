// SPDX-License-Identifier: GPL-2.0-or-later
//
// A change of what the configuration of a volume says on all of its nodes: its options, who manages it, and whether it
// is in maintenance.
#pragma once

#include "config/store.hpp"

#include <string>

namespace mirrornet::ops {

// `after` in the place of `before`, here and on every node of the volume, and in force; whole or not at all.
// `after` is one version further; the lock of the volume is held.
void change_everywhere(const ConfigStore& store, const VolumeConfig& before, const VolumeConfig& after);

// What a node of the volume does when another one calls: take over `config` in the place
// of version `from`. Only options that can change, manager and maintenance may differ. Error(refused), also if this node has another
// version.
void take_over_options(const ConfigStore& store, const VolumeConfig& config, std::uint64_t from,
                       const std::string& caller);

// Pure: what differs only in its options, its manager, or in whether it is in maintenance, is the same volume on the same nodes.
bool same_but_options(VolumeConfig a, VolumeConfig b);
// Pure. Error(refused) for a changed option of the volume that cannot change any more.
void require_live_changes(const OptionSet& before, const OptionSet& after);
// The other node takes them over in the place of version `from`, as take_over_options() over there.
void tell_options(const ConfigStore& store, const std::string& node, const VolumeConfig& config,
                  std::uint64_t from);

} // namespace mirrornet::ops
