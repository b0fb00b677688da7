// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/gate.hpp"

#include "ops/volume/lock.hpp"
#include "ops/volume/unlock.hpp"

namespace mirrornet::ops {

Gate::Gate(nl::Kernel& kernel, const VolumeConfig& config)
    : kernel_(kernel), config_(config), was_locked_as_(kernel.volume(config.id).lock)
{
}

void Gate::close(std::chrono::seconds wait)
{
    patiently(wait, ExitStatus::in_use, [&] { lock_copy(kernel_, config_, LockReason::handing_over); });
}

// By a person, and not for a change of roles any more.
void Gate::lock_as_before()
try {
    if (kernel_.volume(config_.id).lock == LockReason::handing_over)
        kernel_.lock(config_.id);
} catch (const Error&) {
    // locked it is; for another reason than before
}

// What an earlier change of roles closed that did not end, this one opens.
bool Gate::was_locked() const
{
    return was_locked_as_ != LockReason::none && was_locked_as_ != LockReason::handing_over &&
           was_locked_as_ != LockReason::handed_over;
}

std::string Gate::put_back()
try {
    if (was_locked())
        lock_as_before();
    else
        unlock_when_free(kernel_, config_.id);
    return {};
} catch (const Error& error) {
    return "volume " + config_.name + " stays locked, it could not be opened again (" + error.what() +
           "): mirrorctl unlock " + config_.name;
}

std::string Gate::reopen()
{
    if (const auto left = put_back(); !left.empty())
        return ", but " + left;
    return was_locked() ? ", and the volume stays locked (to open it: mirrorctl unlock " + config_.name + ")"
                        : ", and the volume is open again";
}

void throw_not_drained(Gate& gate, const std::string& volume, const ChangeoverOptions& options,
                       const Error& error)
{
    const auto open = gate.reopen();
    if (error.status() != ExitStatus::timed_out)
        throw Error(error.status(), std::string(error.what()) + "; nothing was changed" + open);
    throw Error(ExitStatus::refused,
                "volume " + volume + ": the target did not get everything within " +
                    std::to_string(options.drain.count()) + " s" + " (--drain-timeout); nothing was changed" + open +
                    "; see how far it is: mirrorctl status " + volume);
}

} // namespace mirrornet::ops
