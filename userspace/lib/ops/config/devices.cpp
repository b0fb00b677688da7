// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/kernel.hpp"
#include "ops/config/whole.hpp"
#include "ops/device/facts.hpp"
#include "ops/volume/devices.hpp"
#include "ops/volume/role.hpp"

namespace mirrornet::ops {

namespace {

// Nothing where the module is not there: then only the metadata cannot be looked at.
std::optional<nl::Kernel> kernel_if_any()
try {
    return nl::Kernel();
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found)
        throw;
    return std::nullopt;
}

void check_size(const VolumeConfig& volume, const std::string& device, std::vector<ConfigFinding>& found,
                const std::string& file)
{
    if (const auto bytes = examine_size(device); bytes < volume.size)
        found.push_back({file, 0, true, "data.device: " + device + " has " + std::to_string(bytes) + " bytes, the volume " +
                                            std::to_string(volume.size) + ": it would not come up",
                         "give the right device, or a larger one: mirrorctl target replace"});
}

} // namespace

std::vector<ConfigFinding> check_devices(const ConfigStore& store, const WholeConfig& config)
{
    std::vector<ConfigFinding> found;
    auto kernel = kernel_if_any();
    for (const auto& [name, local] : config.locals) {
        const auto volume = config.volumes.find(name);
        const auto file = (config.directory / "volumes" / (name + ".local.toml")).string();
        if (volume == config.volumes.end())
            continue;
        try {
            const auto devices = wait_for_devices(name, local, std::chrono::seconds(0));
            check_size(volume->second, devices.data, found, file);
            if (kernel && !record_of_copy(store, *kernel, volume->second))
                found.push_back({file, 0, true, "meta.path: " + devices.meta + " does not hold the metadata of the volume, or it is "
                                                "damaged: it does not come up",
                                 "give the right path"});
        } catch (const Error& error) {
            found.push_back({file, 0, true, error.what(), "give the right paths, or bring the device back"});
        }
    }
    return found;
}

} // namespace mirrornet::ops
