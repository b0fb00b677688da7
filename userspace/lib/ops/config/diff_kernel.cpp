// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/kernel.hpp"
#include "ops/config/diff.hpp"
#include "ops/volume/in_force.hpp"

namespace mirrornet::ops {

namespace {

using Differences = std::vector<ConfigDifference>;
constexpr const char* kernel_word = "kernel";

void compare_mirror(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config, const std::string& self,
                    const VolumeNode& node, Differences& out)
{
    const auto object = "mirror " + config.name + "@" + node.name;
    if (!kernel.find_mirror(config.id, node.id)) {
        if (config.find_mirror(self, node.name))
            out.push_back({kernel_word, object, "mirror", "configured", "none"});
        return;
    }
    const auto wanted = options_in_force(store, config, node.name);
    for (const auto& [option, value] : kernel.mirror_options(config.id, node.id))
        if (const auto& spec = spec_of(option); wanted.get(option) != value)
            out.push_back({kernel_word, object, std::string(spec.name), describe_value(spec, wanted.get(option)),
                           describe_value(spec, value)});
}

void compare_volume(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config, const NodeConfig& self,
                    Differences& out)
{
    const auto object = "volume " + config.name;
    const auto active = kernel.find_volume(config.id);
    if (!active) {
        out.push_back({kernel_word, object, "volume", "configured", "not active"});
        return;
    }
    if (active->bytes() != config.size)
        out.push_back({kernel_word, object, "size", std::to_string(config.size), std::to_string(active->bytes())});
    if (active->name != config.name)
        out.push_back({kernel_word, object, "name", config.name, active->name});
    for (const auto& node : config.nodes)
        if (node.id != self.id)
            compare_mirror(store, kernel, config, own_name(store, config), node, out);
    for (const auto& mirror : kernel.mirrors(config.id))
        if (!config.find_node(mirror.peer))
            out.push_back({kernel_word, "mirror " + config.name + "@" + mirror.peer.to_string(), "mirror", "not configured",
                           "there is one"});
}

void compare_node(nl::Kernel& kernel, const NodeConfig& self, Differences& out)
{
    const auto& spec = spec_of(Option::parallel_resyncs);
    const auto wanted = self.options.get(spec.id), runs = kernel.parallel_resyncs();
    if (wanted != runs)
        out.push_back({kernel_word, "this node", std::string(spec.name), describe_value(spec, wanted),
                       describe_value(spec, runs)});
}

} // namespace

Differences diff_with_kernel(const ConfigStore& store)
try {
    nl::Kernel kernel;
    Differences found;
    const auto self = store.load_node();
    if (!kernel.volumes().empty())
        compare_node(kernel, self, found); // the first activation sees to it
    for (const auto& name : store.volume_names())
        compare_volume(store, kernel, store.load_volume(name), self, found);
    for (const auto& active : kernel.volumes())
        if (!store.find_volume(active.id))
            found.push_back({kernel_word, "volume " + active.name, "volume", "not configured", "active"});
    return found;
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found)
        throw;
    Differences found; // without the module nothing is active
    for (const auto& name : store.volume_names())
        found.push_back({kernel_word, "volume " + name, "volume", "configured", "not active"});
    return found;
}

} // namespace mirrornet::ops
