// SPDX-License-Identifier: GPL-2.0-or-later
//
// The method command.run: a verb for another node, carried out by mirrorctl of this one
// (docs/remote.md).
#pragma once

#include "config/store.hpp"
#include "mirror-netd/turnstile.hpp"
#include "remote/rpc.hpp"

#include <chrono>
#include <string>

namespace mirrornet::netd {

struct CommandLimits {
    std::size_t at_once = 16, each = 4; // commands under way, and of one node
    std::chrono::milliseconds sign_of_life{3000};
};

class Commands {
public:
    // `program` is run with what the other node says; `cancel` as in Deadline.
    Commands(const ConfigStore& store, std::string program, int cancel, CommandLimits limits = {});

    // For as long as the dispatcher is used.
    void register_in(RpcDispatcher& methods);

private:
    nlohmann::json run(const nlohmann::json& params, const RpcPeer& peer,
                       const RpcDispatcher::Emit& emit);

    const ConfigStore& store_;
    const std::string program_;
    const int cancel_;
    const CommandLimits limits_;
    Turnstile turnstile_;
};

// Beside the program that runs.
std::string sibling(const std::string& program);

} // namespace mirrornet::netd
