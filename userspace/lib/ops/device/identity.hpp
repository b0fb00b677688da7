// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/device/sysfs.hpp"

#include <string>

namespace mirrornet::ops {

// A name for a device that stays the same over reboots and probing orders, one of
//   dm:UUID               of a device-mapper device (LVM, crypt)
//   wwid:ID serial:ID     of a disk that has one
//   path:DEVPATH          of a disk without: where it is plugged in
//   ID#N                  partition N of the disk ID
std::string stable_identity(const Sysfs& sysfs, DeviceNumber device);

// Only a name that is unique in the world, so that two nodes which report the same
// one see the same storage; else empty. Serial numbers of virtual disks and the
// UUIDs of LVM are not: clones of a machine have them in common.
std::string medium_identity(const Sysfs& sysfs, DeviceNumber device);

} // namespace mirrornet::ops
