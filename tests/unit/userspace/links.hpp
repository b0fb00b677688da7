// SPDX-License-Identifier: GPL-2.0-or-later
//
// Both halves of a link against each other.
#pragma once

#include "loopback.hpp"
#include "remote/ktls.hpp"
#include "remote/link.hpp"

#include <fcntl.h>

struct Links : testing::Test {
    Loopback loopback;
    Pair pair{loopback.address()};
    mirrornet::Deadline patience{std::chrono::seconds(10)};
    std::function<void()> admit = [] {};

    mirrornet::Link accept()
    {
        auto tls = mirrornet::TlsStream::accept(loopback.accept(), pair.lookup(), patience);
        mirrornet::LineStream stream(std::move(tls), mirrornet::longest_greeting);
        const auto line = stream.read(patience);
        const auto hello = mirrornet::Hello::parse(line.value());
        return mirrornet::accept_link(std::move(stream), hello, pair.a_as_peer, admit, patience);
    }
    mirrornet::Link initiate()
    {
        return mirrornet::initiate_link(pair.a, pair.b_as_peer, pair.key, pair.volume, patience);
    }
};

inline void make_blocking(const mirrornet::Link& link)
{
    ::fcntl(link.fd.get(), F_SETFL, ::fcntl(link.fd.get(), F_GETFL) & ~O_NONBLOCK);
}

// What goes in at one end comes out at the other, whole and in order.
inline void expect_carries(const mirrornet::Link& from, const mirrornet::Link& to,
                           const std::string& bytes)
{
    OtherSide writer([&] {
        for (std::size_t at = 0; at < bytes.size();) {
            const auto put = ::write(from.fd.get(), bytes.data() + at, bytes.size() - at);
            if (put <= 0)
                throw std::runtime_error("write");
            at += static_cast<std::size_t>(put);
        }
    });
    std::string got(bytes.size(), 0);
    EXPECT_EQ(::recv(to.fd.get(), got.data(), got.size(), MSG_WAITALL),
              static_cast<ssize_t>(got.size()));
    EXPECT_TRUE(got == bytes);
}
