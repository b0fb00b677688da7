// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `node init`, `show`, `key`, `trust` and `forget`.
#pragma once

#include "config/store.hpp"
#include "ops/node/token.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mirrornet::ops {

struct NodeInitOptions {
    std::string name;            // empty: the host name up to its first dot
    std::vector<Address> listen; // empty: every address
    std::optional<std::uint16_t> port;
};

// Gives this machine its identity. The same name again: what there is is kept.
// Error(exists) if it is called otherwise already.
NodeConfig node_init(const ConfigStore& store, const NodeInitOptions& options);

struct ShownPeer {
    PeerConfig config; // its name alone where its file cannot be read
    bool key = false;  // there is one that can be used
    std::string error; // what cannot be read, and why; empty: nothing is wrong
};

struct NodeShown {
    NodeConfig self;
    NodeCard card; // with the addresses of this machine, as far as it can tell
    std::vector<ShownPeer> peers;
};
NodeShown node_show(const ConfigStore& store);

// A fresh key for a pair of nodes in a file of its own, mode 0600.
void node_key(const std::string& file);

struct NodeTrustOptions {
    std::string name;                 // empty: as the card or token says
    std::optional<NodeCard> card;     // or a token, with the key
    std::optional<NodeId> id;         // these three as the card would say
    std::vector<Address> addresses;
    std::string key_file;             // empty: the token's, the one it has, or a fresh one
    std::optional<Permissions> may;   // default: everything
    std::optional<Encryption> encryption;
    bool confirmed = false; // also where a known node has become another one
};

struct NodeTrustResult {
    PeerConfig peer;
    bool changed = false;
    std::optional<NodeCard> token; // of a fresh key: to be entered at the other node
};

// Makes another node known and trusted, or changes what is known of it. An identity, a
// key or the addresses of a card that are not those known: Error(needs_force) names them,
// unless `confirmed`. Error(exists) if the identity is known by another name.
NodeTrustResult node_trust(const ConfigStore& store, const NodeTrustOptions& options);

// Throws what node_trust() would throw of a machine that is to be known as `options.name`, and not as
// what that name may mean now. Changes nothing.
void require_trustable(const ConfigStore& store, const NodeTrustOptions& options);

// It is refused from now on, and told why. Error(in_use) while a volume has a copy there.
void node_forget(const ConfigStore& store, const std::string& name);

} // namespace mirrornet::ops
