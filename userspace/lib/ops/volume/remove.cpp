// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/remove.hpp"

#include "ops/create/remote_copy.hpp"
#include "ops/module.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/volume/copy_steps.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

std::vector<std::string> others(const VolumeConfig& config, const std::string& self,
                                const DeleteOptions& options)
{
    std::vector<std::string> names;
    for (const auto& node : config.nodes)
        if (node.name != self && (options.node.empty() || node.name == options.node))
            names.push_back(node.name);
    if (names.empty() && !options.node.empty())
        throw Error(ExitStatus::not_found, "volume " + config.name + " has no mirror on node " +
                                               options.node + "; see: mirrorctl status " +
                                               config.name);
    return names;
}

void forget_in_kernel(nl::Kernel& kernel, const VolumeId& id, const NodeId& node)
{
    if (kernel.find_mirror(id, node))
        kernel.mirror_del(id, node);
}

void forget_in_config(const ConfigStore& store, VolumeConfig& config, const std::string& node)
{
    std::erase_if(config.nodes, [&](const auto& each) { return each.name == node; });
    std::erase_if(config.mirrors, [&](const auto& each) {
        return each.first == node || each.second == node;
    });
    config.version++;
    store.save(config);
}

void dismantle_there(const ConfigStore& store, const VolumeConfig& config,
                     const std::string& node, const DeleteOptions& options)
{
    if (options.local_only)
        return;
    Peer(store, node).call("copy.dismantle",
                           {{"volume", config.name},
                            {"id", config.id.to_string()},
                            {"force", options.force}},
                           Peer::work_time);
}

void delete_one(const ConfigStore& store, nl::Kernel& kernel, VolumeConfig& config,
                const std::string& node, const DeleteOptions& options)
{
    const NodeId id = config.find_node(node)->id;
    dismantle_there(store, config, node, options);
    forget_in_kernel(kernel, config.id, id);
    forget_in_config(store, config, node);
}

bool is_target_here(nl::Kernel& kernel, const VolumeId& id)
{
    const auto record = kernel.find_volume(id);
    return record && record->role == Role::target;
}

} // namespace

DeleteResult delete_mirror(const ConfigStore& store, const DeleteOptions& options)
{
    auto config = store.load_volume(options.volume);
    const auto self = store.load_node();
    nl::Kernel kernel = open_kernel();
    if (is_target_here(kernel, config.id)) {
        if (!options.local_only)
            throw Error(ExitStatus::refused,
                        "this node holds a target of volume " + config.name +
                            "; delete the mirror on its source, or only this copy with "
                            "--local-only when the source is gone");
        dismantle_target(store, {config.name, config.id, options.force});
        return {{self.name}};
    }
    const OperationLock lock(config.name, "delete");
    DeleteResult result;
    for (const auto& node : others(config, self.name, options)) {
        delete_one(store, kernel, config, node, options);
        result.nodes.push_back(node);
    }
    return result;
}

void release(const ConfigStore& store, const std::string& volume)
{
    const auto config = store.load_volume(volume);
    if (config.nodes.size() > 1)
        throw Error(ExitStatus::refused, "volume " + volume + " still has mirrors; remove them "
                                         "first: mirrorctl delete " + volume);
    const OperationLock lock(volume, "release");
    nl::Kernel kernel = open_kernel();
    dismantle_copy(store, kernel, volume);
}

} // namespace mirrornet::ops
