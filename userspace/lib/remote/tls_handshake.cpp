// SPDX-License-Identifier: GPL-2.0-or-later
//
// The handshake: who is there, and what was agreed.
#include "remote/tls_impl.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/tcp.hpp"

#include <algorithm>
#include <poll.h>

namespace mirrornet {

using tls::check;

namespace {

// One suite: what kTLS takes over, without a limit of records that a long-lived
// link would reach, and with the hash (SHA-256) that the external PSK is bound to.
// (Signatures are never made: GnuTLS refuses priorities without any.)
constexpr const char* priority = "NONE:+VERS-TLS1.3:+CHACHA20-POLY1305:+AEAD:+ECDHE-PSK:"
                                 "+GROUP-X25519:+GROUP-SECP256R1:+SIGN-ALL";

// kTLS cannot follow a change of keys, so none may happen behind its back.
constexpr unsigned common_flags =
    GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS | GNUTLS_NO_AUTO_REKEY | GNUTLS_NO_SIGNAL;

constexpr std::size_t longest_handshake_message = 4096;

} // namespace

void tls::check(int result, const char* what)
{
    if (result < 0)
        throw Error(ExitStatus::internal, std::string(what) + ": " + ::gnutls_strerror(result));
}

TlsStream::Impl::Impl(UniqueFd socket, unsigned role) : fd(std::move(socket))
{
    gnutls_session_t raw = nullptr;
    check(::gnutls_init(&raw, role | common_flags), "gnutls_init");
    session.reset(raw);
    check(::gnutls_priority_set_direct(raw, priority, nullptr), "TLS priorities");
    ::gnutls_handshake_set_max_packet_length(raw, longest_handshake_message);
    ::gnutls_session_set_ptr(raw, this);
    ::gnutls_transport_set_int(raw, fd.get());
    set_no_delay(fd.get());
}

void TlsStream::Impl::become_client(const NodeId& self, const Key& key)
{
    gnutls_psk_client_credentials_t raw = nullptr;
    check(::gnutls_psk_allocate_client_credentials(&raw), "TLS credentials");
    client.reset(raw);
    const auto name = self.to_string();
    const gnutls_datum_t datum = {const_cast<unsigned char*>(key.bytes().data()), Key::size};
    check(::gnutls_psk_set_client_credentials(raw, name.c_str(), &datum, GNUTLS_PSK_KEY_RAW),
          "TLS credentials");
    check(::gnutls_credentials_set(session.get(), GNUTLS_CRD_PSK, raw), "TLS credentials");
}

void TlsStream::Impl::become_server()
{
    gnutls_psk_server_credentials_t raw = nullptr;
    check(::gnutls_psk_allocate_server_credentials(&raw), "TLS credentials");
    server.reset(raw);
    ::gnutls_psk_set_server_credentials_function2(raw, &Impl::find_key);
    check(::gnutls_credentials_set(session.get(), GNUTLS_CRD_PSK, raw), "TLS credentials");
}

// Called by GnuTLS. 1 makes it go on with a random key, so that the other side
// cannot tell an unknown node from a wrong key. No exception may pass.
int TlsStream::Impl::find_key(gnutls_session_t session, const gnutls_datum_t* identity,
                              gnutls_datum_t* key)
try {
    auto& impl = *static_cast<Impl*>(::gnutls_session_get_ptr(session));
    const std::string_view text(reinterpret_cast<const char*>(identity->data), identity->size);
    const auto node = Uuid::find(text);
    const auto found = node ? impl.lookup(*node) : std::nullopt;
    if (!found) {
        impl.refusal = "node " + printable(text, 40) + " is not trusted here";
        return 1;
    }
    key->data = static_cast<unsigned char*>(::gnutls_malloc(Key::size));
    if (!key->data)
        return -1;
    key->size = Key::size;
    std::copy(found->bytes().begin(), found->bytes().end(), key->data);
    impl.initiator = *node;
    return 0;
} catch (const std::exception& error) {
    static_cast<Impl*>(::gnutls_session_get_ptr(session))->refusal = error.what();
    return -1;
}

void TlsStream::Impl::wait(const Deadline& deadline, const char* what)
{
    const short events = ::gnutls_record_get_direction(session.get()) ? POLLOUT : POLLIN;
    wait_for_fd(fd.get(), events, deadline, what);
}

void TlsStream::Impl::fail_handshake(int error)
{
    // A courtesy that costs nothing: the other side then knows why.
    ::gnutls_alert_send_appropriate(session.get(), error);
    if (!refusal.empty())
        throw Error(ExitStatus::not_permitted, refusal);
    if (error == GNUTLS_E_PREMATURE_TERMINATION || error == GNUTLS_E_PULL_ERROR ||
        error == GNUTLS_E_PUSH_ERROR)
        throw Error(ExitStatus::unreachable,
                    "the other side ended the connection during the handshake");
    std::string message = ::gnutls_strerror(error);
    if (error == GNUTLS_E_FATAL_ALERT_RECEIVED)
        message = std::string("the other side refused: ") +
                  ::gnutls_alert_get_name(::gnutls_alert_get(session.get()));
    throw Error(ExitStatus::not_permitted,
                "TLS handshake failed (" + message +
                    "); the two nodes do not share a key, or the other side is no node at all. "
                    "Enter the token that one of them printed on the other (mirrorctl node trust "
                    "--token-file), or give both the same key (mirrorctl node key)");
}

void TlsStream::Impl::handshake(const Deadline& deadline)
{
    for (;;) {
        const int result = ::gnutls_handshake(session.get());
        if (result == GNUTLS_E_SUCCESS)
            break;
        if (result == GNUTLS_E_AGAIN)
            wait(deadline, "TLS handshake");
        else if (result != GNUTLS_E_INTERRUPTED && ::gnutls_error_is_fatal(result))
            fail_handshake(result);
    }
    require_pair_key();
}

// The priorities allow nothing else; this makes sure that it stays so.
void TlsStream::Impl::require_pair_key()
{
    if (::gnutls_protocol_get_version(session.get()) != GNUTLS_TLS1_3 ||
        ::gnutls_auth_get_type(session.get()) != GNUTLS_CRD_PSK ||
        ::gnutls_kx_get(session.get()) != GNUTLS_KX_ECDHE_PSK ||
        ::gnutls_session_is_resumed(session.get()) || (server && !initiator))
        throw Error(ExitStatus::internal, "TLS agreed on something that was not offered");
}

} // namespace mirrornet
