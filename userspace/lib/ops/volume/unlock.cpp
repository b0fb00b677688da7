// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/unlock.hpp"

#include <chrono>
#include <thread>

namespace mirrornet::ops {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5000ms;
constexpr auto between_tries = 100ms;

} // namespace

void unlock_when_free(nl::Kernel& kernel, const VolumeId& id, const nl::Unlock& how)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        try {
            kernel.unlock(id, how);
            return;
        } catch (const Error& error) {
            if (error.status() != ExitStatus::in_use || std::chrono::steady_clock::now() >= end)
                throw;
        }
        std::this_thread::sleep_for(between_tries);
    }
}

} // namespace mirrornet::ops
