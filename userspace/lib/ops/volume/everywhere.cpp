// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/everywhere.hpp"

#include "base/error.hpp"
#include "config/files.hpp"
#include "ops/change_there.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"
#include "ops/volume/in_force.hpp"

namespace mirrornet::ops {

namespace {

void require_live(const OptionSpec& spec, const OptionSet& before, const OptionSet& after)
{
    if (!spec.live && before.get(spec.id) != after.get(spec.id))
        throw Error(ExitStatus::refused, std::string(spec.name) +
                                             ": lies in the metadata since the volume was created and "
                                             "cannot be changed; nothing was changed");
}

} // namespace

bool same_but_options(VolumeConfig a, VolumeConfig b)
{
    for (auto* config : {&a, &b}) {
        config->version = 1;
        config->options = OptionSet(scope_volume);
        config->maintenance.reset();
        config->manager.clear();
        for (auto& mirror : config->mirrors)
            mirror.options = OptionSet(scope_mirror);
    }
    return a == b;
}

void require_live_changes(const OptionSet& before, const OptionSet& after)
{
    for (const auto& spec : all_options())
        if (spec.scopes & scope_volume)
            require_live(spec, before, after);
}

void tell_options(const ConfigStore& store, const std::string& node, const VolumeConfig& config, std::uint64_t from)
{
    Peer(store, node).call("volume.options", {{"config", print(config)}, {"from", from}});
}

namespace {

// What cannot be put in force again is no reason to keep the file of what was not taken.
void install(Undo& undo, const ConfigStore& store, const VolumeConfig& before, const VolumeConfig& after)
{
    undo.add("put the former options in force again", [&] { put_in_force(store, before); });
    undo.add("put the configuration back", [&] { store.save(before); });
    store.save(after);
    put_in_force(store, after);
}

} // namespace

// First the others: what they refuse is known before anything changes here.
void change_everywhere(const ConfigStore& store, const VolumeConfig& before, const VolumeConfig& after)
{
    const auto self = store.load_node().name;
    whole_or_not_at_all([&](Undo& undo) {
        for (const auto& node : after.nodes) {
            if (node.name == self)
                continue;
            change_there(
                undo, "put the configuration on node " + node.name + " back",
                [&] { tell_options(store, node.name, after, before.version); },
                [&store, &before, &after, node] { tell_options(store, node.name, before, after.version); });
        }
        install(undo, store, before, after);
    });
}

void take_over_options(const ConfigStore& store, const VolumeConfig& config, std::uint64_t from,
                       const std::string& caller)
{
    const OperationLock lock(config.name, "set");
    const auto mine = store.load_volume(config.name);
    const auto self = store.load_node().name;
    if (!mine.find_node(caller))
        throw Error(ExitStatus::not_permitted,
                    "node " + caller + " has no copy of volume " + config.name);
    if (!same_but_options(mine, config))
        throw Error(ExitStatus::refused,
                    "node " + self + " describes volume " + config.name +
                        " otherwise than node " + caller + " (nodes, size or identity); compare "
                        "/etc/mirror-net/volumes/" + config.name + ".toml on both; nothing was changed");
    require_live_changes(mine.options, config.options);
    if (mine.version != from && mine != config) // taken before, and its caller died then
        throw Error(ExitStatus::refused,
                    "node " + self + " has version " + std::to_string(mine.version) +
                        " of the configuration of volume " + config.name + ", node " + caller +
                        " had version " + std::to_string(from) +
                        "; make /etc/mirror-net/volumes/" + config.name +
                        ".toml the same on both, then repeat; nothing was changed");
    whole_or_not_at_all([&](Undo& undo) { install(undo, store, mine, config); });
}

} // namespace mirrornet::ops
