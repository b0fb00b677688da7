// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "remote/tls.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mirrornet {

constexpr std::size_t longest_line = 1 << 20; // bytes, with its newline

// Cuts a stream of bytes into lines and never holds more than one too many.
class LineBuffer {
public:
    explicit LineBuffer(std::size_t limit = longest_line) : limit_(limit) {}

    void feed(std::string_view bytes);
    // The next whole line without its newline. Error(usage) if it is too long.
    std::optional<std::string> take();
    bool empty() const { return bytes_.empty(); }

private:
    std::size_t limit_;
    std::size_t searched_ = 0; // no newline before here
    std::string bytes_;
};

// Lines over a TLS stream.
class LineStream {
public:
    explicit LineStream(TlsStream stream, std::size_t limit = longest_line)
        : stream_(std::move(stream)), lines_(limit)
    {
    }

    // Nothing at the end of the stream; half a line before it is dropped.
    std::optional<std::string> read(const Deadline& deadline);
    void write(const std::string& line, const Deadline& deadline); // adds the newline
    void wait_readable(const Deadline& deadline);

    const TlsStream& tls() const { return stream_; }

    // The bare stream; Error(internal) if something was received and not read.
    TlsStream release() &&;

private:
    TlsStream stream_;
    LineBuffer lines_;
};

// One line of JSON from a stranger: bounded nesting, an object at the top.
// Error(usage) if it is anything else.
nlohmann::json parse_object(std::string_view line);

// On one line; bytes that are no UTF-8 are replaced.
std::string print_object(const nlohmann::json& value);

} // namespace mirrornet
