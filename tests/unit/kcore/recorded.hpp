// SPDX-License-Identifier: GPL-2.0-or-later
// Recorded writes for the tests of the replayer: a log, a trace and what they are made of.
#pragma once

#include "history.hpp"

#include <deque>

namespace kcore {

std::vector<std::byte> bytes_of(std::string_view text);

// A log of dm-log-writes in sectors of `unit` bytes, to be damaged at will.
class LogBuilder {
public:
    explicit LogBuilder(std::uint32_t unit = 512);

    LogBuilder &entry(std::uint64_t sector, std::uint64_t units, std::uint64_t flags, std::string_view content = {});
    LogBuilder &mark(std::string_view text);
    std::vector<std::byte> end();

    std::vector<std::byte> log;

private:
    void head(std::uint64_t sector, std::uint64_t units, std::uint64_t flags, std::uint64_t length);

    std::uint32_t unit_;
    std::uint64_t entries_ = 0;
};

void put(std::vector<std::byte> &bytes, std::size_t at, std::uint64_t value, unsigned int count);

// A history made by hand: begin() names a write, end() ends it.
class Recording {
public:
    enum Flags { plain = 0, fua = 1, preflush = 2 };

    std::uint32_t begin(replay::Device device, std::uint64_t sector, std::vector<std::byte> content, int flags = plain);
    void end(std::uint32_t write);
    // The whole of it.
    std::uint32_t write(replay::Device device, std::uint64_t sector, std::vector<std::byte> content, int flags = plain);
    std::uint32_t flush(replay::Device device) { return write(device, 0, {}, preflush); }

    replay::History history;

private:
    std::deque<std::vector<std::byte>> contents_;
};

// `sectors` sectors of one letter.
std::vector<std::byte> letters(char letter, std::uint64_t sectors = 1);

}  // namespace kcore
