// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/copies.hpp"

#include "config/files.hpp"
#include "ops/change_there.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/volume/copy_steps.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/mirror_verbs.hpp"

namespace mirrornet::ops {

namespace {

std::vector<VolumeNode> concerned(const VolumeConfig& before, const VolumeConfig& after, const NodeId& self)
{
    std::vector<VolumeNode> found;
    for (const auto& node : before.nodes)
        if (node.id != self && after.find_node(node.id))
            found.push_back(node);
    return found;
}

// A node that is told tries the way to a new one, both ways, before it answers.
void tell(const ConfigStore& store, const std::string& node, const CopiesChange& change)
{
    Peer(store, node).call("volume.copies", {{"config", print(change.config)},
                                             {"from", change.from},
                                             {"only_ask", change.only_ask}},
                           4 * Peer::answer_time);
}

void require_same_volume(const VolumeConfig& mine, const CopiesChange& change, const std::string& self,
                         const std::string& caller)
{
    const std::string file = "/etc/mirror-net/volumes/" + mine.name + ".toml";
    if (!mine.find_node(caller))
        throw Error(ExitStatus::not_permitted, "node " + caller + " has no copy of volume " + mine.name);
    if (!change.config.find_node(self) || !same_but_copies(mine, change.config))
        throw Error(ExitStatus::refused, "node " + self + " describes volume " + mine.name + " otherwise than node " +
                                             caller + "; compare " + file + " on both; nothing was changed");
    if (mine.version != change.from && mine != change.config) // taken before, and its caller died then
        throw Error(ExitStatus::refused, "node " + self + " has version " + std::to_string(mine.version) +
                                             " of the configuration of volume " + mine.name + ", node " + caller +
                                             " had version " + std::to_string(change.from) + "; make " + file +
                                             " the same on both, then repeat; nothing was changed");
}

void require_no_role_of_its_own(nl::Kernel& kernel, const VolumeConfig& mine, const std::string& self)
{
    const auto here = kernel.find_volume(mine.id);
    if (!here)
        throw Error(ExitStatus::refused, "volume " + mine.name + " is not active on node " + self +
                                             ", which has to note the change in its metadata; nothing was changed; "
                                             "over there: mirrorctl up " + mine.name);
    if (here->role == Role::source)
        throw Error(ExitStatus::refused, "node " + self + " is the source of volume " + mine.name +
                                             " itself; nothing was changed; see: mirrorctl status " + mine.name);
}

// Should the source be lost, the two have to reach each other.
void require_known(const ConfigStore& store, const VolumeNode& node, const std::string& self)
{
    const auto peer = store.find_peer(node.id);
    if (!peer)
        throw Error(ExitStatus::refused, "node " + self + " does not know node " + node.name +
                                             ", and should the source be lost one of them takes over for the other; "
                                             "nothing was changed; on node " + self + ": mirrorctl node trust " +
                                             node.name);
    if (peer->name != node.name)
        throw Error(ExitStatus::refused, "node " + self + " calls node " + node.name + " \"" + peer->name +
                                             "\"; a node has one name on all nodes of a volume; nothing was changed; "
                                             "trust it under that name: mirrorctl node trust " + node.name);
}

void require_reachable(const ConfigStore& store, const VolumeNode& node, const std::string& self)
try {
    Peer(store, node.name).call("node.call-back", nlohmann::json::object(), 2 * Peer::answer_time);
} catch (const Error& error) {
    throw Error(ExitStatus::unreachable, "nodes " + self + " and " + node.name + " do not reach each other (" +
                                             error.what() + "), and should the source be lost one of them takes over "
                                             "for the other; nothing was changed");
}

void add_mirror(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config, const VolumeNode& node)
{
    if (!kernel.find_mirror(config.id, node.id))
        kernel.mirror_add(config.id, node.id, nl::MirrorStart::full);
    kernel.mirror_set(config.id, node.id, options_in_force(store, config, node.name));
}

void remove_mirror(nl::Kernel& kernel, const VolumeId& id, const VolumeNode& node)
{
    if (kernel.find_mirror(id, node.id))
        kernel.mirror_del(id, node.id);
}

// The mirrors of this node follow, one by one.
void change_mirrors(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& before,
                    const VolumeConfig& after, Undo& undo)
{
    for (const auto& node : copies_only_in(after, before)) {
        undo.add("remove the mirror with node " + node.name, [&, node] { remove_mirror(kernel, after.id, node); });
        add_mirror(store, kernel, after, node);
    }
    for (const auto& node : copies_only_in(before, after)) {
        undo.add("add the mirror with node " + node.name, [&, node] { add_mirror(store, kernel, before, node); });
        remove_mirror(kernel, after.id, node);
    }
}

} // namespace

std::vector<VolumeNode> copies_only_in(const VolumeConfig& config, const VolumeConfig& other)
{
    std::vector<VolumeNode> found;
    for (const auto& node : config.nodes)
        if (!other.find_node(node.id))
            found.push_back(node);
    return found;
}

bool same_but_copies(VolumeConfig a, VolumeConfig b)
{
    for (const auto& node : a.nodes)
        if (const auto* same = b.find_node(node.id); same && same->name != node.name)
            return false;
    for (auto* config : {&a, &b}) {
        config->version = 1;
        config->nodes.clear();
        config->mirrors.clear();
    }
    return a == b;
}

void ask_copies(const ConfigStore& store, const VolumeConfig& before, const VolumeConfig& after)
{
    for (const auto& node : concerned(before, after, store.load_node().id))
        tell(store, node.name, {after, before.version, true});
}

void tell_copies(const ConfigStore& store, const VolumeConfig& before, const VolumeConfig& after, Undo& undo)
{
    for (const auto& node : concerned(before, after, store.load_node().id)) {
        change_there(
            undo, "put the copies of volume " + before.name + " on node " + node.name + " back",
            [&] { tell(store, node.name, {after, before.version, false}); },
            [&store, node, before, after] { tell(store, node.name, {before, after.version, false}); });
    }
}

void take_over_copies(const ConfigStore& store, const CopiesChange& change, const std::string& caller)
{
    const OperationLock lock(change.config.name, "target");
    const auto mine = store.load_volume(change.config.name);
    const auto self = store.load_node().name;
    nl::Kernel kernel;
    require_same_volume(mine, change, self, caller);
    require_no_role_of_its_own(kernel, mine, self);
    for (const auto& node : copies_only_in(change.config, mine)) {
        require_known(store, node, self);
        if (change.only_ask)
            require_reachable(store, node, self);
    }
    if (change.only_ask)
        return;
    whole_or_not_at_all([&](Undo& undo) {
        change_mirrors(store, kernel, mine, change.config, undo);
        undo.add("put the configuration back", [&] { store.save(mine); });
        store.save(change.config);
    });
}

void add_mirrors_with_others(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
                             const NodeId& source)
{
    const auto self = store.load_node().id;
    for (const auto& node : config.nodes)
        if (node.id != self && node.id != source)
            add_mirror(store, kernel, config, node);
}

} // namespace mirrornet::ops
