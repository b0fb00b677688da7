// SPDX-License-Identifier: GPL-2.0-or-later
//
// The connection of a mirror, from the first packet to the socket that the
// kernel takes over.
#pragma once

#include "model/records.hpp"
#include "remote/greeting.hpp"
#include "remote/lines.hpp"

#include <functional>

namespace mirrornet {

struct Link {
    VolumeId volume;
    NodeId peer;
    UniqueFd fd;
    bool initiator = false; // this side speaks first
    bool encrypted = false;
    std::uint64_t renew = 0; // not 0: takes the place of the socket of the link that there is
};

// Whoever takes links over: the kernel; in tests something else.
class LinkSink {
public:
    virtual ~LinkSink() = default;
    virtual void attach(Link link) = 0;
};

// The node with the smaller UUID connects; both ends compute the same.
bool connects(const NodeId& self, const NodeId& peer);

// Connects, authenticates, agrees and installs kTLS. renew: as in Link.
Link initiate_link(const NodeConfig& self, const PeerConfig& peer, const Key& key,
                   const VolumeId& volume, const Deadline& deadline, std::uint64_t renew = 0);

// The acceptor's half, once the greeting was read: refuses what does not fit the
// authenticated peer, asks `admit` (throws an Error to refuse), says go as the
// last word of userspace, and installs kTLS. A refusal is sent and thrown.
Link accept_link(LineStream stream, const Hello& hello, const PeerConfig& peer,
                 const std::function<void()>& admit, const Deadline& deadline);

} // namespace mirrornet
