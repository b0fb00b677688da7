// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/kernel.hpp"

#include "nl/errors.hpp"
#include "nl/options.hpp"

#include <linux/netlink.h>

namespace mirrornet::nl {

Message Kernel::request(mn_cmd command, int flags, std::size_t room) const
{
    return Message(socket_.family(), command, flags, room);
}

Message Kernel::about(mn_cmd command, const VolumeId& id) const
{
    Message message = request(command);
    message.uuid(MN_A_VOLUME_UUID, id);
    return message;
}

Message Kernel::about(mn_cmd command, const VolumeId& id, const NodeId& peer) const
{
    Message message = about(command, id);
    message.uuid(MN_A_PEER_UUID, peer);
    return message;
}

std::string Kernel::name_of(const std::optional<VolumeId>& id)
{
    std::string name;
    if (id) {
        try {
            socket_.transact(about(MN_CMD_VOLUME_GET, *id),
                             [&](const Attributes& a) { name = volume_record(a).name; });
        } catch (const Error&) { // not active: what was refused says so itself
        }
    }
    return name.empty() ? name : "volume " + name;
}

void Kernel::ask(const Message& message, const Socket::Sink& sink, const std::string& object)
{
    try {
        socket_.transact(message, sink);
    } catch (const Refusal& refused) {
        throw Refusal(refused, object.empty() ? name_of(message.volume()) : object);
    }
}

std::uint64_t Kernel::meta_format(const MetaFormat& format)
{
    Message message = request(MN_CMD_META_FORMAT, 0, 16 << 10);
    message.text(MN_A_META_PATH, format.meta_path)
        .text(MN_A_DATA_PATH, format.data_path)
        .uuid(MN_A_VOLUME_UUID, format.volume)
        .uuid(MN_A_NODE_UUID, format.node)
        .text(MN_A_VOLUME_NAME, format.name)
        .flag(MN_A_FORCE, format.force);
    if (format.sectors)
        message.u64(MN_A_SECTORS, format.sectors);
    if (format.region_bytes)
        message.u32(MN_A_REGION_BYTES, *format.region_bytes);
    if (format.intent_limit)
        message.u32(MN_A_INTENT_LIMIT, *format.intent_limit);
    std::uint64_t bytes = 0;
    ask(message, [&](const Attributes& a) { bytes = a.number(MN_A_META_BYTES); },
        "volume " + format.name + ", metadata on " + format.meta_path);
    return bytes;
}

VolumeRecord Kernel::one_volume(const Message& message, const std::string& object)
{
    VolumeRecord record;
    ask(message, [&](const Attributes& a) { record = volume_record(a); }, object);
    return record;
}

VolumeRecord Kernel::meta_get(const std::string& meta_path)
{
    Message message = request(MN_CMD_META_GET, 0, 8 << 10);
    message.text(MN_A_META_PATH, meta_path);
    return one_volume(message, "metadata on " + meta_path);
}

std::uint64_t Kernel::meta_size(std::uint64_t sectors, std::optional<std::uint32_t> region_bytes)
{
    Message message = request(MN_CMD_META_SIZE);
    message.u64(MN_A_SECTORS, sectors);
    if (region_bytes)
        message.u32(MN_A_REGION_BYTES, *region_bytes);
    std::uint64_t bytes = 0;
    ask(message, [&](const Attributes& a) { bytes = a.number(MN_A_META_BYTES); });
    return bytes;
}

std::vector<VolumeRecord> Kernel::volumes()
{
    std::vector<VolumeRecord> all;
    ask(request(MN_CMD_VOLUME_GET, NLM_F_DUMP),
        [&](const Attributes& a) { all.push_back(volume_record(a)); });
    return all;
}

VolumeRecord Kernel::volume(const VolumeId& id)
{
    return one_volume(about(MN_CMD_VOLUME_GET, id));
}

std::optional<VolumeRecord> Kernel::find_volume(const VolumeId& id)
{
    try {
        return volume(id);
    } catch (const Error& error) {
        if (error.status() != ExitStatus::not_found)
            throw;
        return std::nullopt;
    }
}

void Kernel::set_role(const VolumeId& id, Role role, bool force)
{
    Message message = about(MN_CMD_VOLUME_SET_ROLE, id);
    message.u8(MN_A_ROLE, static_cast<std::uint8_t>(role)).flag(MN_A_FORCE, force);
    ask(message);
}

void Kernel::lock(const VolumeId& id, LockReason why)
{
    Message message = about(MN_CMD_VOLUME_LOCK, id);
    socket_.transact(message.u8(MN_A_VOLUME_LOCKED, static_cast<std::uint8_t>(why)));
}

void Kernel::unlock(const VolumeId& id, const Unlock& how)
{
    Message message = about(MN_CMD_VOLUME_UNLOCK, id);
    ask(message.flag(MN_A_READ_ONLY, how.read_only).flag(MN_A_FORCE, how.force));
}

void Kernel::mirror_add(const VolumeId& id, const NodeId& peer, MirrorStart start)
{
    Message message = about(MN_CMD_MIRROR_ADD, id, peer);
    message.flag(MN_A_MIRROR_BLANK, start == MirrorStart::blank)
        .flag(MN_A_MIRROR_IN_SYNC, start == MirrorStart::in_sync);
    ask(message);
}

void Kernel::mirror_del(const VolumeId& id, const NodeId& peer)
{
    ask(about(MN_CMD_MIRROR_DEL, id, peer));
}

std::vector<MirrorRecord> Kernel::mirrors()
{
    std::vector<MirrorRecord> all;
    ask(request(MN_CMD_MIRROR_GET, NLM_F_DUMP),
        [&](const Attributes& a) { all.push_back(mirror_record(a)); });
    return all;
}

std::vector<MirrorRecord> Kernel::mirrors(const VolumeId& id)
{
    std::vector<MirrorRecord> all;
    Message message = request(MN_CMD_MIRROR_GET, NLM_F_DUMP);
    message.uuid(MN_A_VOLUME_UUID, id);
    ask(message, [&](const Attributes& a) { all.push_back(mirror_record(a)); });
    return all;
}

MirrorRecord Kernel::mirror(const VolumeId& id, const NodeId& peer)
{
    MirrorRecord record;
    ask(about(MN_CMD_MIRROR_GET, id, peer),
        [&](const Attributes& a) { record = mirror_record(a); });
    return record;
}

std::optional<MirrorRecord> Kernel::find_mirror(const VolumeId& id, const NodeId& peer)
{
    try {
        return mirror(id, peer);
    } catch (const Error& error) {
        if (error.status() != ExitStatus::not_found)
            throw;
        return std::nullopt;
    }
}

void Kernel::mirror_set(const VolumeId& id, const NodeId& peer, const OptionSet& options)
{
    Message message = about(MN_CMD_MIRROR_SET, id, peer);
    for (const KernelOption& known : kernel_options())
        message.u32(known.attribute,
                    known.first_word + static_cast<std::uint32_t>(options.get(known.option)));
    ask(message);
}

void Kernel::mirror_set(const VolumeId& id, const NodeId& peer, const OptionSet& options, Option only)
{
    Message message = about(MN_CMD_MIRROR_SET, id, peer);
    for (const KernelOption& known : kernel_options())
        if (known.option == only)
            message.u32(known.attribute, known.first_word + static_cast<std::uint32_t>(options.get(only)));
    ask(message);
}

void Kernel::node_set(const OptionSet& options)
{
    Message message = request(MN_CMD_NODE_SET);
    message.u32(MN_A_OPT_PARALLEL_RESYNCS,
                static_cast<std::uint32_t>(options.get(Option::parallel_resyncs)));
    ask(message);
}

void Kernel::pause(const VolumeId& id, const NodeId& peer)
{
    ask(about(MN_CMD_MIRROR_PAUSE, id, peer));
}

void Kernel::continue_(const VolumeId& id, const NodeId& peer)
{
    ask(about(MN_CMD_MIRROR_CONTINUE, id, peer));
}

void Kernel::break_(const VolumeId& id, const NodeId& peer)
{
    ask(about(MN_CMD_MIRROR_BREAK, id, peer));
}

void Kernel::resync(const VolumeId& id, const NodeId& peer, bool full, bool verify)
{
    Message message = about(MN_CMD_MIRROR_RESYNC, id, peer);
    ask(message.flag(MN_A_RESYNC_FULL, full).flag(MN_A_RESYNC_VERIFY, verify));
}

void Kernel::mirror_fenced(const VolumeId& id, const NodeId& peer, std::uint64_t generation)
{
    Message message = about(MN_CMD_MIRROR_FENCED, id, peer);
    ask(message.u64(MN_A_VOLUME_GENERATION, generation));
}

void Kernel::mirror_outdate(const VolumeId& id, const NodeId& peer, std::uint64_t generation)
{
    Message message = about(MN_CMD_MIRROR_OUTDATE, id, peer);
    ask(message.u64(MN_A_VOLUME_GENERATION, generation));
}

} // namespace mirrornet::nl
