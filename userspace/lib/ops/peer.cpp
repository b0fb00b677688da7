// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/peer.hpp"

#include "base/error.hpp"
#include "remote/control_client.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

PeerConfig load(const ConfigStore& store, const std::string& name)
{
    if (auto config = store.find_peer(name))
        return *config;
    throw Error(ExitStatus::not_found,
                "this node knows no node " + name + "; make it known on both sides with: "
                "mirrorctl node trust --card CARD (the card is the last line of: mirrorctl "
                "node show, over there)");
}

} // namespace

Peer::Peer(const ConfigStore& store, const std::string& name)
    : store_(store), config_(load(store, name))
{
}

nlohmann::json Peer::call(const std::string& method, const nlohmann::json& params,
                          std::chrono::milliseconds time) const
{
    auto client = ControlClient::to(store_, config_.name, std::min(time, answer_time));
    return client.call(method, params, time);
}

} // namespace mirrornet::ops
