// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/device/facts.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "ops/device/identity.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace mirrornet::ops {

namespace {

DeviceNumber number_of(const std::string& path)
{
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) {
        if (errno == ENOENT)
            throw Error(ExitStatus::not_found,
                        "there is no device " + path + "; those there are: lsblk -p");
        throw_errno("cannot look at device " + path);
    }
    if (!S_ISBLK(about.st_mode))
        throw Error(ExitStatus::usage,
                    path + " is not a block device; name one such as /dev/sdb1 or /dev/vg0/home");
    return DeviceNumber::of(about.st_rdev);
}

// LVM writes the name of a volume as VG-LV with every dash inside doubled.
std::string logical_volume_of(const Sysfs& sysfs, DeviceNumber device)
{
    if (!sysfs.attribute(device, "dm/uuid").starts_with("LVM-"))
        return {};
    const std::string name = sysfs.attribute(device, "dm/name");
    std::string plain;
    for (std::size_t at = 0; at < name.size(); at++) {
        const bool dash = name[at] == '-';
        const bool doubled = dash && at + 1 < name.size() && name[at + 1] == '-';
        plain += dash && !doubled ? '/' : name[at];
        at += doubled ? 1 : 0;
    }
    return plain;
}

void read_geometry(DeviceFacts& facts)
{
    UniqueFd fd(::open(facts.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd)
        throw_errno("cannot open " + facts.path);
    int sector_size = 0;
    int read_only = 0;
    if (::ioctl(fd.get(), BLKSSZGET, &sector_size) != 0 ||
        ::ioctl(fd.get(), BLKROGET, &read_only) != 0)
        throw_errno("cannot ask " + facts.path + " for its sector size");
    facts.bytes = device_bytes(fd.get());
    facts.sector_size = static_cast<std::uint32_t>(sector_size);
    facts.read_only = read_only != 0;
}

} // namespace

std::uint64_t device_bytes(int fd)
{
    std::uint64_t bytes = 0;
    if (::ioctl(fd, BLKGETSIZE64, &bytes) != 0)
        throw_errno("cannot ask the device for its size");
    return bytes;
}

std::uint64_t examine_size(const std::string& path)
{
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd)
        throw_errno("cannot open " + path);
    return device_bytes(fd.get());
}

DeviceFacts examine_device(const std::string& path)
{
    const Sysfs sysfs;
    const DeviceNumber device = number_of(path);
    const DeviceNumber disk = sysfs.whole_disk(device).value_or(device);
    DeviceFacts facts;
    facts.path = path;
    facts.number = device.to_string();
    facts.kernel_name = sysfs.kernel_name(device);
    facts.id = stable_identity(sysfs, device);
    facts.medium = medium_identity(sysfs, device);
    read_geometry(facts);
    const auto zoned = sysfs.attribute(disk, "queue/zoned");
    facts.zoned = !zoned.empty() && zoned != "none";
    facts.dax = sysfs.attribute(disk, "queue/dax") == "1";
    facts.logical_volume = logical_volume_of(sysfs, device);
    facts.signature = read_signature(path);
    facts.users = users_of(sysfs, path, device);
    facts.system_use = system_use(sysfs, device);
    for (DeviceNumber each : sysfs.everything_under(device))
        facts.under.push_back(each.to_string());
    return facts;
}

} // namespace mirrornet::ops
