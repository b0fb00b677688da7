// SPDX-License-Identifier: GPL-2.0-or-later
//
// One volume of a job that changes hands; this node is its source.
#pragma once

#include "ops/volume/giving.hpp"
#include "ops/volume/role_hooks.hpp"

#include <optional>
#include <string>

namespace mirrornet::ops {

class Part {
public:
    Part(const ConfigStore& store, const VolumeConfig& config, const std::string& to);
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    const std::string& volume() const { return config_.name; }

    // Each is the next step of the one before. An Error: it is where it was before the step.
    void check(); // changes nothing
    void prepare(); // its hooks
    void close(std::chrono::seconds wait);
    void give(const ChangeoverOptions& options);
    void take(); // Error(timed_out): whether the other node took it is not known

    // Back to where it was, from whichever step; what could not be, as a sentence, else empty.
    std::string put_back(const ChangeoverOptions& options);

private:
    enum class Step { untouched, prepared, closed, given, taken };

    bool is_handed_over();
    std::string cancel();
    std::string switch_back(const ChangeoverOptions& options);

    const ConfigStore& store_;
    nl::Kernel kernel_;
    const VolumeConfig config_;
    const MirrorName mirror_;
    Giving giving_;
    RoleHooks hooks_;
    std::optional<Giving::Handover> which_;
    Step step_ = Step::untouched;
};

} // namespace mirrornet::ops
