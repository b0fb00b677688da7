// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/operation_lock.hpp"
#include "ops/volume/gate.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/role_hooks.hpp"

namespace mirrornet::ops {

ChangeoverResult demote(const ConfigStore& store, const std::string& volume,
                        const ChangeoverOptions& options)
{
    const auto config = store.load_volume(volume);
    const OperationLock operation(volume, "demote");
    nl::Kernel kernel;
    require_active(kernel, volume, config.id);
    if (kernel.volume(config.id).role == Role::none)
        return {false, {}};
    if (kernel.volume(config.id).role == Role::target)
        throw Error(ExitStatus::refused, "this node holds a target of volume " + volume +
                                             ": it has no role to lay down; nothing was changed");
    Gate gate(kernel, config);
    RoleHooks(store, config, "demote", {}).around([&] {
        gate.close(options.wait);
        drained(gate, volume, options, [&] { kernel.demote(config.id); });
    });
    return {true, {}};
}

} // namespace mirrornet::ops
