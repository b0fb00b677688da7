// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/status/report.hpp"

#include "ops/create/used_blocks.hpp"
#include "ops/node/daemon_mark.hpp"
#include "ops/status/selection.hpp"

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

// What a file says, unless it cannot be read: then `error` says why not.
template <typename F> void unless_unreadable(std::string& error, F read)
{
    try {
        read();
    } catch (const Error& failed) {
        error = failed.what();
    }
}

VolumeStatus from_config(const ConfigStore& store, const std::string& name)
{
    VolumeStatus volume;
    volume.name = name;
    volume.configured = true;
    unless_unreadable(volume.error, [&] {
        if (const auto local = store.find_local(name)) {
            volume.data_device = local->data_device;
            volume.meta_path = local->meta_path;
        }
    });
    unless_unreadable(volume.error, [&] { volume.allowed = allowed_roles(store, name); });
    volume.maintenance = maintenance_now(store, name);
    unless_unreadable(volume.error, [&] {
        const auto config = store.load_volume(name);
        volume.id = config.id;
        volume.bytes = config.size;
        volume.manager = config.manager;
    });
    return volume;
}

std::string name_of_node(const ConfigStore& store, const VolumeStatus& volume, const NodeId& id)
{
    std::string name = id.to_string(), ignored;
    unless_unreadable(ignored, [&] {
        if (const auto peer = store.find_peer(id))
            name = peer->name;
    });
    unless_unreadable(ignored, [&] {
        const auto config = store.find_volume(volume.name);
        if (const auto* node = config ? config->find_node(id) : nullptr)
            name = node->name;
    });
    return name;
}

// By its name where the file with the id cannot be read: what is active must be seen.
bool is_of(const nl::VolumeRecord& record, const VolumeStatus& volume)
{
    return volume.id.is_nil() ? record.name == volume.name : record.id == volume.id;
}

void add_kernel_state(const ConfigStore& store, const KernelState& kernel, VolumeStatus& volume)
{
    for (const auto& record : kernel.volumes)
        if (is_of(record, volume))
            volume.record = record;
    if (volume.record && volume.id.is_nil()) {
        volume.id = volume.record->id;
        volume.bytes = volume.record->bytes();
    }
    for (const auto& record : kernel.mirrors) {
        if (record.volume != volume.id)
            continue;
        MirrorStatus mirror;
        mirror.node = name_of_node(store, volume, record.peer);
        mirror.record = record;
        judge(mirror, volume.name, volume.record);
        volume.mirrors.push_back(std::move(mirror));
    }
}

std::vector<VolumeStatus> all_volumes(const ConfigStore& store, const KernelState& kernel,
                                      std::vector<std::string>& errors)
{
    std::vector<VolumeStatus> volumes;
    std::string error;
    unless_unreadable(error, [&] {
        for (const auto& name : store.volume_names())
            volumes.push_back(from_config(store, name));
    });
    if (!error.empty())
        errors.push_back(error);
    for (const auto& record : kernel.volumes) {
        if (std::ranges::any_of(volumes, [&](const auto& each) { return is_of(record, each); }))
            continue;
        VolumeStatus stray; // active, but no configuration names it
        stray.name = record.name;
        stray.id = record.id;
        stray.bytes = record.bytes();
        volumes.push_back(std::move(stray));
    }
    return volumes;
}

} // namespace

StatusReport status(const ConfigStore& store, const std::vector<std::string>& names)
{
    StatusReport report;
    const Selection wanted(store, names);
    std::string error;
    unless_unreadable(error, [&] {
        if (const auto self = store.find_node())
            report.node = self->name;
    });
    if (!error.empty())
        report.errors.push_back(error);
    report.maintenance = maintenance_now(store);
    report.daemon = running_daemon(store).has_value();
    const KernelState kernel = ask_kernel();
    report.volumes = all_volumes(store, kernel, report.errors);
    wanted.keep(report.volumes);
    for (auto& volume : report.volumes) {
        add_kernel_state(store, kernel, volume);
        wanted.keep_mirrors(volume);
        volume.level = level_of(volume);
        volume.advice = advice_for(volume);
    }
    return report;
}

std::optional<double> MirrorStatus::percent() const
{
    if (record.state != MirrorState::resync || record.resync.begun == 0)
        return std::nullopt;
    const auto total = std::max(record.resync.begun, record.dirty_blocks);
    return 100.0 * static_cast<double>(total - record.dirty_blocks) / static_cast<double>(total);
}

std::optional<std::uint64_t> MirrorStatus::bytes_per_second() const
{
    if (record.state != MirrorState::resync || record.resync.elapsed_ms == 0)
        return std::nullopt;
    const auto& resync = record.resync; // with --verify most blocks are compared, and not sent
    const auto done = (resync.sent + resync.compared - std::min(resync.differed, resync.compared)) * block_bytes;
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
