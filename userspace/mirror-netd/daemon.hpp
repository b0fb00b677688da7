// SPDX-License-Identifier: GPL-2.0-or-later
//
// Puts the parts together. The main thread runs the event loop and owns all of
// them; threads serve single connections and come back through the mailbox.
#pragma once

#include "mirror-netd/acceptor.hpp"
#include "mirror-netd/announcer.hpp"
#include "mirror-netd/commands.hpp"
#include "mirror-netd/connector.hpp"
#include "mirror-netd/fencer.hpp"
#include "mirror-netd/log.hpp"
#include "mirror-netd/maintenance.hpp"
#include "mirror-netd/renewer.hpp"
#include "mirror-netd/saver.hpp"
#include "ops/node/daemon_mark.hpp"

#include <optional>

namespace mirrornet::netd {

class Daemon {
public:
    // Error if this node has no identity yet. SIGTERM, SIGINT and SIGHUP have to
    // be blocked in every thread.
    explicit Daemon(const ConfigStore& store);
    void run(); // until SIGTERM or SIGINT; mirrors in the kernel go on

private:
    void apply(const NodeConfig& node);
    void make_known();
    void follow_name();
    void follow_maintenance();
    void reload();
    void stop();
    void refresh();
    void wake_in(std::chrono::milliseconds time);
    void follow_kernel();
    void kernel_spoke();
    void heed(const nl::EventStream::Batch& batch);

    using Clock = std::chrono::steady_clock;
    const ConfigStore& store_;
    NodeConfig node_;
    RpcDispatcher methods_;
    StopSignal stopping_;
    Mailbox mailbox_;
    EventLoop loop_;
    KernelLinks kernel_;
    KernelFences fences_;
    KernelSaves saves_;
    std::optional<nl::EventStream> events_;
    EventLoop::Source events_source_, mailbox_source_, due_timer_, tick_timer_, maintenance_timer_;
    EventLoop::Source signals_[3];
    Complaint no_events_, bad_events_, no_links_, no_fences_, no_saves_, no_maintenance_; // what the kernel does not do
    Clock::time_point due_ = Clock::time_point::max(); // when due_timer_ is armed for
    Hooks hooks_;
    Announcer announcer_;
    MaintenanceWatch maintenance_;
    Fencer fencer_;
    Saver saver_;
    Connector connector_;
    Renewer renewer_;
    Commands commands_;
    Acceptor acceptor_;
    Workers chores_{1};
    std::optional<ops::DaemonMark> mark_;
};

} // namespace mirrornet::netd
