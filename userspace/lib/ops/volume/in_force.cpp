// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/in_force.hpp"

#include "ops/volume/copy_steps.hpp"

namespace mirrornet::ops {

namespace {

bool shares_job(const ConfigStore& store, const std::string& volume)
{
    const auto job = store.job_of(volume);
    return job && job->volumes.size() > 1;
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

OptionSet options_in_force(const ConfigStore& store, const VolumeConfig& config, const std::string& a,
                           const std::string& b)
{
    auto options = options_between(config, a, b);
    if (!options.is_set(Option::async_flush) && shares_job(store, config.name))
        options.set("async-flush", "drain");
    return options;
}

void put_in_force(const ConfigStore& store, const VolumeConfig& config)
{
    if (!module_is_loaded())
        return; // nothing is active, and `up` sees to it
    nl::Kernel kernel;
    if (!kernel.find_volume(config.id))
        return;
    const auto self = store.load_node().name;
    for (const auto& mirror : kernel.mirrors(config.id))
        if (const auto* peer = config.find_node(mirror.peer))
            kernel.mirror_set(config.id, mirror.peer, options_in_force(store, config, self, peer->name));
}

} // namespace mirrornet::ops
