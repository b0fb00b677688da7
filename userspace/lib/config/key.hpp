// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mirrornet {

// The secret that two nodes share. Wiped when it goes; never printed but into
// its file.
class Key {
public:
    static constexpr std::size_t size = 32;

    static Key random();
    static Key parse(std::string_view text); // 64 hex digits; Error(usage) without the text
    ~Key();
    Key(const Key&) = default;
    Key& operator=(const Key&) = default;

    std::span<const std::uint8_t, size> bytes() const { return bytes_; }
    std::string to_file_text() const; // 64 hex digits and a newline
    bool operator==(const Key& other) const; // in constant time

private:
    Key() = default;
    std::array<std::uint8_t, size> bytes_{};
};

} // namespace mirrornet
