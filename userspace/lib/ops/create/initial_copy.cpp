// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/initial_copy.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "ops/create/fsmap.hpp"
#include "ops/create/private_mount.hpp"
#include "ops/device/mounts.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace mirrornet::ops {

namespace {

// First the map, then the log to the disk: XFS reports what was freed before its
// log says so durably.
std::vector<ByteRange> ask_mounted(int root, DeviceNumber number, std::uint64_t volume_bytes)
{
    auto free = free_extents(root, number);
    if (::syncfs(root) != 0)
        throw_errno("cannot write the file system back");
    return ranges_in_use(volume_bytes, std::move(free));
}

} // namespace

std::string CopyMethod::describe() const
{
    switch (how) {
    case InitialCopy::used_blocks:
        return "the blocks in use (" + reason + ")";
    case InitialCopy::every_block:
        return "every block (" + reason + ")";
    case InitialCopy::none:
        return "nothing (" + reason + ")";
    }
    return {};
}

CopyMethod choose_copy_method(const Signature& source, const CopyWishes& wishes)
{
    if (!wishes.initial_sync)
        return {InitialCopy::none, "--no-initial-sync: both sides are trusted to be equal"};
    if (wishes.all_blocks)
        return {InitialCopy::every_block, "--all-blocks"};
    if (source.type == "ext4" || source.type == "xfs")
        return {InitialCopy::used_blocks, "the source holds " + source.describe()};
    if (source.any())
        return {InitialCopy::every_block,
                "the source holds " + source.describe() +
                    ", which does not say what it uses; ext4 and XFS directly on it do"};
    return {InitialCopy::every_block, "the source holds nothing that is known"};
}

std::vector<ByteRange> blocks_in_use(const std::string& device, DeviceNumber number,
                                     const std::string& type, std::uint64_t volume_bytes)
{
    for (const Mount& mount : mounts())
        if (mount.device == number) {
            const UniqueFd root(::open(mount.point.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
            if (!root)
                throw_errno("cannot open " + mount.point);
            return ask_mounted(root.get(), number, volume_bytes);
        }
    std::vector<ByteRange> used;
    with_private_mount(device, type,
                       [&](int root) { used = ask_mounted(root, number, volume_bytes); });
    return used;
}

} // namespace mirrornet::ops
