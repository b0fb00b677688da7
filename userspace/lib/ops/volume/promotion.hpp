// SPDX-License-Identifier: GPL-2.0-or-later
//
// One volume that this node takes over without asking its source, step by step, so that several can do it
// as one (docs/jobs.md).
#pragma once

#include "ops/volume/promote.hpp"
#include "ops/volume/seen.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

// `store` must outlive it. The caller holds the operation lock of the volume.
class Promotion {
public:
    Promotion(const ConfigStore& store, const std::string& volume, const PromoteOptions& options);

    // Tries every path to every other node, which takes its time, and changes nothing. Error: why this copy
    // may not be the source.
    void look();
    // The role, durably; the volume stays locked. Nothing where this node is the source already.
    void take();
    // A copy without a role follows it, and the volume opens, unless asked otherwise. Error(partly_done): another
    // node is the source, too; it stays locked.
    PromoteResult finish();

    const std::string& volume() const { return config_.name; }

private:
    void look_at_handover();
    void look_at_others();

    const ConfigStore& store_;
    nl::Kernel kernel_;
    const PromoteOptions options_;
    const VolumeConfig config_;
    const std::vector<MirrorName> mirrors_;
    const nl::VolumeRecord here_; // before
    PromoteResult result_;
};

} // namespace mirrornet::ops
