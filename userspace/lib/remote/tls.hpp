// SPDX-License-Identifier: GPL-2.0-or-later
//
// An authenticated and encrypted connection: TLS 1.3 with a key that exactly two
// nodes share, and an ephemeral exchange on top, so that a key that leaks later
// opens no recorded session. The identity sent is the initiator's node UUID.
#pragma once

#include "base/deadline.hpp"
#include "base/fd.hpp"
#include "config/key.hpp"
#include "model/names.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace mirrornet {

// What kTLS needs of one direction: ChaCha20-Poly1305.
struct RecordState {
    std::array<std::uint8_t, 32> key;
    std::array<std::uint8_t, 12> iv;
    std::array<std::uint8_t, 8> sequence; // of the next record, big-endian
    ~RecordState();
};

class TlsStream {
public:
    // The key shared with that node; nothing if it is not trusted.
    using KeyLookup = std::function<std::optional<Key>(const NodeId&)>;

    // Handshakes. Error(not_permitted) when the two do not share a key,
    // (unreachable) when the other side ends the connection, (timed_out).
    static TlsStream connect(UniqueFd fd, const NodeId& self, const Key& key,
                             const Deadline& deadline);
    static TlsStream accept(UniqueFd fd, KeyLookup lookup, const Deadline& deadline);

    TlsStream(TlsStream&&) noexcept;
    ~TlsStream();

    // Who the other side proved to be; of an accepted connection only.
    const NodeId& initiator() const;

    // At least one byte; 0 only at an orderly or abrupt end of the stream.
    std::size_t read_some(std::span<char> into, const Deadline& deadline);
    void write_all(std::string_view bytes, const Deadline& deadline);

    // Waits until read_some() would not; true if it has something already.
    void wait_readable(const Deadline& deadline);

    int fd() const;
    std::string peer() const; // address, for messages

    // The end of TLS in userspace, without a word to the other side: state of
    // both directions and the socket for whoever goes on. Error(internal) if
    // something received was not read.
    RecordState sending() const;
    RecordState receiving() const;
    void require_nothing_pending() const;
    UniqueFd release() &&;

private:
    struct Impl;
    explicit TlsStream(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace mirrornet
