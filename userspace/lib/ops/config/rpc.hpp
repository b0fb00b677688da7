// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/store.hpp"
#include "remote/rpc.hpp"

namespace mirrornet::ops {

// What another node may ask of this one:
//   config.get   the files of the volumes that both have copies of, and of their jobs
//   node.renamed the caller has another name now
// `store` must outlive the dispatcher.
void register_config_methods(RpcDispatcher& methods, const ConfigStore& store);

} // namespace mirrornet::ops
