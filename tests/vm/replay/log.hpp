// SPDX-License-Identifier: GPL-2.0-or-later
// The log of the device-mapper target log-writes: what was written to a device.
// (Kernel: Documentation/admin-guide/device-mapper/log-writes.rst.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace replay {

using Bytes = std::span<const std::byte>;

constexpr std::uint64_t sector_bytes = 512;

// What was given to us is not what it should be; says what and where.
struct Bad : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Sectors have 512 bytes, whatever the log counts in.
struct Entry {
    std::uint64_t sector;
    std::uint64_t sectors;
    bool flush;
    bool fua;
    bool discard;
    bool mark;
    std::string text;  // of a mark
    Bytes data;        // of a write; lies in the log
};

// All entries, the last one is the mark of an orderly end. Throws Bad.
std::vector<Entry> parse_log(Bytes log);

}  // namespace replay
