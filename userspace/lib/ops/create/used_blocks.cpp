// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/used_blocks.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

std::uint64_t round_down(std::uint64_t bytes)
{
    return bytes / block_bytes * block_bytes;
}

std::uint64_t round_up(std::uint64_t bytes)
{
    return round_down(bytes + block_bytes - 1);
}

// Neighbours joined before they are cut to whole blocks: a block that two free
// extents cover together is free.
std::vector<ByteRange> joined(std::vector<ByteRange> ranges)
{
    std::sort(ranges.begin(), ranges.end(),
              [](const auto& a, const auto& b) { return a.start < b.start; });
    std::vector<ByteRange> result;
    for (const auto& range : ranges)
        if (!result.empty() && range.start <= result.back().end())
            result.back().length =
                std::max(result.back().end(), range.end()) - result.back().start;
        else
            result.push_back(range);
    return result;
}

} // namespace

std::vector<ByteRange> ranges_in_use(std::uint64_t volume_bytes, std::vector<ByteRange> free)
{
    std::vector<ByteRange> used;
    const std::uint64_t last = volume_bytes > edge_bytes ? volume_bytes - edge_bytes : 0;
    std::uint64_t at = 0; // everything before is accounted for
    for (const auto& range : joined(std::move(free))) {
        const std::uint64_t start = round_up(std::max(range.start, edge_bytes));
        const std::uint64_t end = round_down(std::min(range.end(), last));
        if (start >= end)
            continue;
        if (start > at)
            used.push_back({at, start - at});
        at = end;
    }
    if (at < volume_bytes)
        used.push_back({at, volume_bytes - at});
    return used;
}

std::uint64_t count_blocks(std::uint64_t volume_bytes)
{
    return round_up(volume_bytes) / block_bytes;
}

std::uint64_t count_blocks(const std::vector<ByteRange>& ranges)
{
    std::uint64_t blocks = 0;
    for (const auto& range : ranges)
        blocks += (round_up(range.end()) - round_down(range.start)) / block_bytes;
    return blocks;
}

} // namespace mirrornet::ops
