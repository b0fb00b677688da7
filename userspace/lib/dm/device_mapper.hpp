// SPDX-License-Identifier: GPL-2.0-or-later
//
// Device-mapper devices by name. libdevmapper is not for several threads: every
// function here takes one mutex. Names are those under /dev/mapper.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet::dm {

struct TableLine {
    std::uint64_t start = 0, length = 0; // sectors of 512 bytes
    std::string target;
    std::string parameters;
};
using Table = std::vector<TableLine>;

struct Device {
    std::string name, uuid;
    int open_count = 0;
};

std::optional<Device> find(const std::string& name);
std::vector<Device> all(std::string_view uuid_prefix);

// The device with its node, live. Error(exists) if the name is taken.
void create(const std::string& name, const std::string& uuid, const Table& table);
void remove(const std::string& name); // Error(in_use) while it is open

Table table(const std::string& name);

} // namespace mirrornet::dm
