// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/meta/loop.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "ops/device/sysfs.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <linux/loop.h>
#include <sys/ioctl.h>

namespace mirrornet::ops {

namespace {

constexpr int tries = 16; // others take free devices too

UniqueFd open_or_throw(const std::string& path, int flags)
{
    UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC));
    if (!fd)
        throw_errno("cannot open " + path);
    return fd;
}

loop_config configuration(int file, const std::string& path, std::uint32_t sector_size)
{
    loop_config config{};
    config.fd = static_cast<__u32>(file);
    config.block_size = sector_size;
    config.info.lo_flags = LO_FLAGS_DIRECT_IO;
    std::strncpy(reinterpret_cast<char*>(config.info.lo_file_name), path.c_str(),
                 LO_NAME_SIZE - 1);
    return config;
}

// False if somebody else was quicker.
bool configure(int loop, const loop_config& config, const std::string& file)
{
    if (::ioctl(loop, LOOP_CONFIGURE, &config) != 0) {
        if (errno == EBUSY)
            return false;
        throw_errno("cannot make a loop device of " + file);
    }
    loop_info64 info{};
    if (::ioctl(loop, LOOP_GET_STATUS64, &info) == 0 && (info.lo_flags & LO_FLAGS_DIRECT_IO))
        return true;
    ::ioctl(loop, LOOP_CLR_FD, 0);
    throw Error(ExitStatus::refused,
                "metadata cannot lie in " + file +
                    ": its file system does no direct I/O, so that metadata could be lost in a "
                    "power cut; choose another place, or better a device, with --meta");
}

} // namespace

std::optional<std::string> find_loop(const std::string& file)
{
    std::error_code failed;
    const auto real = std::filesystem::weakly_canonical(file, failed).string();
    const Sysfs sysfs;
    for (DeviceNumber device : sysfs.all())
        if (sysfs.attribute(device, "loop/backing_file") == real)
            return "/dev/" + sysfs.kernel_name(device);
    return std::nullopt;
}

std::string attach_loop(const std::string& file, std::uint32_t sector_size)
{
    if (auto there = find_loop(file))
        return *there;
    const UniqueFd backing = open_or_throw(file, O_RDWR);
    const UniqueFd control = open_or_throw("/dev/loop-control", O_RDWR);
    const loop_config config = configuration(backing.get(), file, sector_size);
    for (int attempt = 0; attempt < tries; attempt++) {
        const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
        if (number < 0)
            throw_errno("cannot find a free loop device");
        const std::string device = "/dev/loop" + std::to_string(number);
        const UniqueFd loop = open_or_throw(device, O_RDWR);
        if (configure(loop.get(), config, file))
            return device;
    }
    throw Error(ExitStatus::in_use, "no loop device could be had for the metadata in " + file +
                    ": others took each free one; nothing was changed, repeat, or see: losetup -a");
}

void detach_loop(const std::string& device)
{
    const UniqueFd loop = open_or_throw(device, O_RDWR);
    if (::ioctl(loop.get(), LOOP_CLR_FD, 0) != 0 && errno != ENXIO)
        throw_errno("cannot detach " + device);
}

} // namespace mirrornet::ops
