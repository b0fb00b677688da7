// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "remote/lines.hpp"
#include "remote/rpc.hpp"

#include <chrono>
#include <functional>

namespace mirrornet {

struct ControlLimits {
    std::chrono::milliseconds idle{60000};     // without a request
    std::chrono::milliseconds transfer{10000}; // of one request or answer
};

// Answers requests one after the other until the other side closes, is silent
// for too long or breaks the protocol (then an Error). `who` is asked for every
// request, so that trust that was taken away is gone at once. `cancel` as in
// Deadline.
void serve_control(LineStream& stream, const RpcDispatcher& dispatcher,
                   const std::function<RpcPeer()>& who, int cancel, ControlLimits limits = {});

} // namespace mirrornet
