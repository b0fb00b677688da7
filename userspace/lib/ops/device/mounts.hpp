// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/device/sysfs.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet::ops {

struct Mount {
    DeviceNumber device; // of btrfs and the like not the one that holds it
    std::string point, type, source;
};

std::vector<Mount> parse_mountinfo(std::string_view text); // /proc/PID/mountinfo
std::vector<Mount> mounts();                               // of this process

std::vector<std::string> parse_swaps(std::string_view text); // /proc/swaps: paths
std::vector<std::string> swaps();

// The device that a mount rests on: that of its source where the mount itself
// only has an anonymous number. Nothing for tmpfs and others without a device.
std::optional<DeviceNumber> backing_device(const Mount& mount);

// The mount that holds the file; Error(not_found) if the path does not exist.
Mount mount_of(const std::string& path);

std::optional<DeviceNumber> block_device_at(const std::string& path);

} // namespace mirrornet::ops
