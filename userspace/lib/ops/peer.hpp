// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.hpp"
#include "config/store.hpp"

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace mirrornet::ops {

// There was no connection, so that nothing was done over there.
class NotAsked : public Error {
public:
    using Error::Error;
};

// The mirror-netd of another node, as the verbs ask it. Every call has a
// connection of its own, so that one that was lost spoils no later one.
class Peer {
public:
    static constexpr std::chrono::milliseconds answer_time{10000};
    // Of what is only worth asking a node that is there.
    static constexpr std::chrono::milliseconds short_time{3000};
    // Of what writes much: metadata in a file, discarding a large device.
    static constexpr std::chrono::milliseconds work_time{600000};

    // Error(not_found) if this node does not know such a node.
    Peer(const ConfigStore& store, const std::string& name);

    const PeerConfig& config() const { return config_; }
    // NotAsked (unreachable) says what to look at. Any other unreachable, and timed_out: what was asked may
    // be done all the same.
    nlohmann::json call(const std::string& method,
                        const nlohmann::json& params = nlohmann::json::object(),
                        std::chrono::milliseconds time = answer_time) const;
    // As ControlClient::follow(). `begun` is called before the first line, once the node
    // answers: an Error after that says nothing of what goes on over there.
    nlohmann::json follow(const std::string& method, const nlohmann::json& params,
                          const std::function<void()>& begun,
                          const std::function<void(const nlohmann::json& part)>& on_part) const;

private:
    const ConfigStore& store_;
    PeerConfig config_;
};

} // namespace mirrornet::ops
