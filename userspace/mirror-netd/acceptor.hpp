// SPDX-License-Identifier: GPL-2.0-or-later
//
// The listening side: a bounded number of strangers has a bounded time to prove
// who they are; then a mirror's connection goes to the kernel, and a control
// connection is served.
#pragma once

#include "config/store.hpp"
#include "mirror-netd/event_loop.hpp"
#include "mirror-netd/kernel_links.hpp"
#include "mirror-netd/turnstile.hpp"
#include "mirror-netd/workers.hpp"
#include "remote/control_server.hpp"
#include "remote/lines.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace mirrornet::netd {

struct AcceptorLimits {
    Turnstile::Limits strangers{};
    Turnstile::Limits controls{};
    std::chrono::milliseconds handshake{10000}; // with greeting and answer
    ControlLimits control{};
};

class Acceptor {
public:
    Acceptor(EventLoop& loop, const ConfigStore& store, KernelView& kernel,
             const RpcDispatcher& methods, int cancel, AcceptorLimits limits = {});

    // Replaces the listening sockets; established connections stay. On an Error
    // nothing is listened on.
    void listen(const std::vector<Address>& addresses, std::uint16_t port);
    void close();
    bool listening() const { return !listeners_.empty(); }
    std::uint16_t port() const; // of the first socket

private:
    struct Listener {
        UniqueFd fd;
        EventLoop::Source source;
    };
    struct Guest { // shared with the thread that serves it
        UniqueFd fd;
        std::optional<Turnstile::Pass> pass; // while a stranger
        std::string name;                    // for the log
    };
    void accept_from(int listener);
    void serve(Guest& guest);
    [[noreturn]] void refuse_forgotten(LineStream& stream, const Deadline& deadline) const;
    void serve_authenticated(Guest& guest, LineStream stream, const Deadline& deadline);
    void serve_control_to(const PeerConfig& peer, LineStream stream, const Deadline& deadline);
    TlsStream authenticate(Guest& guest, const Deadline& deadline);
    RpcPeer rpc_peer(const NodeId& id) const;

    EventLoop& loop_;
    const ConfigStore& store_;
    KernelView& kernel_;
    const RpcDispatcher& methods_;
    int cancel_;
    const AcceptorLimits limits_;
    Turnstile strangers_, controls_;
    std::vector<Listener> listeners_;
    Workers workers_; // last: they end before the rest goes
};

} // namespace mirrornet::netd
