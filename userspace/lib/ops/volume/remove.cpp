// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/remove.hpp"

#include "ops/create/remote_copy.hpp"
#include "ops/module.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/volume/copies.hpp"
#include "ops/volume/copy_steps.hpp"
#include "ops/volume/managed.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

// Mirrors of the kernel that no configuration names: left by a delete that did not
// get to its end, or by a configuration that was restored.
std::vector<OtherNode> strays(const ConfigStore& store, nl::Kernel& kernel,
                              const VolumeConfig& config)
{
    std::vector<OtherNode> found;
    for (const auto& mirror : kernel.mirrors(config.id)) {
        if (config.find_node(mirror.peer))
            continue;
        const auto peer = store.find_peer(mirror.peer);
        found.push_back({peer ? peer->name : mirror.peer.to_string(), mirror.peer, false,
                         peer.has_value()});
    }
    return found;
}

void forget_in_kernel(nl::Kernel& kernel, const VolumeId& id, const NodeId& node)
{
    if (kernel.find_mirror(id, node))
        kernel.mirror_del(id, node);
}

VolumeConfig without(VolumeConfig config, const std::string& node)
{
    std::erase_if(config.nodes, [&](const auto& each) { return each.name == node; });
    std::erase_if(config.mirrors, [&](const auto& each) {
        return each.first == node || each.second == node;
    });
    config.version++;
    return config;
}

void dismantle_there(const ConfigStore& store, const VolumeConfig& config,
                     const std::string& node, const DeleteOptions& options)
{
    Peer(store, node).call("copy.dismantle",
                           with_managers(store, {config.name}, {{"volume", config.name},
                                                                {"id", config.id.to_string()},
                                                                {"force", options.force}}),
                           Peer::work_time);
}

// Of a node that may be gone for good.
void dismantle_if_there(const ConfigStore& store, const VolumeConfig& config,
                        const std::string& node, const DeleteOptions& options)
try {
    dismantle_there(store, config, node, options);
} catch (const Error& error) {
    if (error.status() != ExitStatus::unreachable)
        throw;
    throw Error(error.status(), std::string(error.what()) + ". On this node nothing was changed. If node " + node +
                                    " is gone for good, forget its copy here alone: mirrorctl "
                                    "delete " + config.name + "@" + node + " --local-only");
}

// The other nodes with copies first: what they refuse is known before anything is removed.
void remove_there(const ConfigStore& store, const VolumeConfig& before, const VolumeConfig& after,
                  const OtherNode& node, const DeleteOptions& options)
{
    const bool asked = node.known && !options.local_only;
    const bool forgets_everything = options.local_only && options.node.empty();
    if (after.nodes.size() < 2 || after.version == before.version || forgets_everything) {
        if (asked)
            dismantle_if_there(store, before, node.name, options);
        return;
    }
    whole_or_not_at_all([&](Undo& undo) {
        tell_copies(store, before, after, undo);
        if (asked)
            dismantle_if_there(store, before, node.name, options);
    });
}

void delete_one(const ConfigStore& store, nl::Kernel& kernel, VolumeConfig& config,
                const OtherNode& node, const DeleteOptions& options)
{
    const auto after = node.configured ? without(config, node.name) : config;
    const auto forget = [&] {
        forget_in_kernel(kernel, config.id, node.id);
        if (node.configured)
            store.save(after);
        config = after;
    };
    remove_there(store, config, after, node, options);
    if (!node.known || options.local_only)
        return forget();
    finish_after("the copy on node " + node.name + " is removed", forget);
}

[[noreturn]] void refuse_here(bool active, const VolumeConfig& config, const NodeConfig& self)
{
    if (!active)
        throw Error(ExitStatus::refused,
                    "volume " + config.name + " is not active on this node, so its role here is "
                    "not known; activate it first: mirrorctl up " + config.name);
    std::string source;
    for (const auto& node : config.nodes)
        if (node.id != self.id && config.nodes.size() == 2)
            source = " (node " + node.name + ")";
    throw Error(ExitStatus::refused,
                "this node holds a target of volume " + config.name +
                    "; delete the mirror on its source" + source + ": mirrorctl delete " +
                    config.name + "@" + self.name + "; or, if the source is gone for good, only "
                    "this copy: mirrorctl delete " + config.name + " --local-only");
}

// Its source would wait for this copy for ever. --force: a person knows better.
void require_no_link(nl::Kernel& kernel, const VolumeConfig& config, const NodeConfig& self)
{
    if (!kernel.find_volume(config.id))
        return;
    for (const auto& mirror : kernel.mirrors(config.id))
        if (const auto* node = config.find_node(mirror.peer); node && mirror.link == LinkState::up)
            throw Error(ExitStatus::needs_force,
                        "node " + node->name + " has a link with this one, so it lives, and would wait for the copy of volume " +
                            config.name + " on this node; nothing was changed; there: mirrorctl delete " + config.name + "@" +
                            self.name + "; or repeat with --force",
                        "--force");
}

// The copy that is the newest, or will be: it is not removed, and what it has to answer is not lost with it.
void require_not_handed_over(const nl::VolumeRecord& record, const VolumeConfig& config)
{
    if (record.lock != LockReason::handed_over)
        return;
    auto name = record.handed_to.to_string();
    for (const auto& node : config.nodes)
        if (node.id == record.handed_to)
            name = node.name;
    throw Error(ExitStatus::refused,
                "the role of volume " + config.name + " was handed to node " + name +
                    ", and whether that one took it is not known; nothing was removed; find out first: mirrorctl "
                    "switchover " + config.name + "@" + name);
}

} // namespace

std::vector<OtherNode> mirrors_to_delete(const VolumeConfig& config, const NodeId& self,
                                         const std::vector<OtherNode>& strays,
                                         const DeleteOptions& options)
{
    std::vector<OtherNode> found;
    for (const auto& node : config.nodes)
        if (node.id != self)
            found.push_back({node.name, node.id});
    found.insert(found.end(), strays.begin(), strays.end());
    if (!options.node.empty())
        std::erase_if(found, [&](const auto& each) { return each.name != options.node; });
    if (found.empty() && !options.node.empty())
        throw Error(ExitStatus::not_found, "volume " + config.name + " has no mirror on node " +
                                               options.node + "; see: mirrorctl status " +
                                               config.name);
    return found;
}

std::string worth_without_mirror(const VolumeStatus& volume, const std::string& node)
{
    std::string behind;
    if (!volume.record || volume.record->role != Role::source)
        return behind;
    for (const auto& mirror : volume.mirrors) {
        const auto& record = mirror.record;
        const bool equal = record.state == MirrorState::mirroring || record.state == MirrorState::none ||
                           (record.state == MirrorState::paused && record.dirty_blocks == 0 && !record.full_needed);
        if (!equal && (node.empty() || node == mirror.node))
            behind += " The copy on node " + mirror.node + " is not up to date, and inconsistent, so of no use, where a resync "
                      "into it had begun.";
    }
    return behind;
}

void require_deletable(const ConfigStore& store, const std::string& volume)
{
    const auto config = store.load_volume(volume);
    const auto record = open_kernel().find_volume(config.id);
    if (!record || record->role == Role::target)
        refuse_here(record.has_value(), config, store.load_node());
}

DeleteResult delete_mirror(const ConfigStore& store, const DeleteOptions& options)
{
    auto config = store.load_volume(options.volume);
    const auto self = store.load_node();
    nl::Kernel kernel = open_kernel();
    const auto record = kernel.find_volume(config.id);
    if (!record || record->role == Role::target) {
        if (!options.local_only)
            refuse_here(record.has_value(), config, self);
        if (!options.force)
            require_no_link(kernel, config, self);
        dismantle_here(store, {config.name, config.id, options.force});
        return {{self.name}, true};
    }
    const OperationLock lock(config.name, "delete");
    require_not_handed_over(*record, config);
    DeleteResult result{{}, !options.local_only};
    for (const auto& node :
         mirrors_to_delete(config, self.id, strays(store, kernel, config), options)) {
        delete_one(store, kernel, config, node, options);
        result.nodes.push_back(node.name);
    }
    return result;
}

void release(const ConfigStore& store, const std::string& volume)
{
    const auto config = store.load_volume(volume);
    if (config.nodes.size() > 1)
        throw Error(ExitStatus::refused, "volume " + volume + " still has mirrors; remove them "
                                         "first: mirrorctl delete " + volume);
    if (const auto job = store.job_of(volume))
        throw Error(ExitStatus::refused, "volume " + volume + " belongs to job " + job->name + "; nothing was changed; first: "
                                             "mirrorctl job remove " + job->name + " " + volume);
    const OperationLock lock(volume, "release");
    nl::Kernel kernel = open_kernel();
    dismantle_copy(store, kernel, volume);
}

} // namespace mirrornet::ops
