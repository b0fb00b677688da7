// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/records.hpp"

#include <vector>

namespace mirrornet::ops {

// Where other nodes can reach this one: what it listens on, or else every
// address of its interfaces that is not local to a link.
std::vector<Address> own_addresses(const NodeConfig& self);

} // namespace mirrornet::ops
