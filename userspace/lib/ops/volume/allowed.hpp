// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which roles this node may take for a volume (allowed-roles): those that the node and its copy of
// the volume both allow.
#pragma once

#include "config/store.hpp"

#include <string>

namespace mirrornet::ops {

struct AllowedRoles {
    RoleSet node = RoleSet::both; // for every volume
    RoleSet copy = RoleSet::both; // for this one

    bool allow(Role role) const; // no role is always allowed
    std::string to_string() const; // "both", "source", "target" or "none"
};

// Of this node. What is not configured allows both.
AllowedRoles allowed_roles(const ConfigStore& store, const std::string& volume);

// Pure: what bars the node from the role, and how to allow it; empty: nothing does.
std::string barred_text(const AllowedRoles& allowed, Role role, const std::string& node, const std::string& volume);

// Error(refused), nothing was changed: this node may not take the role.
void require_allowed(const ConfigStore& store, const std::string& volume, Role role);

// Pure: Error(refused) when the node has a role that it may not take from now on.
void require_role_kept(const AllowedRoles& allowed, Role role, const std::string& node, const std::string& volume);

} // namespace mirrornet::ops
