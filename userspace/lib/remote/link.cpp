// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/link.hpp"

#include "remote/ktls.hpp"
#include "remote/reach.hpp"

namespace mirrornet {

namespace {

UniqueFd take_over(LineStream stream, Encryption agreed)
{
    auto tls = std::move(stream).release();
    return agreed == Encryption::none ? hand_to_kernel_plain(std::move(tls))
                                      : hand_to_kernel_tls(std::move(tls));
}

// Before the go: afterwards nothing can be said any more.
void require_kernel_tls(Encryption agreed)
{
    if (agreed == Encryption::tls && !kernel_has_tls())
        throw Error(ExitStatus::refused,
                    "the kernel of this node has no TLS for sockets (modprobe tls), and "
                    "encryption none is not set at both nodes");
}

Encryption check(const Hello& hello, const PeerConfig& peer, const std::function<void()>& admit)
{
    if (hello.node != peer.id)
        throw Error(ExitStatus::not_permitted, "the greeting names another node than the key");
    if (!peer.may.allows(Permission::replicate))
        throw Error(ExitStatus::not_permitted,
                    "node " + peer.name + " is not trusted to replicate; grant it: mirrorctl "
                                          "node trust " + peer.name + " --may " +
                        to_string(peer.may.with(Permission::replicate)));
    const auto agreed = agree(peer.encryption(), hello.encryption);
    require_kernel_tls(agreed);
    admit();
    return agreed;
}

} // namespace

bool connects(const NodeId& self, const NodeId& peer)
{
    return self < peer;
}

Link initiate_link(const NodeConfig& self, const PeerConfig& peer, const Key& key,
                   const VolumeId& volume, const Deadline& deadline, std::uint64_t renew)
{
    const Hello hello{renew ? Purpose::renewal : Purpose::mirror, volume, self.id, peer.encryption(),
                      renew};
    require_kernel_tls(hello.encryption);
    LineStream stream(reach(peer.addresses, self.id, key, deadline), longest_greeting);
    stream.write(hello.print(), deadline);
    const auto answer = stream.read(deadline);
    if (!answer)
        throw Error(ExitStatus::unreachable, "it ended the connection");
    const auto agreed = parse_answer(*answer, hello.encryption);
    return {volume, peer.id, take_over(std::move(stream), agreed), true,
            agreed == Encryption::tls, renew};
}

Link accept_link(LineStream stream, const Hello& hello, const PeerConfig& peer,
                 const std::function<void()>& admit, const Deadline& deadline)
{
    Encryption agreed;
    try {
        agreed = check(hello, peer, admit);
    } catch (const Error& error) {
        stream.write(print_refusal(error), deadline);
        throw;
    }
    stream.write(print_go(agreed), deadline);
    return {hello.volume, peer.id, take_over(std::move(stream), agreed), false,
            agreed == Encryption::tls, hello.renew};
}

} // namespace mirrornet
