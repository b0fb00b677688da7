// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/status_remarks.hpp"

#include "mirrorctl/fields.hpp"
#include "ops/clock.hpp"

namespace mirrornet::ctl {

using ops::local_time;

std::string maintenance_remark(const nlohmann::json& of)
{
    const auto found = of.find("maintenance");
    if (found == of.end() || !found->is_object())
        return {};
    const auto reason = word(*found, "reason", "");
    return "in maintenance since " + local_time(number(*found, "since_ns")) +
           (number(*found, "until_ns") ? " until " + local_time(number(*found, "until_ns")) : "") +
           (reason.empty() ? "" : " (" + reason + ")") + ": the " + word(*found, "of") +
           "; nothing takes over by itself; to end it: " + word(*found, "end");
}

std::string daemon_remark(const nlohmann::json& report)
{
    if (report.at("volumes").empty() || report.value("daemon_runs", true))
        return {};
    return "mirror-netd does not run: a link that is lost does not come back, no other node is answered, and no hook is "
           "told; start it: systemctl start mirror-netd";
}

std::string manager_remark(const nlohmann::json& volume)
{
    const auto manager = word(volume, "manager", "");
    return manager.empty() ? "" : "managed by " + manager + ", which decides about its roles";
}

} // namespace mirrornet::ctl
