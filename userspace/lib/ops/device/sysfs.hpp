// SPDX-License-Identifier: GPL-2.0-or-later
//
// How block devices lie above and below each other, as sysfs tells it.
#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace mirrornet::ops {

struct DeviceNumber {
    std::uint32_t major = 0, minor = 0;

    static DeviceNumber of(dev_t device);
    static std::optional<DeviceNumber> parse(std::string_view text); // "8:17"
    std::string to_string() const;
    auto operator<=>(const DeviceNumber&) const = default;
};

class Sysfs {
public:
    explicit Sysfs(std::filesystem::path root = "/sys") : root_(std::move(root)) {}

    bool exists(DeviceNumber device) const;
    std::string kernel_name(DeviceNumber device) const; // "sda1"; "8:1" if sysfs lacks it
    // Content of a file below the device's directory, without the newline; empty
    // if there is none.
    std::string attribute(DeviceNumber device, std::string_view name) const;
    std::string device_path(DeviceNumber device) const; // "/devices/pci.../block/sda"

    bool is_partition(DeviceNumber device) const;
    std::optional<DeviceNumber> whole_disk(DeviceNumber partition) const;
    std::vector<DeviceNumber> partitions(DeviceNumber disk) const;
    std::vector<DeviceNumber> holders(DeviceNumber device) const; // dm and md above it
    std::vector<DeviceNumber> all() const;

    // The device and everything that it rests on: the disk of a partition, the
    // parts of a dm or md device. What lies under a loop device is not looked for.
    std::set<DeviceNumber> everything_under(DeviceNumber device) const;

private:
    std::filesystem::path directory(DeviceNumber device) const;
    std::vector<DeviceNumber> listed(const std::filesystem::path& from) const;

    std::filesystem::path root_;
};

} // namespace mirrornet::ops
