// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/rename.hpp"

#include "base/error.hpp"
#include "ops/node/volumes.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"

namespace mirrornet::ops {

namespace {

std::vector<OperationLock> lock_all(const std::vector<VolumeConfig>& volumes)
{
    std::vector<OperationLock> locks;
    locks.push_back(OperationLock::of_node("node rename"));
    for (const auto& volume : volumes)
        locks.emplace_back(volume.name, "node rename");
    return locks;
}

// It fails where it fails before anything of the volume is changed.
void save_volume(const ConfigStore& store, const VolumeConfig& before, const VolumeConfig& after, Undo& undo)
{
    undo.add("put the configuration of volume " + before.name + " back", [&store, before] { store.save(before); });
    store.save(after);
}

// The new files first: with two of one identity the node is still found, with none it is a stranger.
void rename_peer(const ConfigStore& store, const PeerConfig& before, const std::string& name, Undo& undo)
{
    auto after = before;
    after.name = name;
    const auto key = store.find_key(before.name);
    undo.add("remove node " + name, [&store, name] { store.remove_peer(name); });
    if (key)
        store.save_key(name, *key);
    store.save(after);
    undo.add("put node " + before.name + " back", [&store, before, key] {
        if (key)
            store.save_key(before.name, *key);
        store.save(before);
    });
    store.remove_peer(before.name);
}

// By the old name; by both, if this node died when it had just written the new files.
std::vector<PeerConfig> known_otherwise(const ConfigStore& store, const NodeId& node, const std::string& name)
{
    std::vector<PeerConfig> others;
    for (const auto& known : store.peer_names())
        if (const auto peer = store.load_peer(known); peer.id == node && peer.name != name)
            others.push_back(peer);
    return others;
}

bool is_done(const VolumeConfig& mine, const RenameRequest::Step& step, const NodeId& node, const std::string& name)
{
    return mine.version == step.to && mine.find_node(node)->name == name;
}

void require_step(const VolumeConfig& mine, const RenameRequest& request, const NodeId& node, const std::string& self)
{
    const auto step = request.volumes.find(mine.name);
    if (step == request.volumes.end())
        throw Error(ExitStatus::refused, "node " + self + " has volume " + mine.name + " together with that node, which does not "
                                         "know of it; nothing was changed; see: mirrorctl config diff " + self);
    if (!is_done(mine, step->second, node, request.name) && mine.version != step->second.from)
        throw Error(ExitStatus::refused, "node " + self + " has version " + std::to_string(mine.version) +
                                             " of the configuration of volume " + mine.name + ", not " +
                                             std::to_string(step->second.from) + "; nothing was changed; first make both the "
                                             "same: mirrorctl config diff " + self + ", mirrorctl config apply");
}

void require_free_name(const ConfigStore& store, const std::string& name, const NodeId& node, const NodeConfig& self)
{
    const auto other = store.find_peer(name);
    if (name == self.name || (other && other->id != node))
        throw Error(ExitStatus::exists, "node " + self.name + " knows another node of the name " + name +
                                            (name == self.name ? ", itself" : "") + "; nothing was changed; choose another name");
}

RenameRequest request_of(const std::vector<VolumeConfig>& volumes, const std::string& name)
{
    RenameRequest request{name, {}, true};
    for (const auto& volume : volumes)
        request.volumes[volume.name] = {volume.version, volume.version + 1};
    return request;
}

// As they were.
RenameRequest back(const RenameRequest& request, const std::string& name)
{
    RenameRequest reverse{name, {}, false};
    for (const auto& [volume, step] : request.volumes)
        reverse.volumes[volume] = {step.to, step.from};
    return reverse;
}

// Only what that node has a copy of, too.
RenameRequest for_node(RenameRequest request, const std::vector<VolumeConfig>& volumes, const NodeId& node)
{
    for (const auto& volume : volumes)
        if (!volume.find_node(node))
            request.volumes.erase(volume.name);
    return request;
}

void tell(const ConfigStore& store, const std::string& node, const RenameRequest& request)
{
    Peer(store, node).call("node.renamed", request.to_json());
}

} // namespace

VolumeConfig with_name(VolumeConfig volume, const NodeId& node, const std::string& name, std::uint64_t version)
{
    const auto before = volume.find_node(node)->name;
    for (auto& each : volume.nodes)
        if (each.id == node)
            each.name = name;
    for (auto& mirror : volume.mirrors)
        for (auto* end : {&mirror.first, &mirror.second})
            if (*end == before)
                *end = name;
    volume.version = version;
    volume.check();
    return volume;
}

RenameRequest RenameRequest::from_json(const json& params)
{
    RenameRequest request{check_name("node", params.at("name").get<std::string>()), {}, params.at("only_ask").get<bool>()};
    for (const auto& [name, step] : params.at("volumes").items())
        request.volumes[name] = {step.at("from").get<std::uint64_t>(), step.at("to").get<std::uint64_t>()};
    return request;
}

json RenameRequest::to_json() const
{
    json steps = json::object();
    for (const auto& [volume, step] : volumes)
        steps[volume] = {{"from", step.from}, {"to", step.to}};
    return {{"name", name}, {"volumes", steps}, {"only_ask", only_ask}};
}

void take_over_rename(const ConfigStore& store, const RenameRequest& request, const NodeId& caller)
{
    const auto volumes = volumes_with(store, caller);
    const auto locks = lock_all(volumes);
    const auto self = store.load_node();
    if (!store.find_peer(caller))
        throw Error(ExitStatus::not_permitted, "node " + self.name + " does not know that node any more");
    require_free_name(store, request.name, caller, self);
    for (const auto& volume : volumes)
        require_step(volume, request, caller, self.name);
    if (request.only_ask)
        return;
    whole_or_not_at_all([&](Undo& undo) {
        for (const auto& volume : volumes)
            if (const auto& step = request.volumes.at(volume.name); !is_done(volume, step, caller, request.name))
                save_volume(store, volume, with_name(volume, caller, request.name, step.to), undo);
        for (const auto& other : known_otherwise(store, caller, request.name))
            rename_peer(store, other, request.name, undo);
    });
}

NodeRenameResult node_rename(const ConfigStore& store, const std::string& name)
{
    const auto self = store.load_node();
    check_name("node", name);
    if (self.name == name)
        return {};
    const auto volumes = volumes_with(store, self.id);
    const auto locks = lock_all(volumes);
    if (store.find_peer(name))
        throw Error(ExitStatus::exists, "there is another node " + name + "; nothing was changed; choose another name");
    const auto request = request_of(volumes, name);
    NodeRenameResult result{true, store.peer_names(), {}};
    for (const auto& node : result.told)
        tell(store, node, for_node(request, volumes, store.load_peer(node).id));
    whole_or_not_at_all([&](Undo& undo) {
        for (const auto& node : result.told) {
            auto told = for_node(request, volumes, store.load_peer(node).id);
            told.only_ask = false;
            undo.add("tell node " + node + " the old name", [&, told, node] { tell(store, node, back(told, self.name)); });
            tell(store, node, told);
        }
        for (const auto& volume : volumes) {
            save_volume(store, volume, with_name(volume, self.id, name, volume.version + 1), undo);
            result.volumes.push_back(volume.name);
        }
        auto after = self;
        after.name = name;
        after.version++;
        store.save(after);
    });
    return result;
}

} // namespace mirrornet::ops
