// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `target replace`: another device on a node that has a copy. The old copy goes first, since a node has
// one copy of a volume; so everything that can be known is looked at before.
#pragma once

#include "ops/create/create.hpp"

namespace mirrornet::ops {

// Changes nothing. Completes the options: the source's device, and those of the mirror that is replaced, unless
// they are set. Error(not_found): the node has no copy; CreateRefused: the new device will not do.
void prepare_replace(const ConfigStore& store, CreateOptions& options);

} // namespace mirrornet::ops
