// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.hpp"
#include "base/file.hpp"
#include "ops/node/addresses.hpp"
#include "ops/node/node.hpp"
#include "ops/undo.hpp"

#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

Permissions everything()
{
    return parse_permissions("status,replicate,operate");
}

PeerConfig start_from(const ConfigStore& store, const std::string& name)
{
    if (auto known = store.find_peer(name))
        return *known;
    PeerConfig peer;
    peer.name = name;
    peer.may = everything();
    return peer;
}

void apply(PeerConfig& peer, const NodeTrustOptions& options)
{
    if (options.card) {
        peer.id = options.card->id;
        if (!options.card->addresses.empty())
            peer.addresses = options.card->addresses;
    }
    if (options.id)
        peer.id = *options.id;
    if (!options.addresses.empty())
        peer.addresses = options.addresses;
    if (options.may)
        peer.may = *options.may;
    if (options.encryption)
        peer.options.set(Option::encryption, static_cast<std::int64_t>(*options.encryption));
}

void check_complete(const PeerConfig& peer, const NodeConfig& self)
{
    if (peer.name == self.name || peer.id == self.id)
        throw Error(ExitStatus::usage, "node " + peer.name + " is this node itself; give the card of the other one (the last "
                    "line of \"mirrorctl node show\" over there)");
    if (peer.id.is_nil())
        throw Error(ExitStatus::usage,
                    "the identity of node " + peer.name + " is missing; give its card (the last "
                    "line of \"mirrorctl node show\" over there), or --id");
    if (peer.addresses.empty())
        throw Error(ExitStatus::usage, "no address of node " + peer.name +
                                           " is known; give one with --address");
}

std::string addresses_text(const std::vector<Address>& addresses)
{
    std::string text;
    for (const auto& address : addresses)
        text += (text.empty() ? "" : ",") + address.to_string();
    return text.empty() ? "none" : text;
}

// A node as it is, or shall be, known.
struct Known {
    PeerConfig peer;
    std::optional<Key> key;
};

// What has become another one, for people; never the key itself. Addresses that were
// named one by one (`addresses_meant`) are what the person wants.
std::vector<std::string> differences(const Known& before, const Known& now, bool addresses_meant)
{
    std::vector<std::string> found;
    if (before.peer.id != now.peer.id)
        found.push_back(fmt::format("the identity is {}, known is {}", now.peer.id.to_string(),
                                    before.peer.id.to_string()));
    if (before.peer.addresses != now.peer.addresses && !addresses_meant)
        found.push_back(fmt::format("the addresses are {}, known are {}",
                                    addresses_text(now.peer.addresses),
                                    addresses_text(before.peer.addresses)));
    if (before.key && now.key && !(*before.key == *now.key))
        found.emplace_back("the key of the pair is another one");
    return found;
}

void require_same(const std::vector<std::string>& differences, const std::string& name)
{
    if (differences.empty())
        return;
    throw Error(ExitStatus::needs_force,
                fmt::format("node {} is known already, and what is given now is not that: {}. "
                            "Nothing was changed. If you know why (it was installed anew, has "
                            "moved, or each of the two nodes had made a key of its own), repeat "
                            "with --yes; otherwise compare with what \"mirrorctl node show\" says "
                            "on that node",
                            name, fmt::join(differences, "; ")),
                "--yes");
}

// One machine under two names would be two nodes to every volume.
void require_one_name(const ConfigStore& store, const PeerConfig& peer)
{
    for (const auto& name : store.peer_names())
        if (const auto known = name == peer.name ? std::nullopt : store.find_peer(name);
            known && known->id == peer.id)
            throw Error(ExitStatus::exists,
                        "this machine (" + peer.id.to_string() + ") is known here as node " + name +
                            " already; keep that name: mirrorctl node trust " + name +
                            ", or forget it first: mirrorctl node forget " + name);
}

// The key that was given, if any.
std::optional<Key> given_key(const NodeTrustOptions& options)
{
    if (!options.key_file.empty()) {
        if (file_mode(options.key_file) & 077)
            throw Error(ExitStatus::not_permitted,
                        options.key_file + " can be read by others than its owner; a key that "
                        "others may have seen proves nothing: chmod 600, or make a new one");
        return Key::parse(read_file(options.key_file));
    }
    return options.card ? options.card->key : std::nullopt;
}

// The key last: once there is one, no token is shown any more.
void make_known(Undo& undo, const ConfigStore& store, const Known& now, const std::optional<PeerConfig>& before,
                const std::optional<Key>& old_key)
{
    const std::string& name = now.peer.name;
    undo.add("put what is known of node " + name + " back", [&store, name, before, old_key] {
        if (!old_key)
            store.remove_peer(name);
        if (before)
            store.save(*before);
        if (old_key)
            store.save_key(name, *old_key);
    });
    store.save(now.peer);
    if (now.key)
        store.save_key(name, *now.key);
}

} // namespace

void require_trustable(const ConfigStore& store, const NodeTrustOptions& options)
{
    PeerConfig peer;
    peer.name = check_name("node", options.name);
    apply(peer, options);
    check_complete(peer, store.load_node());
    require_one_name(store, peer);
    given_key(options);
}

NodeTrustResult node_trust(const ConfigStore& store, const NodeTrustOptions& options)
{
    const NodeConfig self = store.load_node();
    const std::string name =
        check_name("node", !options.name.empty() || !options.card ? options.name
                                                                  : options.card->name);
    const auto before = store.find_peer(name);
    NodeTrustResult result;
    result.peer = start_from(store, name);
    apply(result.peer, options);
    check_complete(result.peer, self);
    require_one_name(store, result.peer);

    const auto old_key = store.find_key(name);
    auto key = given_key(options);
    if (before && !options.confirmed)
        require_same(differences({*before, old_key}, {result.peer, key}, !options.addresses.empty()),
                     name);
    if (!key && !old_key) {
        key = Key::random();
        result.token = NodeCard{self.name, self.id, own_addresses(self), key};
    }
    const Known now{result.peer, key ? key : old_key};
    result.changed = !before || !(*before == now.peer) || !(old_key == now.key);
    if (result.changed)
        whole_or_not_at_all([&](Undo& undo) { make_known(undo, store, now, before, old_key); });
    store.remove_forgotten(result.peer.id);
    return result;
}

} // namespace mirrornet::ops
