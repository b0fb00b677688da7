// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/acceptor.hpp"

#include "mirror-netd/log.hpp"
#include "remote/greeting.hpp"
#include "remote/tcp.hpp"

#include <sys/socket.h>

namespace mirrornet::netd {

namespace {

// What makes no sense gets an answer: it may come from another version.
Hello greeting(LineStream& stream, const std::string& line, const Deadline& deadline)
try {
    return Hello::parse(line);
} catch (const Error& error) {
    stream.write(print_refusal(error), deadline);
    throw;
}

} // namespace

Acceptor::Acceptor(EventLoop& loop, const ConfigStore& store, KernelView& kernel,
                   const RpcDispatcher& methods, int cancel, AcceptorLimits limits)
    : loop_(loop), store_(store), kernel_(kernel), methods_(methods), cancel_(cancel),
      limits_(limits), strangers_(limits.strangers), controls_(limits.controls),
      workers_(limits.strangers.inside + limits.controls.inside)
{
}

void Acceptor::listen(const std::vector<Address>& addresses, std::uint16_t port)
{
    close(); // the new ones may need the same ports
    for (auto& fd : listen_tcp(addresses, port)) {
        const int raw = fd.get();
        listeners_.push_back(
            {std::move(fd), loop_.on_readable(raw, [this, raw] { accept_from(raw); })});
    }
}

void Acceptor::close()
{
    for (auto& listener : listeners_)
        listener.source = {};
    listeners_.clear();
}

std::uint16_t Acceptor::port() const
{
    return local_port(listeners_.at(0).fd.get());
}

// One per call: the event loop comes back while there are more, and looks after
// everything else in between.
void Acceptor::accept_from(int listener)
{
    sockaddr_storage address{};
    socklen_t length = sizeof(address);
    UniqueFd fd(::accept4(listener, reinterpret_cast<sockaddr*>(&address), &length,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd)
        return; // the stranger has gone again
    auto pass = strangers_.enter(visitor_of(address));
    if (!pass)
        return; // closing is all the answer that too many get
    const auto from = peer_of(fd.get());
    auto guest = std::make_shared<Guest>(Guest{std::move(fd), std::move(pass), from});
    workers_.start([this, guest] { serve(*guest); });
}

// In a thread of its own, as is everything below.
void Acceptor::serve(Guest& guest)
{
    try {
        const Deadline deadline(limits_.handshake, cancel_);
        LineStream stream(authenticate(guest, deadline));
        serve_authenticated(guest, std::move(stream), deadline);
    } catch (const LinkUnwanted&) { // as it shall be
    } catch (const std::exception& error) {
        log(Priority::notice, "connection from {} ended: {}", guest.name, error.what());
    }
}

TlsStream Acceptor::authenticate(Guest& guest, const Deadline& deadline)
{
    const auto lookup = [this](const NodeId& id) -> std::optional<Key> {
        const auto peer = store_.find_peer(id);
        return peer ? store_.find_key(peer->name) : store_.find_forgotten_key(id);
    };
    try {
        return TlsStream::accept(std::move(guest.fd), lookup, deadline);
    } catch (...) {
        guest.pass->failed();
        throw;
    }
}

// It has proved with its old key who it is, and that gets it this sentence.
void Acceptor::refuse_forgotten(LineStream& stream, const Deadline& deadline) const
{
    const auto id = stream.tls().initiator();
    const auto known = store_.find_forgotten(id);
    const Error refusal(ExitStatus::not_permitted,
                        "node " + store_.load_node().name + " has forgotten this node" +
                            (known ? ", which it knew as " + known->name : "") +
                            ": it mirrors nothing to or from here any more, and another copy may have taken the place of "
                            "the one here; keep what you need of it, then delete the volume here, or have both nodes trust "
                            "each other again (mirrorctl node trust)");
    stream.write(print_refusal(refusal), deadline);
    throw Error(ExitStatus::not_permitted, "node " + (known ? known->name : id.to_string()) + " was forgotten here, and was told so");
}

void Acceptor::serve_authenticated(Guest& guest, LineStream stream, const Deadline& deadline)
{
    const auto peer = store_.find_peer(stream.tls().initiator());
    const auto line = stream.read(deadline);
    if (!line)
        return;
    if (!peer)
        refuse_forgotten(stream, deadline);
    guest.pass.reset();
    guest.name = "node " + peer->name + " (" + guest.name + ")";
    const auto hello = greeting(stream, *line, deadline);
    if (hello.purpose == Purpose::control)
        return serve_control_to(*peer, std::move(stream), deadline);
    const MirrorKey mirror{hello.volume, peer->id};
    const auto admit = [&] {
        hello.renew ? kernel_.admit_renewal(mirror) : kernel_.admit(mirror);
    };
    kernel_.attach(accept_link(std::move(stream), hello, *peer, admit, deadline));
    log(Priority::info, "{}@{}: link {}", store_.display_name(hello.volume), peer->name,
        hello.renew ? "got a new connection" : "accepted");
}

void Acceptor::serve_control_to(const PeerConfig& peer, LineStream stream,
                                const Deadline& deadline)
{
    const auto pass = controls_.enter(peer.id.to_string());
    if (!pass) {
        const Error busy(ExitStatus::in_use, "too many control connections; try again later");
        stream.write(print_refusal(busy), deadline);
        throw busy;
    }
    stream.write(print_go(Encryption::tls), deadline);
    serve_control(
        stream, methods_, [&] { return rpc_peer(peer.id); }, cancel_, limits_.control);
}

// Read anew for every request: trust may be taken away meanwhile.
RpcPeer Acceptor::rpc_peer(const NodeId& id) const
{
    const auto peer = store_.find_peer(id);
    if (!peer)
        throw Error(ExitStatus::not_permitted, "the node is no longer trusted here");
    return {peer->name, peer->id, peer->may};
}

} // namespace mirrornet::netd
