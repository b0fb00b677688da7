// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "nl/attributes.hpp"
#include "nl/message.hpp"

#include <functional>
#include <memory>

struct nl_sock;

namespace mirrornet::nl {

struct FreeSocket {
    void operator()(nl_sock* socket) const;
};
using RawSocket = std::unique_ptr<nl_sock, FreeSocket>;

// A generic netlink socket, connected; Error if the system has none.
RawSocket open_socket();

// The number of the module's family; Error(not_found) tells how to load it.
int resolve_family(nl_sock* socket);

// One request at a time; not for use by several threads at once.
class Socket {
public:
    using Sink = std::function<void(const Attributes&)>;

    Socket();
    int family() const { return family_; }

    // Sends, hands every answer to `sink` and returns when the kernel has said
    // that it is done. A refusal is a nl::Refusal; afterwards, as
    // after an Error out of `sink`, the socket is fit for the next request.
    void transact(const Message& message, const Sink& sink = {});

private:
    void connect();

    RawSocket socket_;
    int family_ = 0;
};

} // namespace mirrornet::nl
