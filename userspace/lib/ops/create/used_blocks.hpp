// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which blocks a first copy must send, from what a file system calls free. Pure.
#pragma once

#include <cstdint>
#include <linux/dm_mirror_net.h>
#include <vector>

namespace mirrornet::ops {

struct ByteRange {
    std::uint64_t start = 0, length = 0;
    std::uint64_t end() const { return start + length; }
    bool operator==(const ByteRange&) const = default;
};

constexpr std::uint64_t block_bytes = std::uint64_t{1} << MN_BLOCK_SHIFT;
// Sent whatever a file system says: signatures and superblocks lie there.
constexpr std::uint64_t edge_bytes = 4 << 20;

// The ranges of a volume that are not wholly free, made of whole blocks, sorted,
// apart from each other. `free` may be unsorted, overlap and reach beyond the end;
// what it does not mention (beyond the file system, for one) counts as used.
std::vector<ByteRange> ranges_in_use(std::uint64_t volume_bytes, std::vector<ByteRange> free);

std::uint64_t count_blocks(std::uint64_t volume_bytes);
std::uint64_t count_blocks(const std::vector<ByteRange>& ranges);

} // namespace mirrornet::ops
