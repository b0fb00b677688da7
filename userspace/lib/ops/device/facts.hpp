// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/device/signature.hpp"
#include "ops/device/users.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace mirrornet::ops {

// Everything about a block device that a check of ours asks. Values; travel
// between nodes as JSON.
struct DeviceFacts {
    std::string path;             // as the administrator named it
    std::string number;           // "8:17"
    std::string kernel_name;      // "sdb1"
    std::string id;               // stable_identity()
    std::string medium;           // medium_identity()
    std::uint64_t bytes = 0;
    std::uint32_t sector_size = 0; // logical
    bool read_only = false;
    bool zoned = false;
    bool dax = false;
    std::string logical_volume;   // "vg0/home" if it is one
    Signature signature;
    std::vector<DeviceUser> users;
    std::string system_use;
    std::vector<std::string> under; // numbers of what it rests on, itself included
};

// Error(not_found): no such device; Error(usage): not a block device.
DeviceFacts examine_device(const std::string& path);

// In bytes.
std::uint64_t examine_size(const std::string& path);
std::uint64_t device_bytes(int fd); // of an open block device

} // namespace mirrornet::ops
