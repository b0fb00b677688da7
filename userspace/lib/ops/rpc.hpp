// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/store.hpp"
#include "remote/rpc.hpp"

namespace mirrornet::ops {

// What another node may ask of this one:
//   node.call-back   connect back to the caller, as its own request came here
//   status           {"volumes": [NAME...]} -> as mirrorctl status --json
//   copy.examine     facts of a copy that this node shall hold; changes nothing
//   copy.build       build the target's copy; whole or not at all
//   copy.dismantle   remove it again
//   volume.options   take over options of a volume that both have; changes nothing else
//   handover.take    the caller has handed its role over: become the source
//   handover.refuse  ... or never take it in that handover
//   volume.switchover  on the source: hand the role to the caller
//   volume.follow    a copy without a role becomes a target: the caller is the source
//   split.show       what this node wrote since it and the caller parted
//   split.discard    after a split brain: give this copy up, the caller's is kept
//   mirror.continue  go on with the mirror to the caller
//   mirror.resync    on the source: resync the mirror to the caller
// `store` must outlive the dispatcher.
void register_ops_methods(RpcDispatcher& methods, const ConfigStore& store);

} // namespace mirrornet::ops
