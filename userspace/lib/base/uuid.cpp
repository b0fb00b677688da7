// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/uuid.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace mirrornet {

namespace {

constexpr std::size_t text_length = 36;

constexpr bool is_dash_place(std::size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

} // namespace

Uuid Uuid::random()
{
    Bytes bytes;
    fill_random(bytes);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
    return Uuid(bytes);
}

std::optional<Uuid> Uuid::find(std::string_view text)
{
    if (text.size() != text_length)
        return std::nullopt;
    std::string hex;
    for (std::size_t at = 0; at < text.size(); at++) {
        if (is_dash_place(at) != (text[at] == '-'))
            return std::nullopt;
        if (!is_dash_place(at))
            hex += text[at];
    }
    auto raw = from_hex(hex);
    if (!raw)
        return std::nullopt;
    Bytes bytes;
    std::copy_n(raw->begin(), bytes.size(), bytes.begin());
    return Uuid(bytes);
}

Uuid Uuid::parse(std::string_view text)
{
    if (auto uuid = find(text))
        return *uuid;
    throw Error(ExitStatus::usage, "\"" + std::string(text) +
                                       "\" is not a UUID (8-4-4-4-12 hexadecimal digits)");
}

std::string Uuid::to_string() const
{
    const std::string hex = to_hex(bytes_);
    std::string text;
    for (std::size_t at = 0; at < hex.size(); at++) {
        if (is_dash_place(text.size()))
            text += '-';
        text += hex[at];
    }
    return text;
}

} // namespace mirrornet
