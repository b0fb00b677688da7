// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/kernel.hpp"

namespace mirrornet::nl {

Kernel::Handover Kernel::handover_give(const VolumeId& id, const NodeId& peer)
{
    Handover given;
    socket_.transact(about(MN_CMD_HANDOVER_GIVE, id, peer), [&](const Attributes& a) {
        given = {a.number(MN_A_VOLUME_HANDOVER), a.number(MN_A_VOLUME_GENERATION)};
    });
    return given;
}

void Kernel::handover_take(const VolumeId& id, const NodeId& peer, const Handover& which)
{
    Message message = about(MN_CMD_HANDOVER_TAKE, id, peer);
    socket_.transact(message.u64(MN_A_VOLUME_HANDOVER, which.number)
                         .u64(MN_A_VOLUME_GENERATION, which.generation));
}

void Kernel::handover_refuse(const VolumeId& id, const NodeId& peer, const Handover& which)
{
    Message message = about(MN_CMD_HANDOVER_REFUSE, id, peer);
    socket_.transact(message.u64(MN_A_VOLUME_HANDOVER, which.number)
                         .u64(MN_A_VOLUME_GENERATION, which.generation));
}

void Kernel::handover_end(const VolumeId& id, const NodeId& peer, Role role, std::uint64_t number,
                          bool force)
{
    Message message = about(MN_CMD_HANDOVER_END, id, peer);
    socket_.transact(message.u8(MN_A_ROLE, static_cast<std::uint8_t>(role))
                         .u64(MN_A_VOLUME_HANDOVER, number)
                         .flag(MN_A_FORCE, force));
}

void Kernel::demote(const VolumeId& id)
{
    socket_.transact(about(MN_CMD_VOLUME_DEMOTE, id));
}

void Kernel::split_discard(const VolumeId& id, const NodeId& peer, std::uint64_t common)
{
    Message message = about(MN_CMD_SPLIT_DISCARD, id, peer);
    if (common)
        message.u64(MN_A_VOLUME_GENERATION, common);
    ask(message);
}

} // namespace mirrornet::nl
