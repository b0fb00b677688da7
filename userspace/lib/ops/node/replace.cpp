// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/replace.hpp"

#include "base/error.hpp"
#include "ops/module.hpp"
#include "ops/node/volumes.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"
#include "ops/volume/remove.hpp"

namespace mirrornet::ops {

namespace {

// Whoever has the old key is the old machine.
void require_dead(const ConfigStore& store, const std::string& node)
{
    try {
        Peer(store, node).call("node.info", nlohmann::json::object(), Peer::short_time);
    } catch (const Error&) {
        return;
    }
    throw Error(ExitStatus::in_use, "node " + node + " answers with the key of the pair: it is not dead; nothing was changed. If it shall "
                                    "be replaced all the same, stop mirror-netd over there first");
}

// Its copies are forgotten here: that must not be the newest one's.
void require_source(nl::Kernel& kernel, const VolumeConfig& volume, const std::string& node)
{
    const auto here = kernel.find_volume(volume.id);
    if (!here)
        throw Error(ExitStatus::refused, "volume " + volume.name + " is not active here; nothing was changed; first: mirrorctl up " +
                                             volume.name);
    if (here->role != Role::source)
        throw Error(ExitStatus::refused, "this node is not the source of volume " + volume.name +
                                             "; nothing was changed. If node " + node + " was, first: mirrorctl promote " +
                                             volume.name + "; if another one is, give this command there");
}

void require_another(const PeerConfig& old, const NodeTrustOptions& options)
{
    const auto id = options.card ? std::optional(options.card->id) : options.id;
    if (!id)
        throw Error(ExitStatus::usage, "the identity of the new machine is missing; on it: mirrorctl node init " + old.name +
                                           ", mirrorctl node show; then give its card: --card");
    if (*id == old.id)
        throw Error(ExitStatus::refused, "that is the identity that node " + old.name + " has already: nothing was replaced; nothing "
                                         "was changed. A machine that was brought back from a backup needs no "
                                         "replacing; a new key alone: mirrorctl node trust " + old.name);
    if (options.card && options.card->name != old.name)
        throw Error(ExitStatus::refused, "the new machine calls itself " + options.card->name + ", not " + old.name +
                                             "; nothing was changed; on it: mirrorctl node rename " + old.name);
}

// What is not said anew is as it was with the old machine.
NodeTrustOptions in_place_of(const PeerConfig& old, NodeTrustOptions options)
{
    options.name = old.name;
    if (!options.may)
        options.may = old.may;
    if (!options.encryption && old.options.is_set(Option::encryption))
        options.encryption = old.encryption();
    return options;
}

std::string list(const std::vector<std::string>& commands)
{
    std::string text;
    for (const auto& command : commands)
        text += "\n    " + command;
    return text;
}

// The options of a copy that is forgotten are nowhere else: what makes it again is told, whatever fails.
void forget_copies(const ConfigStore& store, const std::vector<VolumeConfig>& volumes, const std::string& node,
                   const std::vector<std::string>& commands)
{
    std::vector<std::string> gone;
    for (std::size_t at = 0; at < volumes.size(); at++)
        try {
            delete_mirror(store, {volumes[at].name, node, false, true});
            gone.push_back(commands[at]);
        } catch (const Error& error) {
            if (gone.empty())
                throw;
            throw Error(ExitStatus::partly_done, std::string(error.what()) + "; repeat when that is mended. Forgotten already, and to "
                                                 "be made again afterwards:" + list(gone));
        }
}

void after_copies(const std::vector<std::string>& commands, const std::function<void()>& rest)
{
    if (commands.empty())
        return rest();
    finish_after("its copies are forgotten on all nodes, and to be made again when it is replaced:" + list(commands) + "\n", rest);
}

// The old machine stays known until the new one is.
NodeTrustResult take_its_place(const ConfigStore& store, const PeerConfig& old, const NodeTrustOptions& wanted)
{
    NodeTrustResult result;
    whole_or_not_at_all([&](Undo& undo) {
        undo.add("make node " + old.name + " known again as it was", [&store, &old, key = store.find_key(old.name)] {
            store.save(old);
            if (key)
                store.save_key(old.name, *key);
            store.remove_forgotten(old.id);
        });
        store.forget_peer(old.name);
        result = node_trust(store, wanted);
    });
    return result;
}

void require_confirmed(const NodeReplaceResult& result, const std::string& name, bool confirmed)
{
    if (confirmed)
        return;
    throw Error(ExitStatus::needs_force, "the old node " + name + " and its copies of " + std::to_string(result.commands.size()) +
                                             " volumes will be forgotten on all nodes, and its key deleted; nothing was changed; if it "
                                             "is gone for good, repeat with --yes",
                "--yes");
}

} // namespace

std::string command_for(const VolumeConfig& volume, const std::string& self, const std::string& name)
{
    std::string command = "mirrorctl target add " + volume.name + " " + name + ":DEVICE";
    if (const auto* mirror = volume.find_mirror(self, name))
        for (const auto& [option, value] : mirror->options.values())
            command += " --set " + std::string(spec_of(option).name) + "=" + print_value(spec_of(option), value);
    return command;
}

NodeReplaceResult node_replace(const ConfigStore& store, const std::string& name, const NodeTrustOptions& options)
{
    const auto old = store.load_peer(name);
    const auto self = store.load_node().name;
    require_another(old, options);
    const auto wanted = in_place_of(old, options);
    require_trustable(store, wanted);
    const auto volumes = volumes_with(store, old.id);
    NodeReplaceResult result;
    if (!volumes.empty()) {
        auto kernel = open_kernel();
        for (const auto& volume : volumes) {
            require_source(kernel, volume, name);
            result.commands.push_back(command_for(volume, self, name));
        }
    }
    require_dead(store, name);
    require_confirmed(result, name, options.confirmed);
    forget_copies(store, volumes, name, result.commands);
    after_copies(result.commands, [&] { result.trust = take_its_place(store, old, wanted); });
    return result;
}

} // namespace mirrornet::ops
