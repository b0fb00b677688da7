// SPDX-License-Identifier: GPL-2.0-or-later
//
// Times and amounts as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace mirrornet::ops {

std::uint64_t now_ns(); // since the epoch

std::string local_time(std::uint64_t ns); // "2026-11-21 20:33:05"; "-" for 0
std::string duration(std::uint64_t seconds); // "45 s", "3 min 20 s", "2 h 5 min", "3 d 4 h"
std::string amount(std::uint64_t bytes);     // "512 B", "1.5 MiB", "8.0 GiB"

} // namespace mirrornet::ops
