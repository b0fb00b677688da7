// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/device/identity.hpp"

#include <filesystem>

namespace mirrornet::ops {

namespace {

std::string wwid_of(const Sysfs& sysfs, DeviceNumber disk)
{
    for (const char* file : {"wwid", "device/wwid"})
        if (auto wwid = sysfs.attribute(disk, file); !wwid.empty())
            return wwid;
    return {};
}

// Nothing where the hardware gives no name of its own.
std::string name_of_disk(const Sysfs& sysfs, DeviceNumber disk)
{
    if (const auto wwid = wwid_of(sysfs, disk); !wwid.empty())
        return "wwid:" + wwid;
    for (const char* file : {"serial", "device/serial"})
        if (const auto serial = sysfs.attribute(disk, file); !serial.empty())
            return "serial:" + serial;
    if (const auto uuid = sysfs.attribute(disk, "dm/uuid"); !uuid.empty())
        return "dm:" + uuid;
    return {};
}

// Where the disk is plugged in: without its own name, which is that of probing.
std::string place_of(const Sysfs& sysfs, DeviceNumber disk)
{
    const std::string path = sysfs.device_path(disk);
    const auto block = path.find("/block/");
    return path.starts_with("/devices/virtual/") ? path : path.substr(0, block);
}

std::string with_partition(const Sysfs& sysfs, DeviceNumber device, const std::string& disk)
{
    const auto number = sysfs.attribute(device, "partition");
    return number.empty() ? disk : disk + "#" + number;
}

} // namespace

std::string stable_identity(const Sysfs& sysfs, DeviceNumber device)
{
    const DeviceNumber disk = sysfs.whole_disk(device).value_or(device);
    std::string name = name_of_disk(sysfs, disk);
    if (name.empty())
        name = "path:" + place_of(sysfs, disk);
    return with_partition(sysfs, device, name);
}

std::string medium_identity(const Sysfs& sysfs, DeviceNumber device)
{
    const std::string wwid = wwid_of(sysfs, sysfs.whole_disk(device).value_or(device));
    for (const char* unique : {"naa.", "eui.", "uuid."})
        if (wwid.starts_with(unique))
            return with_partition(sysfs, device, "wwid:" + wwid);
    return {};
}

} // namespace mirrornet::ops
