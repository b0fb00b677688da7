// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/store.hpp"
#include "remote/lines.hpp"

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace mirrornet {

// Asks the mirror-netd of another node. Messages of errors begin with its name.
// Not for several threads at once.
class ControlClient {
public:
    static constexpr std::chrono::milliseconds default_timeout{10000};

    // Error(unreachable), Error(timed_out), or (not_permitted) if it does not
    // trust this node.
    ControlClient(const NodeConfig& self, const PeerConfig& peer, const Key& key,
                  std::chrono::milliseconds timeout = default_timeout);

    // The same with everything from the configuration of this node.
    static ControlClient to(const ConfigStore& store, const std::string& node,
                            std::chrono::milliseconds timeout = default_timeout);

    // The method's result, or the Error that it ended with there. After a time-out
    // or a break every further call is Error(unreachable).
    nlohmann::json call(std::string_view method,
                        const nlohmann::json& params = nlohmann::json::object(),
                        std::chrono::milliseconds timeout = default_timeout);

    // The same for a method that sends parts; `silence` is how long there may be nothing.
    nlohmann::json follow(std::string_view method, const nlohmann::json& params,
                          const std::function<void(const nlohmann::json& part)>& on_part,
                          std::chrono::milliseconds silence = default_timeout);

    const std::string& node() const { return node_; }

private:
    std::string exchange(const std::string& line, std::chrono::milliseconds timeout);
    std::string next_line(const Deadline& deadline);

    std::string node_;
    std::int64_t last_id_ = 0;
    std::optional<LineStream> stream_;
};

} // namespace mirrornet
