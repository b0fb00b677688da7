// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/lock.hpp"

#include "ops/operation_lock.hpp"
#include "ops/volume/allowed.hpp"
#include "ops/volume/copy_steps.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/unlock.hpp"

#include <chrono>
#include <thread>

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

// udev looks into a device whenever one has written to it: such a holder is gone at once.
void lock_when_free(nl::Kernel& kernel, const VolumeId& id, LockReason why)
{
    for (int tries = 20;; tries--) {
        try {
            kernel.lock(id, why);
            return;
        } catch (const Error& error) {
            if (error.status() != ExitStatus::in_use || tries == 0)
                throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

} // namespace

bool is_open(const nl::VolumeRecord& record, const nl::Unlock& how)
{
    return !record.locked() && record.read_only == how.read_only;
}

void lock_copy(nl::Kernel& kernel, const VolumeConfig& config, LockReason why)
{
    name_users(config.name, "locked", [&] { lock_when_free(kernel, config.id, why); });
}

LockResult lock(const ConfigStore& store, const std::string& volume)
{
    const auto config = store.load_volume(volume);
    const OperationLock operation(volume, "lock");
    nl::Kernel kernel;
    require_active(kernel, config.name, config.id);
    const auto before = kernel.volume(config.id).lock;
    lock_copy(kernel, config);
    const auto now = kernel.volume(config.id);
    return {now.lock != before, now};
}

LockResult unlock(const ConfigStore& store, const std::string& volume, const nl::Unlock& how)
{
    const auto config = store.load_volume(volume);
    const OperationLock operation(volume, "unlock");
    nl::Kernel kernel;
    require_active(kernel, config.name, config.id);
    LockResult result{!is_open(kernel.volume(config.id), how), {}};
    if (result.changed && kernel.volume(config.id).role == Role::source)
        require_allowed(store, volume, Role::source);
    if (result.changed)
        unlock_when_free(kernel, config.id, how);
    result.volume = kernel.volume(config.id);
    return result;
}

} // namespace mirrornet::ops
