// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/activate.hpp"

#include "dm/front.hpp"
#include "ops/meta/store.hpp"
#include "ops/module.hpp"
#include "ops/operation_lock.hpp"
#include "ops/undo.hpp"
#include "ops/volume/allowed.hpp"
#include "ops/volume/copy_steps.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/devices.hpp"
#include "ops/volume/lock.hpp"
#include "ops/volume/role.hpp"
#include "ops/volume/unlock.hpp"

#include <thread>

namespace mirrornet::ops {

namespace {

using Seconds = std::chrono::seconds;

// A wrong metadata device would bring a wrong history to this data.
nl::VolumeRecord metadata_of(nl::Kernel& kernel, const VolumeConfig& config,
                             const std::string& device)
{
    auto found = kernel.meta_get(device);
    if (found.id != config.id)
        throw Error(ExitStatus::refused,
                    device + " holds the metadata of another volume (" + found.name + ", " +
                        found.id.to_string() + "), not of " + config.name + " (" +
                        config.id.to_string() + "); volume " + config.name +
                        " stays inactive: put the right path into its configuration");
    return found;
}

// A source that may not be one is not opened: it mirrors, and waits until another node is made the source.
void keep_barred_shut(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config)
{
    if (kernel.volume(config.id).role == Role::source && !allowed_roles(store, config.name).allow(Role::source))
        lock_copy(kernel, config);
}

void activate(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
              Seconds wait, bool as_source)
{
    const auto local = store.load_local(config.name);
    const auto devices = wait_for_devices(config.name, local, wait);
    whole_or_not_at_all([&](Undo& undo) {
        const auto meta = open_meta_store(local.meta_kind, devices.meta);
        undo.add("close the metadata", [&] { close_meta_store(local.meta_kind, devices.meta); });
        const auto found = metadata_of(kernel, config, meta);
        if (as_source)
            require_source(found.role, config.name);
        dm::create_front(config.name, config.id,
                         dm::front_table(config.size / 512, devices.data, meta));
        undo.add("deactivate " + config.name, [&] { dm::remove_front(config.name); });
        const auto node = store.load_node();
        kernel.node_set(node.options);
        put_in_force(store, config);
        keep_barred_shut(store, kernel, config);
    });
}

// Without the peer's answer; the role is this node's already.
void open_as_source(nl::Kernel& kernel, const VolumeId& id)
{
    const auto volume = kernel.volume(id);
    require_source(volume.role, volume.name);
    if (!volume.locked())
        return;
    kernel.set_role(id, Role::source, true);
    if (kernel.volume(id).locked())
        unlock_when_free(kernel, id);
}

std::uint64_t writes_under_way(nl::Kernel& kernel, const VolumeId& id)
{
    std::uint64_t writes = 0;
    for (const auto& mirror : kernel.mirrors(id))
        if (mirror.state == MirrorState::mirroring || mirror.state == MirrorState::resync)
            writes += mirror.queue_length;
    return writes;
}

std::uint64_t drain(nl::Kernel& kernel, const VolumeId& id, Seconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    std::uint64_t left = 0;
    while ((left = writes_under_way(kernel, id)) > 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return left;
}

} // namespace

UpResult up(const ConfigStore& store, const std::string& volume, const UpOptions& options)
{
    const auto config = store.load_volume(volume);
    if (options.as_source)
        require_allowed(store, volume, Role::source);
    const OperationLock lock(volume, "up");
    nl::Kernel kernel = open_kernel();
    UpResult result;
    result.was_up = dm::find_front(config.id).has_value();
    const Seconds wait = options.wait.value_or(Seconds(config.options.get(Option::metadata_wait)));
    if (!result.was_up)
        activate(store, kernel, config, wait, options.as_source);
    if (options.as_source)
        open_as_source(kernel, config.id);
    result.volume = kernel.volume(config.id);
    result.barred = result.volume.role == Role::source && result.volume.locked() &&
                    !allowed_roles(store, volume).allow(Role::source);
    return result;
}

DownResult down(const ConfigStore& store, const std::string& volume, const DownOptions& options)
{
    const auto config = store.load_volume(volume);
    const OperationLock lock(volume, "down");
    DownResult result;
    const auto front = dm::find_front(config.id);
    result.was_down = !front;
    if (front) {
        if (front->open_count > 0)
            throw_open(volume, "deactivated");
        nl::Kernel kernel;
        const Seconds most(store.load_node().options.get(Option::shutdown_drain));
        result.not_drained = drain(kernel, config.id, options.drain.value_or(most));
        dm::remove_front(front->name);
    }
    if (const auto local = store.find_local(volume))
        close_meta_store(local->meta_kind, local->meta_path);
    return result;
}

} // namespace mirrornet::ops
