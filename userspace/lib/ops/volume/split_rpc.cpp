// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/split_rpc.hpp"

#include "ops/volume/managed.hpp"
#include "ops/volume/split_brain.hpp"

namespace mirrornet::ops {

using nlohmann::json;

namespace {

json split_show(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    return split_side(store, params.at("volume").get<std::string>(), caller.name);
}

json split_discard(const ConfigStore& store, const json& params, const RpcPeer& caller, LostWrites lost)
{
    auto keep = params.at("keep").get<SplitSide>();
    keep.node = caller.name; // whatever it says
    const auto volume = params.at("volume").get<std::string>();
    require_managers_known(store, {volume}, params, caller.name);
    const auto result = split_brain_discard_for(store, volume, keep, lost);
    json saved = json::array();
    for (const auto& one : result.saved)
        saved.push_back({{"directory", one.writes.directory}, {"bytes", one.writes.bytes}});
    return {{"changed", result.changed}, {"full", result.full}, {"saved", saved}};
}

} // namespace

void register_split_methods(RpcDispatcher& methods, const ConfigStore& store)
{
    using P = const json&;
    using C = const RpcPeer&;
    methods.add("split.show", Permission::status,
                [&store](P params, C caller) { return split_show(store, params, caller); });
    methods.add("split.discard", Permission::operate,
                [&store](P params, C caller) { return split_discard(store, params, caller, LostWrites::overwritten); });
    methods.add("split.save-and-discard", Permission::operate,
                [&store](P params, C caller) { return split_discard(store, params, caller, LostWrites::saved); });
}

} // namespace mirrornet::ops
