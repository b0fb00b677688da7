// SPDX-License-Identifier: GPL-2.0-or-later
//
// The stream after the handshake, and its end.
#include "remote/tls_impl.hpp"

#include "base/error.hpp"
#include "remote/tcp.hpp"

#include <algorithm>
#include <cstring>
#include <poll.h>

namespace mirrornet {

using tls::check;

RecordState::~RecordState()
{
    ::explicit_bzero(key.data(), key.size());
    ::explicit_bzero(iv.data(), iv.size());
}

RecordState TlsStream::Impl::state(unsigned read) const
{
    gnutls_datum_t iv{}, key{};
    RecordState state{};
    check(::gnutls_record_get_state(session.get(), read, nullptr, &iv, &key,
                                    state.sequence.data()),
          "TLS state");
    if (key.size != state.key.size() || iv.size != state.iv.size())
        throw Error(ExitStatus::internal, "TLS uses a cipher that was not offered");
    std::copy_n(key.data, key.size, state.key.begin());
    std::copy_n(iv.data, iv.size, state.iv.begin());
    return state;
}

TlsStream::TlsStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsStream::TlsStream(TlsStream&&) noexcept = default;
TlsStream::~TlsStream() = default;

TlsStream TlsStream::connect(UniqueFd fd, const NodeId& self, const Key& key,
                             const Deadline& deadline)
{
    auto impl = std::make_unique<Impl>(std::move(fd), GNUTLS_CLIENT);
    impl->become_client(self, key);
    impl->handshake(deadline);
    return TlsStream(std::move(impl));
}

TlsStream TlsStream::accept(UniqueFd fd, KeyLookup lookup, const Deadline& deadline)
{
    auto impl = std::make_unique<Impl>(std::move(fd), GNUTLS_SERVER);
    impl->lookup = std::move(lookup);
    impl->become_server();
    impl->handshake(deadline);
    return TlsStream(std::move(impl));
}

const NodeId& TlsStream::initiator() const
{
    return impl_->initiator.value();
}

std::size_t TlsStream::read_some(std::span<char> into, const Deadline& deadline)
{
    for (;;) {
        const auto got = ::gnutls_record_recv(impl_->session.get(), into.data(), into.size());
        if (got >= 0)
            return static_cast<std::size_t>(got);
        if (got == GNUTLS_E_AGAIN)
            impl_->wait(deadline, "waiting for the other side");
        else if (got == GNUTLS_E_PREMATURE_TERMINATION || got == GNUTLS_E_PULL_ERROR)
            return 0;
        else if (::gnutls_error_is_fatal(static_cast<int>(got)))
            throw Error(ExitStatus::unreachable,
                        std::string("the connection broke: ") +
                            ::gnutls_strerror(static_cast<int>(got)));
    }
}

void TlsStream::write_all(std::string_view bytes, const Deadline& deadline)
{
    while (!bytes.empty()) {
        const auto put = ::gnutls_record_send(impl_->session.get(), bytes.data(), bytes.size());
        if (put >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(put));
        else if (put == GNUTLS_E_AGAIN)
            impl_->wait(deadline, "sending to the other side");
        else if (::gnutls_error_is_fatal(static_cast<int>(put)))
            throw Error(ExitStatus::unreachable,
                        std::string("the connection broke: ") +
                            ::gnutls_strerror(static_cast<int>(put)));
    }
}

void TlsStream::wait_readable(const Deadline& deadline)
{
    if (::gnutls_record_check_pending(impl_->session.get()) == 0)
        wait_for_fd(impl_->fd.get(), POLLIN, deadline, "waiting for the other side");
}

int TlsStream::fd() const
{
    return impl_->fd.get();
}

std::string TlsStream::peer() const
{
    return peer_of(impl_->fd.get());
}

RecordState TlsStream::sending() const
{
    return impl_->state(0);
}

RecordState TlsStream::receiving() const
{
    return impl_->state(1);
}

void TlsStream::require_nothing_pending() const
{
    if (::gnutls_record_check_pending(impl_->session.get()) != 0)
        throw Error(ExitStatus::internal,
                    "the other side sent more than the protocol allows before the hand-over");
}

UniqueFd TlsStream::release() &&
{
    return std::move(impl_->fd);
}

} // namespace mirrornet
