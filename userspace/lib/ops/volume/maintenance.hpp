// SPDX-License-Identifier: GPL-2.0-or-later
//
// Whether a volume is in maintenance on this node: it itself, its job or the node (docs/maintenance.md).
#pragma once

#include "config/store.hpp"

#include <optional>
#include <string>

namespace mirrornet::ops {

struct InMaintenance {
    std::string of; // "volume home", "job erp", "node a"
    Maintenance what;

    std::string command_to_end() const; // "mirrorctl maintenance off home"
    bool operator==(const InMaintenance&) const = default;
};

// Pure. Of several the one that ends last; nothing: none is on. Each of the three may be missing.
std::optional<InMaintenance> maintenance_of(const NodeConfig* node, const JobConfig* job, const VolumeConfig* volume,
                                            std::uint64_t now);

// Of a volume, now. What cannot be read counts as not in maintenance.
std::optional<InMaintenance> maintenance_now(const ConfigStore& store, const std::string& volume);

// Of the node alone.
std::optional<InMaintenance> maintenance_now(const ConfigStore& store);

} // namespace mirrornet::ops
