// SPDX-License-Identifier: GPL-2.0-or-later
//
// Inside of TlsStream, for tls*.cpp alone.
#pragma once

#include "remote/tls.hpp"

#include <gnutls/gnutls.h>
#include <type_traits>

namespace mirrornet {

namespace tls {

template <auto free_function> struct Free {
    template <typename T> void operator()(T* object) const { free_function(object); }
};

using Session = std::unique_ptr<gnutls_session_int, Free<::gnutls_deinit>>;
using ClientCredentials =
    std::unique_ptr<std::remove_pointer_t<gnutls_psk_client_credentials_t>,
                    Free<::gnutls_psk_free_client_credentials>>;
using ServerCredentials =
    std::unique_ptr<std::remove_pointer_t<gnutls_psk_server_credentials_t>,
                    Free<::gnutls_psk_free_server_credentials>>;

void check(int result, const char* what); // Error(internal) of a negative result

} // namespace tls

// Lives on the heap: GnuTLS holds a pointer to it.
struct TlsStream::Impl {
    UniqueFd fd;
    tls::ClientCredentials client;
    tls::ServerCredentials server;
    tls::Session session; // after the credentials: it goes first
    KeyLookup lookup;
    std::optional<NodeId> initiator;
    std::string refusal; // why lookup found no key

    Impl(UniqueFd socket, unsigned role);
    void become_client(const NodeId& self, const Key& key);
    void become_server();
    void handshake(const Deadline& deadline);
    void wait(const Deadline& deadline, const char* what);
    void require_pair_key();
    [[noreturn]] void fail_handshake(int error);
    RecordState state(unsigned read) const;
    static int find_key(gnutls_session_t session, const gnutls_datum_t* identity,
                        gnutls_datum_t* key);
};

} // namespace mirrornet
