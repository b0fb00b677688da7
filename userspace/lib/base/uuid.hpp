// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mirrornet {

// 128 bits in the order they are written: comparison is that of the text.
class Uuid {
public:
    using Bytes = std::array<std::uint8_t, 16>;

    constexpr Uuid() = default; // nil
    constexpr explicit Uuid(const Bytes& bytes) : bytes_(bytes) {}

    static Uuid random();                                     // version 4
    static std::optional<Uuid> find(std::string_view text);   // nothing if malformed
    static Uuid parse(std::string_view text);                 // Error(usage) if malformed

    const Bytes& bytes() const noexcept { return bytes_; }
    bool is_nil() const noexcept { return bytes_ == Bytes{}; }
    std::string to_string() const; // 8-4-4-4-12, lower case

    auto operator<=>(const Uuid&) const = default;

private:
    Bytes bytes_{};
};

} // namespace mirrornet

template <> struct std::hash<mirrornet::Uuid> {
    std::size_t operator()(const mirrornet::Uuid& uuid) const noexcept
    {
        const auto& bytes = uuid.bytes();
        return std::hash<std::string_view>{}(
            {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
};
