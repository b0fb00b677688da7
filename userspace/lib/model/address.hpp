// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mirrornet {

// Where a node listens or is reached: HOST, HOST:PORT or [IPV6]:PORT. Port 0
// means that the port was not named and the default applies.
struct Address {
    std::string host; // IPv4, IPv6 (without brackets) or a name
    std::uint16_t port = 0;

    static Address parse(std::string_view text); // Error(usage) if malformed
    std::string to_string() const;
    std::uint16_t port_or(std::uint16_t fallback) const { return port ? port : fallback; }
    bool operator==(const Address&) const = default;
};

} // namespace mirrornet
