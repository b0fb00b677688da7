// SPDX-License-Identifier: GPL-2.0-or-later
//
// Makes the links that the kernel misses and that this node has to make. Of those that the other node
// has to make it asks only whether that one still wants to know this node.
#pragma once

#include "config/store.hpp"
#include "mirror-netd/backoff.hpp"
#include "mirror-netd/kernel_links.hpp"
#include "mirror-netd/mailbox.hpp"
#include "mirror-netd/workers.hpp"

#include <functional>
#include <map>
#include <random>
#include <string>

namespace mirrornet::netd {

class Connector {
public:
    using Clock = std::chrono::steady_clock;

    // `wake_in` is called when refresh() should be called again after that time.
    Connector(const ConfigStore& store, KernelView& kernel, Mailbox& mailbox, int cancel,
              std::function<void(std::chrono::milliseconds)> wake_in);

    // Starts what is due; called whenever the kernel, the configuration or time
    // may have changed something.
    void refresh(const NodeConfig& self);

private:
    struct Attempt {
        Backoff backoff;
        bool running = false;
        Clock::time_point due{};       // the next one
        Clock::time_point connected{}; // the last one that succeeded
        std::string complaint;         // the last failure, said once
    };
    enum class Outcome { connected, unwanted, theirs, failed };
    void start(const NodeConfig& self, const MirrorKey& mirror, Attempt& attempt);
    void run(const NodeConfig& self, const MirrorKey& mirror);
    Outcome attempt(const NodeConfig& self, const PeerConfig& peer, const MirrorKey& mirror);
    void ended(const MirrorKey& mirror, const std::string& peer, Outcome outcome,
               const std::string& failure);

    const ConfigStore& store_;
    KernelView& kernel_;
    Mailbox& mailbox_;
    int cancel_;
    std::function<void(std::chrono::milliseconds)> wake_in_;
    std::mt19937 random_{std::random_device{}()};
    std::map<MirrorKey, Attempt> attempts_;
    Workers workers_; // last: they end before the rest goes
};

} // namespace mirrornet::netd
