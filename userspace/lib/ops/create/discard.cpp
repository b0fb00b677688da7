// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/discard.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "ops/device/facts.hpp"
#include "ops/device/signature.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace mirrornet::ops {

namespace {

constexpr std::uint64_t at_a_time = std::uint64_t{1} << 30; // so that it can be interrupted

bool discard_all(int fd, std::uint64_t bytes)
{
    for (std::uint64_t start = 0; start < bytes; start += at_a_time) {
        std::array<std::uint64_t, 2> range{start, std::min(at_a_time, bytes - start)};
        if (::ioctl(fd, BLKDISCARD, range.data()) != 0)
            return false; // what stays is never read: those blocks are marked unsent
    }
    return true;
}

} // namespace

bool clear_target(const std::string& path)
{
    const UniqueFd fd(::open(path.c_str(), O_RDWR | O_EXCL | O_CLOEXEC));
    if (!fd)
        throw_errno("cannot take " + path + " for the mirror");
    wipe_signatures(fd.get());
    const bool all = discard_all(fd.get(), device_bytes(fd.get()));
    if (::fsync(fd.get()) != 0)
        throw_errno("cannot clear " + path);
    return all;
}

} // namespace mirrornet::ops
