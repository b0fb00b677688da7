// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/device/announce.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "dm/task.hpp"
#include "ops/device/mounts.hpp"

#include <fstream>

namespace mirrornet::ops {

namespace {

// False where that did not work: without the tool, or while udev is busy for long.
bool trigger_and_settle(const std::string& directory)
{
    try {
        return dm::udev_is_running() &&
               run_process({"udevadm", "trigger", "--settle", "--action=change", directory}).ok();
    } catch (const Error&) {
        return false;
    }
}

} // namespace

void announce_change(const std::string& device)
{
    const auto number = block_device_at(device);
    if (!number)
        return;
    const std::string directory = "/sys/dev/block/" + number->to_string();
    if (!trigger_and_settle(directory))
        std::ofstream(directory + "/uevent") << "change\n";
}

} // namespace mirrornet::ops
