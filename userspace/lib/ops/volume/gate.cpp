// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/gate.hpp"

#include "ops/volume/lock.hpp"
#include "ops/volume/unlock.hpp"

namespace mirrornet::ops {

Gate::Gate(nl::Kernel& kernel, const VolumeConfig& config)
    : kernel_(kernel), config_(config), was_open_(!kernel.volume(config.id).locked())
{
}

void Gate::close(std::chrono::seconds wait)
{
    patiently(wait, ExitStatus::in_use, [&] { lock_copy(kernel_, config_); });
}

std::string Gate::reopen()
{
    if (!was_open_)
        return ", and the volume stays locked (to open it: mirrorctl unlock " + config_.name + ")";
    try {
        unlock_when_free(kernel_, config_.id);
        return ", and the volume is open again";
    } catch (const Error& error) {
        return ", but the volume could not be opened again (" + std::string(error.what()) +
               "): mirrorctl unlock " + config_.name;
    }
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
