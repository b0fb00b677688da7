// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/address.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>

namespace mirrornet {

namespace {

constexpr std::size_t longest_host = 253; // of a DNS name

[[noreturn]] void refuse(std::string_view text)
{
    throw Error(ExitStatus::usage,
                "\"" + printable(text, 80) +
                    "\" is not an address; allowed: HOST, HOST:PORT, IPV6 or [IPV6]:PORT");
}

bool is_host(std::string_view host)
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == '_';
    };
    return !host.empty() && host.size() <= longest_host && host.front() != '-' &&
           std::all_of(host.begin(), host.end(), allowed);
}

// An IPv6 address may carry a zone ("fe80::1%eth0").
bool is_ipv6(std::string_view host)
{
    in6_addr address;
    const auto zone = host.find('%');
    const std::string text(host.substr(0, zone));
    return ::inet_pton(AF_INET6, text.c_str(), &address) == 1 &&
           (zone == std::string_view::npos || is_host(host.substr(zone + 1)));
}

std::uint16_t parse_port(std::string_view port, std::string_view whole)
{
    const auto number = to_number(port);
    if (!number || *number < 1 || *number > 65535)
        refuse(whole);
    return static_cast<std::uint16_t>(*number);
}

Address parse_bracketed(std::string_view text)
{
    const auto end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1)))
        refuse(text);
    Address address{std::string(text.substr(1, end - 1)), 0};
    const auto rest = text.substr(end + 1);
    if (rest.empty())
        return address;
    if (rest.front() != ':')
        refuse(text);
    address.port = parse_port(rest.substr(1), text);
    return address;
}

} // namespace

Address Address::parse(std::string_view text)
{
    if (text.starts_with('['))
        return parse_bracketed(text);
    if (is_ipv6(text))
        return {std::string(text), 0};
    const auto colon = text.find(':');
    const auto host = text.substr(0, colon);
    if (!is_host(host))
        refuse(text);
    if (colon == std::string_view::npos)
        return {std::string(host), 0};
    return {std::string(host), parse_port(text.substr(colon + 1), text)};
}

std::string Address::to_string() const
{
    const bool v6 = host.find(':') != std::string_view::npos;
    if (port == 0)
        return host;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

} // namespace mirrornet
