// SPDX-License-Identifier: GPL-2.0-or-later
//
// How the target gets its first copy.
#pragma once

#include "ops/create/used_blocks.hpp"
#include "ops/device/signature.hpp"
#include "ops/device/sysfs.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

enum class InitialCopy { used_blocks, every_block, none };

struct CopyMethod {
    InitialCopy how = InitialCopy::every_block;
    std::string reason; // why this one, for people

    std::string describe() const; // "the blocks in use: the source holds ..."
};

struct CopyWishes {
    bool initial_sync = true;
    bool all_blocks = false;
};

// What the content of the source allows. Pure.
CopyMethod choose_copy_method(const Signature& source, const CopyWishes& wishes);

// What the file system on the volume uses: that of its mount where it is mounted,
// else of a private one. Ends with the file system's log on the disk (syncfs).
// Error(refused) says why that cannot be found out.
std::vector<ByteRange> blocks_in_use(const std::string& device, DeviceNumber number,
                                     const std::string& type, std::uint64_t volume_bytes);

} // namespace mirrornet::ops
