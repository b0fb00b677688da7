// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/allowed.hpp"

#include "base/error.hpp"

namespace mirrornet::ops {

namespace {

bool allows(RoleSet set, Role role)
{
    return role == Role::none || set == RoleSet::both || (set == RoleSet::source) == (role == Role::source);
}

std::string role_text(Role role)
{
    return role == Role::source ? "the source" : "a target";
}

} // namespace

bool AllowedRoles::allow(Role role) const
{
    return allows(node, role) && allows(copy, role);
}

std::string AllowedRoles::to_string() const
{
    const bool source = allow(Role::source), target = allow(Role::target);
    return source && target ? "both" : source ? "source" : target ? "target" : "none";
}

AllowedRoles allowed_roles(const ConfigStore& store, const std::string& volume)
{
    AllowedRoles allowed;
    if (const auto node = store.find_node())
        allowed.node = node->options.get_as<RoleSet>(Option::allowed_roles);
    if (const auto local = store.find_local(volume))
        allowed.copy = local->options.get_as<RoleSet>(Option::allowed_roles);
    return allowed;
}

std::string barred_text(const AllowedRoles& allowed, Role role, const std::string& node, const std::string& volume)
{
    if (allowed.allow(role))
        return {};
    const bool by_node = !allows(allowed.node, role);
    const auto& spec = spec_of(Option::allowed_roles);
    const auto value = print_value(spec, static_cast<std::int64_t>(by_node ? allowed.node : allowed.copy));
    return "node " + node + " may not be " + role_text(role) + " of volume " + volume + " (allowed-roles is " + value +
           (by_node ? " for this node" : " for its copy") + "); to allow it, on node " + node + ": mirrorctl set " +
           (by_node ? "--node" : volume) + " allowed-roles=both";
}

void require_allowed(const ConfigStore& store, const std::string& volume, Role role)
{
    const auto text = barred_text(allowed_roles(store, volume), role, store.load_node().name, volume);
    if (!text.empty())
        throw Error(ExitStatus::refused, text + "; or choose another node; nothing was changed");
}

void require_role_kept(const AllowedRoles& allowed, Role role, const std::string& node, const std::string& volume)
{
    if (allowed.allow(role))
        return;
    const auto step = role == Role::source ? "make another node the source first: mirrorctl switchover " + volume + "@NODE"
                                           : "make this node the source first: mirrorctl switchover " + volume + "@" + node +
                                                 "; or remove its copy: mirrorctl target remove " + volume + " " + node;
    throw Error(ExitStatus::refused, "node " + node + " is " + role_text(role) + " of volume " + volume +
                                         " now, which it could not be any more; nothing was changed; " + step);
}

} // namespace mirrornet::ops
