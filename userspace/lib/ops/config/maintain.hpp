// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `maintenance`: people work on a volume, a job or this node, and nothing is to act by itself
// (docs/maintenance.md).
#pragma once

#include "config/store.hpp"

#include <optional>
#include <set>
#include <string>

namespace mirrornet::ops {

struct MaintenancePlace {
    enum class Kind { volume, job, node } kind = Kind::volume;
    std::string name; // not of a node
};

struct MaintenanceRequest {
    std::string reason;      // one line, may be empty
    std::uint64_t until = 0; // seconds since the epoch; 0: until a person ends it
};

struct MaintenanceResult {
    bool changed = false;
    std::string of; // "volume home", "job erp", "node a"
    std::optional<Maintenance> now;  // nothing: none
    std::set<std::string> still;     // after an end: whose maintenance goes on for these volumes, "node a"
};

// What was said before is replaced, but for its begin. Of a volume and a job on all its nodes, whole or not at all;
// of the node here alone. Error(usage): an end that is past; not_found; unreachable: nothing was changed.
MaintenanceResult maintenance_on(const ConfigStore& store, const MaintenancePlace& place,
                                 const MaintenanceRequest& request);
MaintenanceResult maintenance_off(const ConfigStore& store, const MaintenancePlace& place);

} // namespace mirrornet::ops
