// SPDX-License-Identifier: GPL-2.0-or-later
//
// The executables of switchover.d, which make a source ready for a planned change of its role: they
// stop what has the volume open (docs/takeover.md).
#pragma once

#include "base/error.hpp"
#include "config/store.hpp"
#include "ops/events/facts.hpp"

#include <chrono>
#include <string>

namespace mirrornet::ops {

class RoleHooks {
public:
    static constexpr std::chrono::seconds patience{60}; // with all of them

    // verb: switchover, demote; to: who shall be the source, empty: nobody. On the source.
    RoleHooks(const ConfigStore& store, const VolumeConfig& config, std::string verb, std::string to);

    // Before anything is changed. Error(refused): one of them failed, the others know it.
    void before() const;
    // It did not come to it. What fails is passed over.
    void cancelled() const noexcept;

    // Between the two: `action` changes the role, or refuses with nothing changed.
    template <typename Action> void around(Action action) const
    {
        before();
        unless_done(action);
    }

    // The rest of it, where they ran before.
    template <typename Action> void unless_done(Action action) const
    {
        try {
            action();
        } catch (const Error& error) {
            if (nothing_changed(error.status()))
                cancelled();
            throw;
        }
    }

private:
    static bool nothing_changed(ExitStatus status);
    Facts facts(const std::string& event) const;

    const ConfigStore& store_;
    const VolumeConfig& config_;
    const std::string verb_, to_;
};

} // namespace mirrornet::ops
