// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/lock.hpp"

#include "ops/operation_lock.hpp"
#include "ops/volume/copy_steps.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/unlock.hpp"

namespace mirrornet::ops {

namespace {

// The kernel's refusal says that it is open, not by whom.
template <typename Action> void name_users(const std::string& volume, const std::string& verb, Action action)
{
    try {
        action();
    } catch (const Error& error) {
        if (error.status() == ExitStatus::in_use)
            throw_open(volume, verb);
        throw;
    }
}

bool is_open(const nl::VolumeRecord& record, const nl::Unlock& how)
{
    return !record.locked() && record.read_only == how.read_only;
}

} // namespace

void lock_copy(nl::Kernel& kernel, const VolumeConfig& config)
{
    if (!kernel.volume(config.id).locked())
        name_users(config.name, "locked", [&] { kernel.lock(config.id); });
}

LockResult lock(const ConfigStore& store, const std::string& volume)
{
    const auto config = store.load_volume(volume);
    const OperationLock operation(volume, "lock");
    nl::Kernel kernel;
    require_active(kernel, config.name, config.id);
    LockResult result{!kernel.volume(config.id).locked(), {}};
    lock_copy(kernel, config);
    result.volume = kernel.volume(config.id);
    return result;
}

LockResult unlock(const ConfigStore& store, const std::string& volume, const nl::Unlock& how)
{
    const auto config = store.load_volume(volume);
    const OperationLock operation(volume, "unlock");
    nl::Kernel kernel;
    require_active(kernel, config.name, config.id);
    LockResult result{!is_open(kernel.volume(config.id), how), {}};
    if (result.changed)
        unlock_when_free(kernel, config.id, how);
    result.volume = kernel.volume(config.id);
    return result;
}

} // namespace mirrornet::ops
