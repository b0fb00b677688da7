// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/config/rpc.hpp"

#include "ops/config/diff.hpp"
#include "ops/node/rename.hpp"

namespace mirrornet::ops {

void register_config_methods(RpcDispatcher& methods, const ConfigStore& store)
{
    methods.add("config.get", Permission::status,
                [&store](const json&, const RpcPeer& caller) { return tell_config(store, caller.id); });
    methods.add("node.renamed", Permission::operate, [&store](const json& params, const RpcPeer& caller) {
        take_over_rename(store, RenameRequest::from_json(params), caller.id);
        return json::object();
    });
}

} // namespace mirrornet::ops
