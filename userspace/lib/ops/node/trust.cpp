// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.hpp"
#include "base/file.hpp"
#include "ops/node/addresses.hpp"
#include "ops/node/node.hpp"

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
        throw Error(ExitStatus::usage, "node " + peer.name + " is this node itself");
    if (peer.id.is_nil())
        throw Error(ExitStatus::usage,
                    "the identity of node " + peer.name + " is missing; give its card (the last "
                    "line of \"mirrorctl node show\" over there), or --id");
    if (peer.addresses.empty())
        throw Error(ExitStatus::usage, "no address of node " + peer.name +
                                           " is known; give one with --address");
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

} // namespace

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

    const auto old_key = store.find_key(name);
    auto key = given_key(options);
    if (!key && !old_key) {
        key = Key::random();
        result.token = NodeCard{self.name, self.id, own_addresses(self), key};
    }
    if (!before || !(*before == result.peer)) {
        store.save(result.peer);
        result.changed = true;
    }
    // The key last: once there is one, no token is shown any more.
    if (key && !(old_key && *old_key == *key)) {
        store.save_key(name, *key);
        result.changed = true;
    }
    return result;
}

} // namespace mirrornet::ops
