// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/clock.hpp"

#include <ctime>
#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

constexpr std::uint64_t ns_per_second = 1'000'000'000;

} // namespace

std::uint64_t now_ns()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * ns_per_second +
           static_cast<std::uint64_t>(now.tv_nsec);
}

std::string local_time(std::uint64_t ns)
{
    if (ns == 0)
        return "-";
    const auto seconds = static_cast<std::time_t>(ns / ns_per_second);
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    return text;
}

std::string duration(std::uint64_t seconds)
{
    constexpr std::uint64_t minute = 60, hour = 60 * minute, day = 24 * hour;
    if (seconds < minute)
        return fmt::format("{} s", seconds);
    if (seconds < hour)
        return fmt::format("{} min {} s", seconds / minute, seconds % minute);
    if (seconds < day)
        return fmt::format("{} h {} min", seconds / hour, seconds % hour / minute);
    return fmt::format("{} d {} h", seconds / day, seconds % day / hour);
}

std::string amount(std::uint64_t bytes)
{
    constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    if (bytes < 1024)
        return fmt::format("{} B", bytes);
    auto value = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < std::size(units); unit++)
        value /= 1024;
    return fmt::format("{:.1f} {}", value, units[unit]);
}

} // namespace mirrornet::ops
