// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/status/report.hpp"

#include "ops/create/used_blocks.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

// What the kernel knows; nothing at all where the module is not loaded.
struct KernelState {
    std::vector<nl::VolumeRecord> volumes;
    std::vector<nl::MirrorRecord> mirrors;
};

KernelState ask_kernel()
{
    try {
        nl::Kernel kernel;
        return {kernel.volumes(), kernel.mirrors()};
    } catch (const Error& error) {
        if (error.status() != ExitStatus::not_found)
            throw;
        return {};
    }
}

VolumeStatus from_config(const ConfigStore& store, const VolumeConfig& config)
{
    VolumeStatus volume;
    volume.name = config.name;
    volume.id = config.id;
    volume.configured = true;
    volume.bytes = config.size;
    if (const auto local = store.find_local(config.name)) {
        volume.data_device = local->data_device;
        volume.meta_path = local->meta_path;
    }
    return volume;
}

std::string name_of_node(const ConfigStore& store, const VolumeStatus& volume, const NodeId& id)
{
    if (volume.configured)
        if (const auto config = store.find_volume(volume.name))
            if (const auto* node = config->find_node(id))
                return node->name;
    const auto peer = store.find_peer(id);
    return peer ? peer->name : id.to_string();
}

void add_kernel_state(const ConfigStore& store, const KernelState& kernel, VolumeStatus& volume)
{
    for (const auto& record : kernel.volumes)
        if (record.id == volume.id)
            volume.record = record;
    for (const auto& record : kernel.mirrors) {
        if (record.volume != volume.id)
            continue;
        MirrorStatus mirror;
        mirror.node = name_of_node(store, volume, record.peer);
        mirror.record = record;
        mirror.level = level_of(record);
        mirror.advice = advice_for(record, volume.record ? volume.record->role : Role::none,
                                   volume.name, mirror.node);
        volume.mirrors.push_back(std::move(mirror));
    }
    volume.level = level_of(volume);
    volume.advice = advice_for(volume);
}

std::vector<VolumeStatus> all_volumes(const ConfigStore& store, const KernelState& kernel)
{
    std::vector<VolumeStatus> volumes;
    for (const auto& name : store.volume_names())
        volumes.push_back(from_config(store, store.load_volume(name)));
    for (const auto& record : kernel.volumes) {
        if (std::ranges::any_of(volumes, [&](const auto& each) { return each.id == record.id; }))
            continue;
        VolumeStatus stray; // active, but no configuration names it
        stray.name = record.name;
        stray.id = record.id;
        stray.bytes = record.bytes();
        volumes.push_back(std::move(stray));
    }
    return volumes;
}

void keep_only(std::vector<VolumeStatus>& volumes, const std::vector<std::string>& names)
{
    for (const auto& name : names)
        if (std::ranges::none_of(volumes, [&](const auto& each) { return each.name == name; }))
            throw Error(ExitStatus::not_found, "there is no volume " + name +
                                                   " on this node; see: mirrorctl list");
    std::erase_if(volumes, [&](const auto& each) {
        return std::ranges::find(names, each.name) == names.end();
    });
}

} // namespace

StatusReport status(const ConfigStore& store, const std::vector<std::string>& names)
{
    StatusReport report;
    if (const auto self = store.find_node())
        report.node = self->name;
    const KernelState kernel = ask_kernel();
    report.volumes = all_volumes(store, kernel);
    if (!names.empty())
        keep_only(report.volumes, names);
    for (auto& volume : report.volumes)
        add_kernel_state(store, kernel, volume);
    return report;
}

std::optional<double> MirrorStatus::percent() const
{
    if (record.state != MirrorState::resync || record.resync.total == 0)
        return std::nullopt;
    const auto total = std::max(record.resync.total, record.dirty_blocks);
    return 100.0 * static_cast<double>(total - record.dirty_blocks) / static_cast<double>(total);
}

std::optional<std::uint64_t> MirrorStatus::bytes_per_second() const
{
    if (record.state != MirrorState::resync || record.resync.elapsed_ms == 0)
        return std::nullopt;
    const auto done = record.resync.sent * block_bytes;
    return done * 1000 / record.resync.elapsed_ms;
}

std::optional<std::uint64_t> MirrorStatus::seconds_left() const
{
    const auto rate = bytes_per_second();
    if (!rate || *rate == 0)
        return std::nullopt;
    return blocks_left() * block_bytes / *rate;
}

} // namespace mirrornet::ops
