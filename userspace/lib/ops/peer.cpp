// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/peer.hpp"

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

bool no_answer(const Error& error)
{
    return error.status() == ExitStatus::unreachable || error.status() == ExitStatus::timed_out;
}

// What to look at where nothing could be asked.
ControlClient connect(const ConfigStore& store, const PeerConfig& peer,
                      std::chrono::milliseconds time)
try {
    return ControlClient::to(store, peer.name, time);
} catch (const Error& error) {
    if (!no_answer(error))
        throw;
    throw NotAsked(ExitStatus::unreachable,
                   std::string(error.what()) + "; check here that the network is up and this is its address and port "
                                               "(mirrorctl node show), on node " + peer.name +
                       " that the daemon runs (systemctl status mirror-netd), and that no firewall is between");
}

} // namespace

Peer::Peer(const ConfigStore& store, const std::string& name)
    : store_(store), config_(load(store, name))
{
}

nlohmann::json Peer::call(const std::string& method, const nlohmann::json& params,
                          std::chrono::milliseconds time) const
{
    auto client = connect(store_, config_, std::min(time, answer_time));
    return client.call(method, params, time);
}

nlohmann::json Peer::follow(const std::string& method, const nlohmann::json& params,
                            const std::function<void()>& begun,
                            const std::function<void(const nlohmann::json&)>& on_part) const
{
    auto client = connect(store_, config_, answer_time);
    begun();
    return client.follow(method, params, on_part, answer_time);
}

} // namespace mirrornet::ops
