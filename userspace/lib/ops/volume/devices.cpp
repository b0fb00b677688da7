// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/devices.hpp"

#include "base/error.hpp"
#include "ops/device/identity.hpp"
#include "ops/device/mounts.hpp"

#include <filesystem>
#include <thread>

namespace mirrornet::ops {

namespace {

std::optional<std::string> device_with_identity(const std::string& id)
{
    const Sysfs sysfs;
    for (DeviceNumber device : sysfs.all())
        if (stable_identity(sysfs, device) == id)
            return "/dev/" + sysfs.kernel_name(device);
    return std::nullopt;
}

// The path if it is still the device that it was, else wherever that is now.
std::optional<std::string> find_device(const std::string& path, const std::string& id)
{
    const auto there = block_device_at(path);
    if (id.empty())
        return there ? std::optional(path) : std::nullopt;
    if (there && stable_identity(Sysfs(), *there) == id)
        return path;
    return device_with_identity(id);
}

} // namespace

std::optional<std::string> find_metadata(const VolumeLocal& local)
{
    if (local.meta_kind == MetaKind::device)
        return find_device(local.meta_path, local.meta_id);
    std::error_code ignored;
    return std::filesystem::exists(local.meta_path, ignored) ? std::optional(local.meta_path)
                                                             : std::nullopt;
}

VolumeDevices wait_for_devices(const std::string& volume, const VolumeLocal& local,
                               std::chrono::seconds wait)
{
    const auto end = std::chrono::steady_clock::now() + wait;
    for (;;) {
        const auto data = find_device(local.data_device, local.data_id);
        const auto meta = find_metadata(local);
        if (data && meta)
            return {*data, *meta};
        if (std::chrono::steady_clock::now() >= end)
            throw Error(ExitStatus::not_found,
                        "volume " + volume + " stays inactive: its " +
                            (data ? "metadata, " + local.meta_path
                                  : "data device, " + local.data_device + " (" + local.data_id +
                                        ")") +
                            ", is missing; no data was touched. Bring the device back, then "
                            "repeat: mirrorctl up " + volume);
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
}

} // namespace mirrornet::ops
