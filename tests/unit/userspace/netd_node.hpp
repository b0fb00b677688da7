// SPDX-License-Identifier: GPL-2.0-or-later
//
// A node with a configuration directory, a pretended kernel and the daemon's
// parts, on loopback.
#pragma once

#include "fake_kernel.hpp"
#include "mirror-netd/acceptor.hpp"
#include "mirror-netd/connector.hpp"
#include "mirror-netd/methods.hpp"
#include "scratch_dir.hpp"

#include <thread>

class NetdNode {
public:
    NetdNode(const std::string& name, const mirrornet::NodeId& id,
             mirrornet::netd::AcceptorLimits limits = {})
        : store(dir_.path()),
          connector(store, kernel, mailbox_, stop_.fd(),
                    [this](std::chrono::milliseconds time) { due_timer_.arm(time); }),
          acceptor(loop_, store, kernel, methods, stop_.fd(), limits)
    {
        self.name = name;
        self.id = id;
        store.save(self);
        mirrornet::netd::register_methods(methods);
        mail_ = loop_.on_readable(mailbox_.fd(), [this] { mailbox_.deliver(); });
        due_timer_ = loop_.on_timer([this] { connector.refresh(self); });
        acceptor.listen({{"127.0.0.1", 0}}, 0);
    }
    ~NetdNode()
    {
        stop_.raise();
        if (thread_.joinable()) {
            mailbox_.post([this] { loop_.stop(); });
            thread_.join();
        }
    }
    void start() // the event loop, in a thread of its own from here on
    {
        thread_ = std::thread([this] { loop_.run(); });
    }
    void refresh()
    {
        mailbox_.post([this] { connector.refresh(self); });
    }
    void trust(const NetdNode& other, const mirrornet::Key& key, const char* may)
    {
        mirrornet::PeerConfig peer;
        peer.name = other.self.name;
        peer.id = other.self.id;
        peer.addresses = {{"127.0.0.1", other.acceptor.port()}};
        peer.may = mirrornet::parse_permissions(may);
        peer.options.set("encryption", "none");
        store.save(peer);
        store.save_key(peer.name, key);
    }

private:
    ScratchDir dir_; // before what lives in it
    mirrornet::netd::StopSignal stop_;
    mirrornet::netd::Mailbox mailbox_;
    mirrornet::netd::EventLoop loop_;
    mirrornet::netd::EventLoop::Source mail_, due_timer_;
    std::thread thread_;

public:
    mirrornet::NodeConfig self;
    mirrornet::ConfigStore store;
    FakeKernel kernel;
    mirrornet::RpcDispatcher methods;
    mirrornet::netd::Connector connector;
    mirrornet::netd::Acceptor acceptor;
};
