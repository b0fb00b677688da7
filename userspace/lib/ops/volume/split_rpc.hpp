// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/store.hpp"
#include "remote/rpc.hpp"

namespace mirrornet::ops {

// What the nodes of a split brain ask each other: the methods split.*. `store` must outlive the dispatcher.
void register_split_methods(RpcDispatcher& methods, const ConfigStore& store);

} // namespace mirrornet::ops
