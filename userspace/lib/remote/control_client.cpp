// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/control_client.hpp"

#include "base/error.hpp"
#include "remote/greeting.hpp"
#include "remote/reach.hpp"
#include "remote/rpc.hpp"

namespace mirrornet {

namespace {

// Puts the node's name before the message of whatever goes wrong with it.
template <typename F> auto about(const std::string& node, F action)
{
    try {
        return action();
    } catch (const Error& error) {
        throw Error(error.status(), "node " + node + ": " + error.what(), error.repeat_with());
    }
}

LineStream open(const NodeConfig& self, const PeerConfig& peer, const Key& key,
                const Deadline& deadline)
{
    LineStream stream(reach(peer.addresses, self.id, key, deadline));
    stream.write(Hello{}.print(), deadline);
    const auto answer = stream.read(deadline);
    if (!answer)
        throw Error(ExitStatus::unreachable, "it ended the connection");
    parse_answer(*answer, Encryption::tls);
    return stream;
}

} // namespace

ControlClient::ControlClient(const NodeConfig& self, const PeerConfig& peer, const Key& key,
                             std::chrono::milliseconds timeout)
    : node_(peer.name)
{
    stream_.emplace(about(node_, [&] { return open(self, peer, key, Deadline(timeout)); }));
}

ControlClient ControlClient::to(const ConfigStore& store, const std::string& node,
                                std::chrono::milliseconds timeout)
{
    return ControlClient(store.load_node(), store.load_peer(node), store.load_key(node), timeout);
}

std::string ControlClient::next_line(const Deadline& deadline)
{
    if (auto line = stream_->read(deadline))
        return *line;
    throw Error(ExitStatus::unreachable, "it ended the connection");
}

std::string ControlClient::exchange(const std::string& line, std::chrono::milliseconds timeout)
{
    if (!stream_)
        throw Error(ExitStatus::unreachable, "the connection to it was lost");
    const Deadline deadline(timeout);
    try {
        stream_->write(line, deadline);
        return next_line(deadline);
    } catch (const Error& error) {
        stream_.reset(); // a late answer must not be taken for that of the next call
        throw Error(error.status(), std::string(error.what()) +
                                        "; whether it did what it was asked is not known, see: "
                                        "mirrorctl status -H " + node_);
    }
}

nlohmann::json ControlClient::call(std::string_view method, const nlohmann::json& params,
                                   std::chrono::milliseconds timeout)
{
    return about(node_, [&] {
        const auto id = ++last_id_;
        return rpc_result(exchange(rpc_request(id, method, params), timeout), id);
    });
}

nlohmann::json ControlClient::follow(std::string_view method, const nlohmann::json& params,
                                     const std::function<void(const nlohmann::json&)>& on_part,
                                     std::chrono::milliseconds silence)
{
    return about(node_, [&] {
        const auto id = ++last_id_;
        auto line = exchange(rpc_request(id, method, params), silence);
        for (; auto part = rpc_part(line, id); line = next_line(Deadline(silence)))
            on_part(*part);
        return rpc_result(line, id);
    });
}

} // namespace mirrornet
