// SPDX-License-Identifier: GPL-2.0-or-later
//
// A command of another node while it runs.
#pragma once

#include "base/spawn.hpp"
#include "remote/command.hpp"
#include "remote/rpc.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace mirrornet::netd {

class CommandProcess {
public:
    // `cancel` as in Deadline; the program is told who asks.
    CommandProcess(const std::vector<std::string>& argv, const Asked& asked, int cancel);
    // Asks a program that still runs to end, which one that changes something does not heed, and
    // waits for it: nobody else would. Not when cancelled.
    ~CommandProcess();
    CommandProcess(const CommandProcess&) = delete;
    CommandProcess& operator=(const CommandProcess&) = delete;

    // Emits what it prints until it ends, {"out": TEXT} and {"err": TEXT}; {} where there is
    // nothing for `sign_of_life`. Returns the exit status, 128 + signal after one. What
    // `emit` throws ends it; Error(unreachable) when cancelled.
    int forward(const RpcDispatcher::Emit& emit, std::chrono::milliseconds sign_of_life);

private:
    struct Stream {
        const char* name;
        UniqueFd fd; // closed at its end
        std::string held; // the beginning of a character
    };
    bool pass(Stream& stream, const RpcDispatcher::Emit& emit, bool ready);
    bool pass_ready(const RpcDispatcher::Emit& emit, int milliseconds);
    bool wait_for_end();
    int reap();

    const int cancel_;
    Stream out_{"out", {}, {}}, err_{"err", {}, {}};
    pid_t pid_ = -1;
    UniqueFd end_; // readable once it has ended
};

} // namespace mirrornet::netd
