// SPDX-License-Identifier: GPL-2.0-or-later
//
// Times of the wall clock, in seconds since the epoch, as files and command lines have them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mirrornet {

std::uint64_t now_s();

std::string utc_text(std::uint64_t seconds); // "2026-11-24T02:00:00Z"

// "2026-11-24 02:00", with or without seconds, a T or a blank in between; of this machine's time zone, or of
// UTC with a Z behind it. Error(usage), also for a day or hour that there is not.
std::uint64_t parse_time(std::string_view text);

// "90m", "2h", "1h30m", "3d", "45s": seconds, 1 to 366 days. Error(usage).
std::uint64_t parse_duration(std::string_view text);

} // namespace mirrornet
