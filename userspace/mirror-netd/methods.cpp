// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/methods.hpp"

#include "base/version.hpp"
#include "config/store.hpp"

namespace mirrornet::netd {

namespace {

nlohmann::json node_info(const nlohmann::json&, const RpcPeer& asking)
{
    const auto node = ConfigStore().load_node();
    return {{"name", node.name},
            {"uuid", node.id.to_string()},
            {"version", tool_version},
            {"you", {{"name", asking.name}, {"may", to_string(asking.may)}}}};
}

} // namespace

void register_methods(RpcDispatcher& methods)
{
    methods.add("node.info", Permission::status, node_info);
}

} // namespace mirrornet::netd
