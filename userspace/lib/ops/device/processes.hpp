// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/device/sysfs.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

// "812 (dd)" for every other process that has the device open; udev's workers,
// which look into every device for a moment, are left out.
std::vector<std::string> processes_with_open(DeviceNumber device);

} // namespace mirrornet::ops
