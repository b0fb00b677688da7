// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/device/announce.hpp"

#include "ops/device/mounts.hpp"

#include <fstream>

namespace mirrornet::ops {

void announce_change(const std::string& device)
{
    if (const auto number = block_device_at(device))
        std::ofstream("/sys/dev/block/" + number->to_string() + "/uevent") << "change\n";
}

} // namespace mirrornet::ops
