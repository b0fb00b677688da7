// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/in_force.hpp"

#include "ops/volume/copy_steps.hpp"
#include "ops/volume/maintenance.hpp"

namespace mirrornet::ops {

namespace {

bool shares_job(const ConfigStore& store, const std::string& volume)
{
    const auto job = store.job_of(volume);
    return job && job->volumes.size() > 1;
}

// A source that comes up while people work: the nodes that it does not hear are switched off on purpose, perhaps,
// and one of them took over. Without proof it stays locked (docs/maintenance.md).
void hold_back(OptionSet& options)
{
    if (options.get_as<BootAlone>(Option::boot_alone) == BootAlone::source)
        options.set("boot-alone", "safe");
}

bool module_is_loaded()
try {
    nl::Kernel kernel;
    return true;
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found)
        throw;
    return false;
}

} // namespace

OptionSet with_manager_defaults(const VolumeConfig& config, OptionSet options)
{
    if (config.manager.empty())
        return options;
    if (!options.is_set(Option::on_sync_loss))
        options.set("on-sync-loss", "fence");
    if (!options.is_set(Option::boot_alone))
        options.set("boot-alone", "locked");
    return options;
}

std::string own_name(const ConfigStore& store, const VolumeConfig& config)
{
    const auto self = store.load_node();
    if (const auto* node = config.find_node(self.id))
        return node->name;
    throw Error(ExitStatus::refused, "node " + self.name + " (" + self.id.to_string() + ") has no copy of volume " + config.name +
                                         " in its configuration; see: mirrorctl config check");
}

OptionSet options_in_force(const ConfigStore& store, const VolumeConfig& config, const std::string& other)
{
    auto options = with_manager_defaults(config, options_between(config, own_name(store, config), other));
    if (!options.is_set(Option::async_flush) && shares_job(store, config.name))
        options.set("async-flush", "drain");
    if (maintenance_now(store, config.name))
        hold_back(options);
    return options;
}

namespace {

// What is not active has nothing in force, and `up` sees to it.
template <typename Set> void for_each_mirror(const ConfigStore& store, const VolumeConfig& config, Set set)
{
    if (!module_is_loaded())
        return;
    nl::Kernel kernel;
    if (!kernel.find_volume(config.id))
        return;
    for (const auto& mirror : kernel.mirrors(config.id))
        if (const auto* peer = config.find_node(mirror.peer))
            set(kernel, mirror.peer, options_in_force(store, config, peer->name));
}

} // namespace

void put_in_force(const ConfigStore& store, const VolumeConfig& config)
{
    for_each_mirror(store, config, [&](nl::Kernel& kernel, const NodeId& peer, const OptionSet& options) {
        kernel.mirror_set(config.id, peer, options);
    });
}

void put_in_force(const ConfigStore& store, const std::string& volume, Option only)
{
    const auto config = store.load_volume(volume);
    for_each_mirror(store, config, [&](nl::Kernel& kernel, const NodeId& peer, const OptionSet& options) {
        kernel.mirror_set(config.id, peer, options, only);
    });
}

} // namespace mirrornet::ops
