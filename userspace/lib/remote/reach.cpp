// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/reach.hpp"

#include "base/error.hpp"
#include "model/records.hpp"
#include "remote/tcp.hpp"

namespace mirrornet {

namespace {

TlsStream reach_one(const Address& address, const NodeId& self, const Key& key,
                    const Deadline& deadline)
{
    return TlsStream::connect(connect_tcp({address}, default_port(), deadline), self, key,
                              deadline);
}

// Of connect_tcp() it begins with the address.
std::string why(const Address& address, const Error& error)
{
    const std::string text = error.what();
    const auto shown = Address{address.host, address.port_or(default_port())}.to_string();
    return text.starts_with(shown) ? text : shown + ": " + text;
}

} // namespace

TlsStream reach(const std::vector<Address>& addresses, const NodeId& self, const Key& key,
                const Deadline& deadline)
{
    std::string failures;
    for (std::size_t at = 0; at < addresses.size(); at++) {
        const auto left = static_cast<long>(addresses.size() - at);
        try {
            return reach_one(addresses[at], self, key, deadline.at_most(deadline.left() / left));
        } catch (const Error& error) {
            if (addresses.size() == 1)
                throw;
            failures += (failures.empty() ? "" : "; ") + why(addresses[at], error);
        }
    }
    throw Error(ExitStatus::unreachable,
                failures.empty() ? "no address is configured for it" : failures);
}

} // namespace mirrornet
