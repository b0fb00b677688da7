// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/ktls.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/tcp.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#ifndef SOL_TLS
#define SOL_TLS 282
#endif

namespace mirrornet {

namespace {

constexpr char ulp_name[] = "tls";

using CryptoInfo = tls12_crypto_info_chacha20_poly1305;
static_assert(sizeof(CryptoInfo::key) == sizeof(RecordState::key));
static_assert(sizeof(CryptoInfo::iv) == sizeof(RecordState::iv));
static_assert(sizeof(CryptoInfo::rec_seq) == sizeof(RecordState::sequence));

void install(int fd, int direction, const RecordState& state)
{
    CryptoInfo crypto{};
    crypto.info.version = TLS_1_3_VERSION;
    crypto.info.cipher_type = TLS_CIPHER_CHACHA20_POLY1305;
    std::copy(state.key.begin(), state.key.end(), crypto.key);
    std::copy(state.iv.begin(), state.iv.end(), crypto.iv);
    std::copy(state.sequence.begin(), state.sequence.end(), crypto.rec_seq);
    const int result = ::setsockopt(fd, SOL_TLS, direction, &crypto, sizeof(crypto));
    const int error = errno;
    ::explicit_bzero(&crypto, sizeof(crypto));
    if (result < 0)
        throw_errno("the kernel refuses TLS 1.3 with ChaCha20-Poly1305 on a socket; "
                    "module chacha20poly1305 may be missing",
                    error);
}

void start_tls(int fd)
{
    if (::setsockopt(fd, IPPROTO_TCP, TCP_ULP, ulp_name, sizeof(ulp_name)) < 0)
        throw_errno("the kernel has no TLS for sockets (modprobe tls)");
}

} // namespace

bool kernel_has_tls()
{
    UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP));
    // The name is looked up before the state of the socket is, which is wrong here.
    return fd && ::setsockopt(fd.get(), IPPROTO_TCP, TCP_ULP, ulp_name, sizeof(ulp_name)) < 0 &&
           errno == ENOTCONN;
}

void warm_up_kernel_tls()
{
    const Address loopback{"127.0.0.1", 0};
    const auto listeners = listen_tcp({loopback}, 0);
    const auto port = local_port(listeners.front().get());
    const auto fd = connect_tcp({loopback}, port, Deadline(std::chrono::seconds(10)));
    RecordState state{};
    fill_random(state.key); // of a connection that carries nothing
    start_tls(fd.get());
    install(fd.get(), TLS_TX, state);
}

UniqueFd hand_to_kernel_tls(TlsStream stream)
{
    stream.require_nothing_pending();
    start_tls(stream.fd());
    install(stream.fd(), TLS_TX, stream.sending());
    install(stream.fd(), TLS_RX, stream.receiving());
    return std::move(stream).release();
}

UniqueFd hand_to_kernel_plain(TlsStream stream)
{
    stream.require_nothing_pending();
    return std::move(stream).release();
}

} // namespace mirrornet
