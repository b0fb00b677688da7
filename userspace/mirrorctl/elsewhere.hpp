// SPDX-License-Identifier: GPL-2.0-or-later
//
// -H NODE and --via NODE, on the side that asks and on the one that is asked (docs/remote.md).
#pragma once

#include "mirrorctl/verbs.hpp"

namespace mirrornet::ctl {

// Before the command line is read: who asks, if mirror-netd says so. Error(usage) if that makes no sense.
void be_asked(Invocation& invocation);

// For a command that another node asked for. Error(not_permitted) if that node may not, Error(usage)
// if it is a hop too many. What changes something then goes on when that node is gone.
void require_allowed(const Invocation& invocation);

bool is_elsewhere(const Invocation& invocation);

// Prints what the other node prints; returns its exit status. Error(unreachable); Error(timed_out) where
// a change goes on over there; Error(not_permitted) for what is done on the node itself only.
int run_elsewhere(const Invocation& invocation);

} // namespace mirrornet::ctl
