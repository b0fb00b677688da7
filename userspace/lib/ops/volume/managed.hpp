// SPDX-License-Identifier: GPL-2.0-or-later
//
// What changes a role, or deletes, is refused while a cluster manager decides about the volume (docs/manage.md).
#pragma once

#include "config/store.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mirrornet::ops {

// Error(refused) where one of the volumes meant is managed: who changes a role, or deletes, asks this first.
// named: as a verb names it; what is not there is left to the verb.
void require_unmanaged(const ConfigStore& store, const std::string& named);

// The parameters of such a request to another node, and with them the managers that this node knows of: its verb was
// let through in spite of them.
nlohmann::json with_managers(const ConfigStore& store, const std::vector<std::string>& volumes, nlohmann::json params);

// On the node that is asked. Error(refused), nothing was changed: a volume is managed here, and who asks does not
// know of it, as its configuration is another one, or its programs are older.
void require_managers_known(const ConfigStore& store, const std::vector<std::string>& volumes,
                            const nlohmann::json& params, const std::string& caller);

} // namespace mirrornet::ops
