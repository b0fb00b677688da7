// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/device/mounts.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

// Somebody who has a device in use.
struct DeviceUser {
    std::string kind; // "mount", "swap", "lvm", "md", "volume", "dm", "loop", "process", "kernel"
    std::string name; // "mounted on /home", as part of a sentence
};

// Everybody who uses the device or one of its partitions. Error if it cannot be
// opened for another reason than being in use.
std::vector<DeviceUser> users_of(const Sysfs& sysfs, const std::string& path,
                                 DeviceNumber device);

// "mounted on /home; open in process 812 (dd)"
std::string describe(const std::vector<DeviceUser>& users);

// Where it is mounted itself, not a partition of it; empty if it is not.
std::string mount_point(const DeviceUser& user);
// "umount /home && umount '/my files'"; empty if it is not mounted.
std::string umount_commands(const std::vector<DeviceUser>& users);

// "the root file system" if that, /boot or swap space rests on the device or one
// of its partitions; else empty.
std::string system_use(const Sysfs& sysfs, DeviceNumber device);

} // namespace mirrornet::ops
