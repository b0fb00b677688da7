// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/tcp.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>

namespace mirrornet {

namespace {

constexpr int backlog = 128;
using Resolved = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Resolved resolve(const std::string& host, std::uint16_t port, int flags)
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(host.empty() ? nullptr : host.c_str(),
                                    std::to_string(port).c_str(), &hints, &list);
    if (error)
        throw Error(ExitStatus::unreachable, host + ": " + ::gai_strerror(error));
    return Resolved(list, &::freeaddrinfo);
}

UniqueFd new_socket(int family)
{
    UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (!fd)
        throw_errno("socket");
    return fd;
}

// That the other machine is not to blame has to be said.
[[noreturn]] void throw_unconnected(int error)
{
    if (error != ENETUNREACH && error != EADDRNOTAVAIL && error != ENETDOWN)
        throw_errno("connect", error);
    throw_errno("this node has no way there, look at its own network (ip address, ip route): connect", error);
}

UniqueFd connect_one(const addrinfo& to, const Deadline& deadline)
{
    UniqueFd fd = new_socket(to.ai_family);
    if (::connect(fd.get(), to.ai_addr, to.ai_addrlen) < 0 && errno != EINPROGRESS)
        throw_unconnected(errno);
    wait_for_fd(fd.get(), POLLOUT, deadline, "connect");
    int error = 0;
    socklen_t length = sizeof(error);
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        throw_errno("getsockopt");
    if (error)
        throw_errno("connect", error);
    set_no_delay(fd.get());
    return fd;
}

// A machine that refuses the connection is there.
bool answers(const addrinfo& at, const Deadline& deadline)
try {
    UniqueFd fd = new_socket(at.ai_family);
    int error = 0;
    socklen_t length = sizeof(error);
    if (::connect(fd.get(), at.ai_addr, at.ai_addrlen) < 0 && errno != EINPROGRESS)
        return errno == ECONNREFUSED;
    wait_for_fd(fd.get(), POLLOUT, deadline, "connect");
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length) < 0)
        throw_errno("getsockopt");
    return error == 0 || error == ECONNREFUSED;
} catch (const Error& error) {
    if (error.status() != ExitStatus::timed_out)
        throw;
    return false;
}

// A name may stand for several addresses.
UniqueFd connect_any(const addrinfo* list, const Deadline& deadline)
{
    for (;; list = list->ai_next)
        try {
            return connect_one(*list, deadline);
        } catch (const Error&) {
            if (!list->ai_next)
                throw;
        }
}

void set_flag(int fd, int level, int option)
{
    const int on = 1;
    if (::setsockopt(fd, level, option, &on, sizeof(on)) < 0)
        throw_errno("setsockopt");
}

// IPv6 sockets stay IPv6 only, so that "every address" is one socket a family. An
// address that the machine does not have yet, early at boot, is no error.
UniqueFd listen_one(const addrinfo& on, const std::string& name)
{
    UniqueFd fd = new_socket(on.ai_family);
    set_flag(fd.get(), SOL_SOCKET, SO_REUSEADDR);
    if (on.ai_family == AF_INET6) {
        set_flag(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY);
        set_flag(fd.get(), IPPROTO_IPV6, IPV6_FREEBIND);
    } else {
        set_flag(fd.get(), IPPROTO_IP, IP_FREEBIND);
    }
    if (::bind(fd.get(), on.ai_addr, on.ai_addrlen) < 0 || ::listen(fd.get(), backlog) < 0)
        throw_errno((errno == EADDRINUSE ? "another program listens there, perhaps another mirror-netd (ss -tlnp): " : "") +
                    ("cannot listen on " + name));
    return fd;
}

} // namespace

UniqueFd connect_tcp(const std::vector<Address>& addresses, std::uint16_t default_port,
                     const Deadline& deadline)
{
    std::string failures;
    for (std::size_t at = 0; at < addresses.size(); at++) {
        const Address address{addresses[at].host, addresses[at].port_or(default_port)};
        const auto share = deadline.left() / static_cast<long>(addresses.size() - at);
        const auto until = deadline.at_most(share);
        try {
            const auto list = resolve(address.host, address.port, 0);
            return connect_any(list.get(), until);
        } catch (const Error& error) {
            failures += (failures.empty() ? "" : "; ") + address.to_string() + ": " + error.what();
        }
    }
    throw Error(ExitStatus::unreachable,
                failures.empty() ? "no address is configured for it" : failures);
}

bool any_answers(const std::vector<Address>& addresses, std::uint16_t default_port,
                 const Deadline& deadline)
{
    for (std::size_t at = 0; at < addresses.size(); at++) {
        const auto share = deadline.left() / static_cast<long>(addresses.size() - at);
        Resolved list(nullptr, &::freeaddrinfo);
        try {
            list = resolve(addresses[at].host, addresses[at].port_or(default_port), 0);
        } catch (const Error&) {
            continue;
        }
        for (const addrinfo* each = list.get(); each; each = each->ai_next)
            if (answers(*each, deadline.at_most(share)))
                return true;
    }
    return false;
}

std::vector<UniqueFd> listen_tcp(const std::vector<Address>& addresses,
                                 std::uint16_t default_port)
{
    std::vector<UniqueFd> sockets;
    for (const auto& address : addresses) {
        const auto list = resolve(address.host, address.port_or(default_port), AI_PASSIVE);
        sockets.push_back(listen_one(*list, address.to_string()));
    }
    if (!addresses.empty())
        return sockets;
    // A kernel without IPv6 is no error as long as IPv4 works.
    const auto every = resolve("", default_port, AI_PASSIVE);
    for (const addrinfo* each = every.get(); each; each = each->ai_next)
        try {
            sockets.push_back(listen_one(*each, "port " + std::to_string(default_port)));
        } catch (const Error&) {
            if (each->ai_family != AF_INET6)
                throw;
        }
    return sockets;
}

void set_no_delay(int fd)
{
    set_flag(fd, IPPROTO_TCP, TCP_NODELAY);
}

std::uint16_t local_port(int fd)
{
    sockaddr_storage address{};
    socklen_t length = sizeof(address);
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) < 0)
        throw_errno("getsockname");
    const auto port = address.ss_family == AF_INET6
                          ? reinterpret_cast<sockaddr_in6*>(&address)->sin6_port
                          : reinterpret_cast<sockaddr_in*>(&address)->sin_port;
    return ntohs(port);
}

std::string peer_of(int fd)
{
    sockaddr_storage address{};
    socklen_t length = sizeof(address);
    char host[NI_MAXHOST], port[NI_MAXSERV];
    if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &length) < 0 ||
        ::getnameinfo(reinterpret_cast<sockaddr*>(&address), length, host, sizeof(host), port,
                      sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return "an unknown address";
    return Address{host, 0}.to_string() + " port " + port;
}

} // namespace mirrornet
