// SPDX-License-Identifier: GPL-2.0-or-later
//
// Methods that show one behaviour each.
#pragma once

#include "base/error.hpp"
#include "remote/lines.hpp"
#include "remote/rpc.hpp"

#include <thread>

namespace sample {

using namespace mirrornet;
using namespace std::chrono_literals;
using nlohmann::json;

inline RpcPeer peer_with(const char* permissions)
{
    return {"east", Uuid::random(), parse_permissions(permissions)};
}

inline RpcDispatcher dispatcher()
{
    RpcDispatcher methods;
    methods.add("echo", Permission::status,
                [](const json& params, const RpcPeer&) { return params; });
    methods.add("who", Permission::status,
                [](const json&, const RpcPeer& peer) { return json(peer.name); });
    methods.add("refuse", Permission::status, [](const json&, const RpcPeer&) -> json {
        throw Error(ExitStatus::in_use, "somebody holds it");
    });
    methods.add("crash", Permission::status,
                [](const json&, const RpcPeer&) -> json { throw std::runtime_error("oops"); });
    methods.add("need", Permission::status,
                [](const json& params, const RpcPeer&) { return params.at("volume"); });
    methods.add("slow", Permission::status, [](const json&, const RpcPeer&) {
        std::this_thread::sleep_for(300ms);
        return json();
    });
    methods.add("huge", Permission::status, [](const json&, const RpcPeer&) {
        return json(std::string(longest_line, 'x'));
    });
    methods.add("change", Permission::operate, [](const json&, const RpcPeer&) { return json(1); });
    return methods;
}

} // namespace sample
