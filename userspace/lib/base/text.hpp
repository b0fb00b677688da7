// SPDX-License-Identifier: GPL-2.0-or-later
//
// Small conversions of text and bytes that several rooms need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet {

std::string to_hex(std::span<const std::uint8_t> bytes); // lower case
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

// Cryptographic randomness from the kernel; never short, never predictable.
void fill_random(std::span<std::uint8_t> bytes);

// The whole text as a decimal number; nothing if there is anything else in it.
std::optional<std::int64_t> to_number(std::string_view text);

std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);

// As one word of a command line, fit to be pasted into a shell; quoted where needed.
std::string shell_quoted(std::string_view word);

// Text that came from elsewhere, fit for one line of a log: control characters
// and bytes that are not ASCII as \xNN, cut to `limit` characters.
std::string printable(std::string_view text, std::size_t limit = 200);

} // namespace mirrornet
