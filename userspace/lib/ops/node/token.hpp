// SPDX-License-Identifier: GPL-2.0-or-later
//
// What one node tells another to be trusted by it, as one line to be carried over
// by hand: a card (not secret) and a token (a card with the key of the pair).
//
//   mirror-net-node/1/NAME/UUID/ADDRESS,ADDRESS
//   mirror-net-trust/1/NAME/UUID/ADDRESS,ADDRESS/KEY
#pragma once

#include "config/key.hpp"
#include "model/address.hpp"
#include "model/names.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet::ops {

struct NodeCard {
    std::string name;
    NodeId id;
    std::vector<Address> addresses;
    std::optional<Key> key; // of a token

    std::string print() const;
    static NodeCard parse(std::string_view line); // Error(usage), never with the key in it
};

} // namespace mirrornet::ops
