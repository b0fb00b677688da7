// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `manage` and `unmanage`: who decides about the roles of a volume (docs/manage.md).
#pragma once

#include "config/store.hpp"
#include "model/names.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct ManageResult {
    bool changed = false; // false: it was so already
    std::vector<std::string> volumes;
};

// Of a volume, or of all of a job; on all their nodes, whole or not at all. by: the name of the manager; empty: nobody
// any more. Error(usage): no such name; refused: another one manages it; unreachable: nothing was changed.
ManageResult manage(const ConfigStore& store, const Subject& subject, const std::string& by);

// The node's role of it, as the kernel has it; what is not active is no source.
bool is_source_here(const ConfigStore& store, const std::string& volume);

} // namespace mirrornet::ops
