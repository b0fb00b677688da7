// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.hpp"
#include "config/key.hpp"
#include "model/records.hpp"
#include "remote/tcp.hpp"

#include <functional>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

// A listening socket on loopback, and the two ends of connections to it.
class Loopback {
public:
    Loopback()
        : listener_(std::move(
              mirrornet::listen_tcp({mirrornet::Address{"127.0.0.1", 0}}, 0).front()))
    {
    }
    mirrornet::Address address() const
    {
        return {"127.0.0.1", mirrornet::local_port(listener_.get())};
    }
    mirrornet::UniqueFd accept(std::chrono::milliseconds patience = std::chrono::seconds(10))
    {
        mirrornet::wait_for_fd(listener_.get(), POLLIN, mirrornet::Deadline(patience), "accept");
        return mirrornet::UniqueFd(
            ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    }
    mirrornet::UniqueFd connect()
    {
        return mirrornet::connect_tcp({address()}, 1, mirrornet::Deadline(std::chrono::seconds(5)));
    }

private:
    mirrornet::UniqueFd listener_;
};

// The other side of a test in a thread of its own. What it throws is a failure
// unless it was expected.
class OtherSide {
public:
    explicit OtherSide(std::function<void()> run)
        : thread_([this, run = std::move(run)] {
              try {
                  run();
              } catch (const std::exception& error) {
                  said_ = error.what();
              }
          })
    {
    }
    ~OtherSide()
    {
        if (thread_.joinable()) {
            EXPECT_EQ(end(), "");
        }
    }
    std::string end() // its error, or ""
    {
        thread_.join();
        return said_;
    }

private:
    std::string said_; // before the thread that writes it
    std::thread thread_;
};

// Two nodes that trust each other.
struct Pair {
    mirrornet::NodeConfig a, b;
    mirrornet::PeerConfig a_as_peer, b_as_peer;
    mirrornet::Key key = mirrornet::Key::random();
    mirrornet::VolumeId volume = mirrornet::Uuid::random();

    explicit Pair(const mirrornet::Address& address_of_b)
    {
        a.name = a_as_peer.name = "east";
        b.name = b_as_peer.name = "west";
        a.id = a_as_peer.id = mirrornet::Uuid::random();
        b.id = b_as_peer.id = mirrornet::Uuid::random();
        b_as_peer.addresses = {address_of_b};
        a_as_peer.may.add(mirrornet::Permission::replicate);
        a_as_peer.may.add(mirrornet::Permission::status);
    }
    auto lookup() const
    {
        return [this](const mirrornet::NodeId& id) {
            return id == a.id ? std::optional(key) : std::nullopt;
        };
    }
    void both_without_encryption()
    {
        using mirrornet::Option;
        a_as_peer.options.set("encryption", "none");
        b_as_peer.options.set("encryption", "none");
    }
};
