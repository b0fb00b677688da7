// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `switchover` and `demote`: planned changes of the role (docs/takeover.md).
#pragma once

#include "config/store.hpp"
#include "model/names.hpp"
#include "nl/kernel.hpp"

#include <chrono>
#include <string>

namespace mirrornet::ops {

struct ChangeoverOptions {
    // How long to wait for those who have the volume open.
    std::chrono::seconds wait{0};
    // How long the target may take to get what was written; writes fail meanwhile.
    std::chrono::seconds drain{60};
};

struct ChangeoverResult {
    bool changed = false; // false: it was so already
    std::string source;   // node; empty: none
};

// Makes the node of VOLUME@NODE the source, whichever of the two this is; the other becomes a target.
// Every Error says who is the source now; refused, in_use: nothing was changed. timed_out: whether
// the other took the role is not known, the same call finds out.
ChangeoverResult switchover(const ConfigStore& store, const Subject& subject,
                            const ChangeoverOptions& options);

// VOLUME@NODE of the node that the volume was created on, as the source: the first of its
// configuration. Error(usage): the subject names a node already.
Subject at_home(const ConfigStore& store, const Subject& subject);

// This node is the source no more, and nobody is: role none, locked.
ChangeoverResult demote(const ConfigStore& store, const std::string& volume,
                        const ChangeoverOptions& options);

// For the other node, which hands its role over: of the volume that both have.
void take_handover(const ConfigStore& store, const std::string& volume, const NodeId& from,
                   const nl::Kernel::Handover& which);
void refuse_handover(const ConfigStore& store, const std::string& volume, const NodeId& from,
                     const nl::Kernel::Handover& which);

} // namespace mirrornet::ops
