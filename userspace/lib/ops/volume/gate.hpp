// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the planned changes of roles have in common: the volume closes, its targets get everything.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"
#include "ops/volume/switchover.hpp"

#include <chrono>
#include <string>
#include <thread>

namespace mirrornet::ops {

// Until it is done, or for so long: `again` is the refusal that may pass.
template <typename Action> auto patiently(std::chrono::seconds most, ExitStatus again, Action action)
{
    const auto end = std::chrono::steady_clock::now() + most;
    for (;;) {
        try {
            return action();
        } catch (const Error& error) {
            if (error.status() != again || std::chrono::steady_clock::now() >= end)
                throw;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

// The gate of a source on this node: closed for a change of roles, opened again if that fails.
// Both must outlive it.
class Gate {
public:
    Gate(nl::Kernel& kernel, const VolumeConfig& config);

    // Error(in_use) names who has it open after so long.
    void close(std::chrono::seconds wait);
    // As it was before it was closed: open, or locked by a person. Empty, or why it stays locked, and what opens it.
    std::string put_back();
    // The same; what completes "nothing was changed".
    std::string reopen();

private:
    bool was_locked() const;
    void lock_as_before();

    nl::Kernel& kernel_;
    const VolumeConfig& config_;
    LockReason was_locked_as_;
};

// The same refusal, after which the volume is as it was before.
[[noreturn]] void throw_not_drained(Gate& gate, const std::string& volume, const ChangeoverOptions& options,
                                    const Error& error);

// Runs `step`, which answers timed_out as long as a target has not got everything.
template <typename Step>
auto drained(Gate& gate, const std::string& volume, const ChangeoverOptions& options, Step step)
{
    try {
        return patiently(options.drain, ExitStatus::timed_out, step);
    } catch (const Error& error) {
        throw_not_drained(gate, volume, options, error);
    }
}

} // namespace mirrornet::ops
