// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/addresses.hpp"

#include "base/error.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netinet/in.h>
#include <optional>

namespace mirrornet::ops {

namespace {

struct FreeList {
    void operator()(ifaddrs* list) const { ::freeifaddrs(list); }
};

std::optional<std::string> text_of(const ifaddrs& interface)
{
    char text[INET6_ADDRSTRLEN];
    if (!interface.ifa_addr || !(interface.ifa_flags & IFF_UP) ||
        (interface.ifa_flags & IFF_LOOPBACK))
        return std::nullopt;
    if (interface.ifa_addr->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(interface.ifa_addr);
        return ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    }
    if (interface.ifa_addr->sa_family != AF_INET6)
        return std::nullopt;
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(interface.ifa_addr);
    if (IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr))
        return std::nullopt;
    return ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
}

} // namespace

std::vector<Address> own_addresses(const NodeConfig& self)
{
    std::vector<Address> found;
    for (const auto& address : self.listen)
        found.push_back({address.host, address.port_or(self.port())});
    if (!found.empty())
        return found;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0)
        throw_errno("cannot list the addresses of this machine");
    const std::unique_ptr<ifaddrs, FreeList> list(first);
    for (const ifaddrs* at = first; at; at = at->ifa_next)
        if (auto host = text_of(*at))
            found.push_back({*host, self.port()});
    return found;
}

} // namespace mirrornet::ops
