// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/create/used_blocks.hpp"
#include "ops/device/sysfs.hpp"

#include <vector>

namespace mirrornet::ops {

// The extents of `device` that the mounted file system behind `fd` reports as
// free. Error(refused) if the kernel offers no map of this file system.
std::vector<ByteRange> free_extents(int fd, DeviceNumber device);

} // namespace mirrornet::ops
