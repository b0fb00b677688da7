// SPDX-License-Identifier: GPL-2.0-or-later
//
// Device-mapper devices by name. libdevmapper is not for several threads: every
// function here takes one mutex. Names are those under /dev/mapper.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mirrornet::dm {

struct TableLine {
    std::uint64_t start = 0, length = 0; // sectors of 512 bytes
    std::string target;
    std::string parameters; // of a table; of a status: what the target reports
};
using Table = std::vector<TableLine>;

struct Device {
    std::string name, uuid;
    std::uint32_t major = 0, minor = 0;
    int open_count = 0;
    bool suspended = false, live_table = false;
};

struct SuspendHow {
    bool flush = true;  // false: do not wait for I/O under way
    bool freeze = true; // a file system on it
};

enum class RemoveHow { now, deferred };

std::optional<Device> find(const std::string& name);
std::vector<Device> all(std::string_view uuid_prefix);

// The device with its node, live. Error(exists) if the name is taken.
void create(const std::string& name, const std::string& uuid, const Table& table);
// Error(in_use) while it is open; deferred: goes when the last one closes it.
void remove(const std::string& name, RemoveHow how = RemoveHow::now);
void reload(const std::string& name, const Table& table); // takes effect at resume()
void suspend(const std::string& name, SuspendHow how = {});
void resume(const std::string& name);

Table table(const std::string& name);
Table status(const std::string& name);
std::vector<std::pair<std::uint32_t, std::uint32_t>> deps(const std::string& name);

} // namespace mirrornet::dm
