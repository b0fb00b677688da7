// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

struct sockaddr_storage;

namespace mirrornet::netd {

// Lets a bounded number in, in all and per visitor (an address, a node), and
// makes those wait whose visits failed too often. From any thread.
class Turnstile {
public:
    using Clock = std::chrono::steady_clock;

    struct Limits {
        std::size_t inside = 64;
        std::size_t inside_each = 16;
        double failures = 20;         // at once
        double forgiven_per_second = 1;
        std::size_t remembered = 1024; // visitors
    };

    // Inside until it goes.
    class Pass {
    public:
        Pass(Turnstile& turnstile, std::string visitor)
            : turnstile_(&turnstile), visitor_(std::move(visitor))
        {
        }
        Pass(Pass&& other) noexcept
            : turnstile_(std::exchange(other.turnstile_, nullptr)),
              visitor_(std::move(other.visitor_))
        {
        }
        Pass& operator=(Pass&&) = delete;
        ~Pass();
        void failed() { failed_ = true; }

    private:
        Turnstile* turnstile_;
        std::string visitor_;
        bool failed_ = false;
    };

    explicit Turnstile(Limits limits) : limits_(limits) {}
    std::optional<Pass> enter(const std::string& visitor, Clock::time_point now = Clock::now());

private:
    struct Visitor {
        std::size_t inside = 0;
        double failures = 0;
        Clock::time_point seen{};
    };
    void leave(const std::string& visitor, bool failed);
    void forget_some();

    const Limits limits_;
    std::mutex mutex_;
    std::size_t inside_ = 0;                  // guarded by mutex_, as is
    std::map<std::string, Visitor> visitors_; // this
};

// Who counts as one visitor: an IPv4 address, or an IPv6 network of 64 bits.
std::string visitor_of(const sockaddr_storage& address);

} // namespace mirrornet::netd
