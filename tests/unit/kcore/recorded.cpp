// SPDX-License-Identifier: GPL-2.0-or-later
#include "recorded.hpp"

#include <algorithm>

namespace kcore {

std::vector<std::byte> bytes_of(std::string_view text)
{
    std::vector<std::byte> bytes;

    for (char letter : text)
        bytes.push_back(std::byte(letter));
    return bytes;
}

void put(std::vector<std::byte> &bytes, std::size_t at, std::uint64_t value, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
        bytes.at(at + i) = std::byte(value >> 8 * i);
}

LogBuilder::LogBuilder(std::uint32_t unit) : log(unit), unit_(unit)
{
    put(log, 0, 0x6a736677736872, 8);
    put(log, 8, 1, 8);
    put(log, 24, unit, 4);
}

void LogBuilder::head(std::uint64_t sector, std::uint64_t units, std::uint64_t flags, std::uint64_t length)
{
    std::size_t at = log.size();

    log.resize(at + unit_);
    put(log, at, sector, 8);
    put(log, at + 8, units, 8);
    put(log, at + 16, flags, 8);
    put(log, at + 24, length, 8);
    put(log, 16, ++entries_, 8);
}

LogBuilder &LogBuilder::entry(std::uint64_t sector, std::uint64_t units, std::uint64_t flags, std::string_view content)
{
    head(sector, units, flags, 0);
    if (!(flags & 4)) {
        std::size_t at = log.size();
        log.resize(at + units * unit_);
        std::ranges::copy(bytes_of(content), log.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return *this;
}

LogBuilder &LogBuilder::mark(std::string_view text)
{
    std::size_t at = log.size() + 32;

    head(0, 0, 8, text.size());
    std::ranges::copy(bytes_of(text), log.begin() + static_cast<std::ptrdiff_t>(at));
    return *this;
}

std::vector<std::byte> LogBuilder::end()
{
    return mark("dm-log-writes-end").log;
}

std::uint32_t Recording::begin(replay::Device device, std::uint64_t sector, std::vector<std::byte> content, int flags)
{
    auto index = static_cast<std::uint32_t>(history.writes.size());

    contents_.push_back(std::move(content));
    history.writes.push_back({device, sector, contents_.back().size() / replay::sector_bytes, bool(flags & preflush),
                              bool(flags & fua), history.length(), replay::never, contents_.back()});
    history.events.push_back({index, false});
    return index;
}

void Recording::end(std::uint32_t write)
{
    history.writes[write].ended = history.length();
    history.events.push_back({write, true});
}

std::uint32_t Recording::write(replay::Device device, std::uint64_t sector, std::vector<std::byte> content, int flags)
{
    std::uint32_t index = begin(device, sector, std::move(content), flags);

    end(index);
    return index;
}

std::vector<std::byte> letters(char letter, std::uint64_t sectors)
{
    return std::vector<std::byte>(sectors * replay::sector_bytes, std::byte(letter));
}

}  // namespace kcore
