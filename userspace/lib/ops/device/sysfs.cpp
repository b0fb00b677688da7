// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/device/sysfs.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <fstream>
#include <sys/sysmacros.h>
#include <system_error>

namespace mirrornet::ops {

namespace fs = std::filesystem;

namespace {

std::string first_line(const fs::path& path)
{
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return std::string(trim(line));
}

} // namespace

DeviceNumber DeviceNumber::of(dev_t device)
{
    return {gnu_dev_major(device), gnu_dev_minor(device)};
}

std::optional<DeviceNumber> DeviceNumber::parse(std::string_view text)
{
    const auto parts = split(text, ':');
    if (parts.size() != 2)
        return std::nullopt;
    const auto major = to_number(parts[0]);
    const auto minor = to_number(parts[1]);
    if (!major || !minor || *major < 0 || *minor < 0)
        return std::nullopt;
    return DeviceNumber{static_cast<std::uint32_t>(*major), static_cast<std::uint32_t>(*minor)};
}

std::string DeviceNumber::to_string() const
{
    return std::to_string(major) + ":" + std::to_string(minor);
}

fs::path Sysfs::directory(DeviceNumber device) const
{
    return root_ / "dev" / "block" / device.to_string();
}

bool Sysfs::exists(DeviceNumber device) const
{
    std::error_code ignored;
    return fs::exists(directory(device), ignored);
}

std::string Sysfs::device_path(DeviceNumber device) const
{
    std::error_code failed;
    const fs::path real = fs::canonical(directory(device), failed);
    if (failed)
        return {};
    return "/" + real.lexically_relative(fs::canonical(root_, failed)).string();
}

std::string Sysfs::kernel_name(DeviceNumber device) const
{
    const std::string path = device_path(device);
    return path.empty() ? device.to_string() : fs::path(path).filename().string();
}

std::string Sysfs::attribute(DeviceNumber device, std::string_view name) const
{
    return first_line(directory(device) / name);
}

bool Sysfs::is_partition(DeviceNumber device) const
{
    return !attribute(device, "partition").empty();
}

std::optional<DeviceNumber> Sysfs::whole_disk(DeviceNumber partition) const
{
    if (!is_partition(partition))
        return std::nullopt;
    std::error_code failed;
    const fs::path real = fs::canonical(directory(partition), failed);
    return failed ? std::nullopt : DeviceNumber::parse(first_line(real.parent_path() / "dev"));
}

std::vector<DeviceNumber> Sysfs::listed(const fs::path& from) const
{
    std::vector<DeviceNumber> found;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(from, failed))
        if (auto number = DeviceNumber::parse(first_line(entry.path() / "dev")))
            found.push_back(*number);
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<DeviceNumber> Sysfs::partitions(DeviceNumber disk) const
{
    auto below = listed(directory(disk));
    std::erase_if(below, [&](DeviceNumber each) { return !is_partition(each); });
    return below;
}

std::vector<DeviceNumber> Sysfs::holders(DeviceNumber device) const
{
    return listed(directory(device) / "holders");
}

std::vector<DeviceNumber> Sysfs::all() const
{
    std::vector<DeviceNumber> found;
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(root_ / "dev" / "block", failed))
        if (auto number = DeviceNumber::parse(entry.path().filename().string()))
            found.push_back(*number);
    return found;
}

std::set<DeviceNumber> Sysfs::everything_under(DeviceNumber device) const
{
    std::set<DeviceNumber> found;
    std::vector<DeviceNumber> open{device};
    while (!open.empty()) {
        const DeviceNumber next = open.back();
        open.pop_back();
        if (!found.insert(next).second)
            continue;
        for (DeviceNumber part : listed(directory(next) / "slaves"))
            open.push_back(part);
        if (auto disk = whole_disk(next))
            open.push_back(*disk);
    }
    return found;
}

} // namespace mirrornet::ops
