// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/copy_options.hpp"

#include "nl/kernel.hpp"
#include "ops/volume/allowed.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

// Without the module no volume has a role here: its next activation sees to it.
std::vector<nl::VolumeRecord> active_volumes()
try {
    return nl::Kernel().volumes();
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found)
        throw;
    return {};
}

} // namespace

std::vector<OptionChange> copy_changes(const Subject& subject, std::vector<OptionChange>& changes)
{
    const auto of_copy = [](const OptionChange& change) { return (spec_of(change.option).scopes & scope_copy) != 0; };
    std::vector<OptionChange> found;
    std::ranges::copy_if(changes, std::back_inserter(found), of_copy);
    std::erase_if(changes, of_copy);
    if (!found.empty() && subject.kind == Subject::Kind::mirror) {
        const std::string name(spec_of(found.front().option).name);
        throw Error(ExitStatus::usage, name + ": belongs to the copy of a volume on one node, not to a mirror; on that "
                                              "node: mirrorctl set " + subject.name + " " + name + "=VALUE");
    }
    return found;
}

std::optional<VolumeLocal> with_copy_changes(const ConfigStore& store, const VolumeConfig& config,
                                             const std::vector<OptionChange>& changes)
{
    if (changes.empty())
        return std::nullopt;
    const auto before = store.load_local(config.name);
    auto local = before;
    for (const auto& wanted : changes)
        if (wanted.value)
            local.options.set(wanted.option, *wanted.value);
        else
            local.options.reset(wanted.option);
    auto allowed = allowed_roles(store, config.name);
    allowed.copy = local.options.get_as<RoleSet>(Option::allowed_roles);
    for (const auto& record : active_volumes())
        if (record.id == config.id)
            require_role_kept(allowed, record.role, store.load_node().name, config.name);
    return local == before ? std::nullopt : std::optional(local);
}

void require_roles_kept(const ConfigStore& store, const NodeConfig& node)
{
    for (const auto& record : active_volumes()) {
        auto allowed = allowed_roles(store, record.name);
        allowed.node = node.options.get_as<RoleSet>(Option::allowed_roles);
        require_role_kept(allowed, record.role, node.name, record.name);
    }
}

} // namespace mirrornet::ops
