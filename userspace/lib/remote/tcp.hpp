// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/deadline.hpp"
#include "base/fd.hpp"
#include "model/address.hpp"

#include <string>
#include <vector>

struct sockaddr;

namespace mirrornet {

// Sockets are non-blocking, close-on-exec and without Nagle's delay.

// Connects to the first address that answers, in the order given; each gets its
// share of the time. Error(unreachable) says for each address why not.
UniqueFd connect_tcp(const std::vector<Address>& addresses, std::uint16_t default_port,
                     const Deadline& deadline);

// Does any of the addresses answer, be it that nobody listens there? False: silence on all of them
// until the deadline. A name that cannot be resolved is silence.
bool any_answers(const std::vector<Address>& addresses, std::uint16_t default_port,
                 const Deadline& deadline);

// Listens on the addresses; with none given, on every IPv6 and IPv4 address.
std::vector<UniqueFd> listen_tcp(const std::vector<Address>& addresses,
                                 std::uint16_t default_port);

void set_no_delay(int fd);
std::uint16_t local_port(int fd);
std::string peer_of(int fd); // "192.0.2.1:40000", for messages

} // namespace mirrornet
