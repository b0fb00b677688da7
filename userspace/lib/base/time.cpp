// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/time.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cstdio>
#include <ctime>
#include <regex>

namespace mirrornet {

namespace {

constexpr std::uint64_t day_s = 86400;
constexpr std::uint64_t longest_s = 366 * day_s;

[[noreturn]] void no_time(std::string_view text)
{
    throw Error(ExitStatus::usage, "\"" + printable(text) + "\" is not a time; allowed: \"2026-11-24 02:00\", with or without "
                                   "seconds, of this machine's time zone, or with a Z behind it of UTC");
}

[[noreturn]] void no_duration(std::string_view text)
{
    throw Error(ExitStatus::usage, "\"" + printable(text) + "\" is not a length of time; allowed: numbers with d, h, m or s, as "
                                   "90m, 2h, 1h30m or 3d, 366 days at most");
}

int number_in(const std::cmatch& match, std::size_t part)
{
    return match[part].matched ? std::stoi(match[part].str()) : 0;
}

// mktime() makes 30 February a day of March.
bool is_same(const std::tm& a, const std::tm& b)
{
    return a.tm_mon == b.tm_mon && a.tm_mday == b.tm_mday && a.tm_hour == b.tm_hour && a.tm_min == b.tm_min;
}

std::uint64_t unit_of(char letter)
{
    return letter == 'd' ? day_s : letter == 'h' ? 3600 : letter == 'm' ? 60 : 1;
}

} // namespace

std::uint64_t now_s()
{
    return static_cast<std::uint64_t>(std::time(nullptr));
}

std::string utc_text(std::uint64_t seconds)
{
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

std::uint64_t parse_time(std::string_view text)
{
    static const std::regex form("([12][0-9]{3})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-5][0-9]))?(Z?)");
    std::cmatch match;
    if (!std::regex_match(text.data(), text.data() + text.size(), match, form))
        no_time(text);
    std::tm parts{};
    parts.tm_year = number_in(match, 1) - 1900;
    parts.tm_mon = number_in(match, 2) - 1;
    parts.tm_mday = number_in(match, 3);
    parts.tm_hour = number_in(match, 4);
    parts.tm_min = number_in(match, 5);
    parts.tm_sec = number_in(match, 6);
    parts.tm_isdst = -1;
    const auto asked = parts;
    const auto time = match[7].length() ? ::timegm(&parts) : std::mktime(&parts);
    if (time < 0 || !is_same(parts, asked))
        no_time(text);
    return static_cast<std::uint64_t>(time);
}

std::uint64_t parse_duration(std::string_view text)
{
    static const std::regex form("(?:[0-9]{1,9}[dhms])+");
    if (!std::regex_match(text.begin(), text.end(), form))
        no_duration(text);
    std::uint64_t total = 0, number = 0;
    for (const char letter : text) {
        if (letter >= '0' && letter <= '9') {
            number = number * 10 + static_cast<std::uint64_t>(letter - '0');
            continue;
        }
        total += number * unit_of(letter);
        number = 0;
    }
    if (total == 0 || total > longest_s)
        no_duration(text);
    return total;
}

} // namespace mirrornet
