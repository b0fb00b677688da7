// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/device/users.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "ops/device/processes.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>

namespace mirrornet::ops {

namespace {

using Users = std::vector<DeviceUser>;

constexpr std::string_view mounted_on = "mounted on ";

DeviceUser holder(const Sysfs& sysfs, DeviceNumber above)
{
    const auto uuid = sysfs.attribute(above, "dm/uuid");
    const auto name = sysfs.attribute(above, "dm/name");
    if (uuid.starts_with("MIRRORNET-"))
        return {"volume", "the data or metadata of mirror-net volume " + name};
    if (uuid.starts_with("LVM-"))
        return {"lvm", "part of the LVM logical volume " + name};
    if (!name.empty())
        return {"dm", "part of the device-mapper device " + name};
    if (!sysfs.attribute(above, "md/level").empty())
        return {"md", "part of the RAID array " + sysfs.kernel_name(above)};
    return {"kernel", "part of the block device " + sysfs.kernel_name(above)};
}

void add_users_of_one(const Sysfs& sysfs, DeviceNumber device, Users& users)
{
    for (const Mount& mount : mounts())
        if (backing_device(mount) == device)
            users.push_back({"mount", std::string(mounted_on) + mount.point});
    for (const auto& path : swaps())
        if (block_device_at(path) == device)
            users.push_back({"swap", "in use as swap space"});
    for (DeviceNumber above : sysfs.holders(device))
        users.push_back(holder(sysfs, above));
    for (DeviceNumber loop : sysfs.all())
        if (const auto file = sysfs.attribute(loop, "loop/backing_file");
            !file.empty() && block_device_at(file) == device)
            users.push_back({"loop", "behind " + sysfs.kernel_name(loop)});
    for (const auto& process : processes_with_open(device))
        users.push_back({"process", "open in process " + process});
}

bool is_claimed(const std::string& path)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK));
    if (!fd && errno != EBUSY)
        throw_errno("cannot open " + path);
    return !fd;
}

} // namespace

std::vector<DeviceUser> users_of(const Sysfs& sysfs, const std::string& path,
                                 DeviceNumber device)
{
    Users users;
    add_users_of_one(sysfs, device, users);
    for (DeviceNumber part : sysfs.partitions(device)) {
        Users of_part;
        add_users_of_one(sysfs, part, of_part);
        for (auto& user : of_part)
            users.push_back({user.kind, "its partition " + sysfs.kernel_name(part) + " is " +
                                            user.name});
    }
    if (users.empty() && is_claimed(path))
        users.push_back({"kernel", "claimed by a part of the kernel that does not say which "
                                   "(a file system mounted in another mount namespace, DRBD, "
                                   "an inactive mapping)"});
    return users;
}

std::string describe(const std::vector<DeviceUser>& users)
{
    std::string text;
    for (const auto& user : users)
        text += (text.empty() ? "" : "; ") + user.name;
    return text;
}

std::string mount_point(const DeviceUser& user)
{
    if (user.kind != "mount" || !user.name.starts_with(mounted_on))
        return {};
    return user.name.substr(mounted_on.size());
}

std::string umount_commands(const std::vector<DeviceUser>& users)
{
    std::string commands;
    for (const auto& user : users)
        if (const auto point = mount_point(user); !point.empty())
            commands += (commands.empty() ? "umount " : " && umount ") + shell_quoted(point);
    return commands;
}

std::string system_use(const Sysfs& sysfs, DeviceNumber device)
{
    static const std::map<std::string, std::string> points{
        {"/", "the root file system"},
        {"/usr", "the file system of /usr"},
        {"/boot", "the file system of /boot"},
        {"/boot/efi", "the EFI system partition"}};
    for (const Mount& mount : mounts())
        if (auto point = points.find(mount.point); point != points.end())
            if (auto at = backing_device(mount);
                at && sysfs.everything_under(*at).contains(device))
                return point->second;
    for (const auto& path : swaps())
        if (auto at = block_device_at(path);
            at && sysfs.everything_under(*at).contains(device))
            return "swap space";
    return {};
}

} // namespace mirrornet::ops
