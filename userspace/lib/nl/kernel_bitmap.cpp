// SPDX-License-Identifier: GPL-2.0-or-later
//
// Links, and bitmaps: the creation by used blocks, and what differs.
#include "nl/kernel.hpp"

#include <algorithm>

namespace mirrornet::nl {

namespace {

constexpr std::uint64_t block_bytes = 1ull << MN_BLOCK_SHIFT;

// The block follows all that are in `ranges`; the last one of a volume may be cut short.
void add_block(std::vector<mn_range>& ranges, std::uint64_t block, std::uint64_t volume_bytes)
{
    const auto start = block * block_bytes;
    const auto length = std::min(block_bytes, volume_bytes - start);
    if (!ranges.empty() && ranges.back().start + ranges.back().length == start)
        ranges.back().length += length;
    else
        ranges.push_back({start, length});
}

} // namespace

void Kernel::link_attach(const VolumeId& id, const NodeId& peer, const LinkAttach& link)
{
    Message message = about(MN_CMD_LINK_ATTACH, id, peer);
    message.s32(MN_A_LINK_FD, link.fd)
        .flag(MN_A_LINK_INITIATOR, link.initiator)
        .flag(MN_A_LINK_ENCRYPTED, link.encrypted);
    if (link.renew)
        message.u64(MN_A_LINK_RENEW, link.renew);
    ask(message);
}

void Kernel::link_detach(const VolumeId& id, const NodeId& peer)
{
    ask(about(MN_CMD_LINK_DETACH, id, peer));
}

void Kernel::link_renew(const VolumeId& id, const NodeId& peer)
{
    ask(about(MN_CMD_LINK_RENEW, id, peer));
}

void Kernel::bitmap_begin(const VolumeId& id, const NodeId& peer)
{
    ask(about(MN_CMD_BITMAP_BEGIN, id, peer));
}

void Kernel::bitmap_add(const VolumeId& id, const NodeId& peer,
                        std::span<const mn_range> ranges)
{
    // With its header a range takes 20 bytes, so that a full nest stays below the
    // 65535 bytes that an attribute can hold.
    constexpr std::size_t room = MN_RANGES_MAX * (sizeof(mn_range) + 4) + 256;

    while (!ranges.empty()) {
        auto part = ranges.first(std::min<std::size_t>(ranges.size(), MN_RANGES_MAX));
        Message message = request(MN_CMD_BITMAP_ADD, 0, room);
        message.uuid(MN_A_VOLUME_UUID, id).uuid(MN_A_PEER_UUID, peer).ranges(part);
        ask(message);
        ranges = ranges.subspan(part.size());
    }
}

void Kernel::bitmap_commit(const VolumeId& id, const NodeId& peer)
{
    ask(about(MN_CMD_BITMAP_COMMIT, id, peer));
}

std::vector<mn_range> Kernel::bitmap_get(const VolumeId& id, const NodeId& peer, std::uint64_t bytes)
{
    const auto blocks = (bytes + block_bytes - 1) / block_bytes;
    std::vector<mn_range> ranges;
    for (std::uint64_t first = 0; first < blocks; first += MN_BITMAP_GET_BLOCKS) {
        Message message = about(MN_CMD_BITMAP_GET, id, peer);
        message.u64(MN_A_BITMAP_FIRST, first);
        ask(message, [&](const Attributes& a) {
            const auto bits = a.bytes(MN_A_BITMAP);
            const auto count = std::min<std::uint64_t>(bits.size() * 8, blocks - first);
            for (std::uint64_t i = 0; i < count; i++)
                if (bits[i / 8] >> (i % 8) & 1)
                    add_block(ranges, first + i, bytes);
        });
    }
    return ranges;
}

void Kernel::lost_writes_saved(const VolumeId& id, const NodeId& peer, std::uint64_t generation)
{
    Message message = about(MN_CMD_LOST_WRITES_SAVED, id, peer);
    ask(message.u64(MN_A_VOLUME_GENERATION, generation));
}

} // namespace mirrornet::nl
