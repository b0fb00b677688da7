// SPDX-License-Identifier: GPL-2.0-or-later
//
// Links, and the creation by used blocks.
#include "nl/kernel.hpp"

#include <algorithm>

namespace mirrornet::nl {

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

} // namespace mirrornet::nl
