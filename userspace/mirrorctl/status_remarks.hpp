// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace mirrornet::ctl {

// Of a volume, or of the node, in the status as JSON; empty: it is not in maintenance.
std::string maintenance_remark(const nlohmann::json& of);
// Of this node, in the report of status or advise: what does not happen without its daemon; empty: it runs.
std::string daemon_remark(const nlohmann::json& report);
// Of a volume; empty: nobody manages it.
std::string manager_remark(const nlohmann::json& volume);

} // namespace mirrornet::ctl
