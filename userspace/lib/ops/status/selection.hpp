// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/status/report.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

// What a person wants to see: VOLUME or VOLUME@NODE, any number; everything without.
class Selection {
public:
    // Also job:NAME, all its volumes. Error(usage) if malformed, Error(not_found) if there is no such job.
    Selection(const ConfigStore& store, const std::vector<std::string>& names);

    // Both remove what was not asked for; Error(not_found) for what is not there.
    void keep(std::vector<VolumeStatus>& volumes) const;
    void keep_mirrors(VolumeStatus& volume) const; // where it is active

    // For a mirror of this volume; `node` is empty for the volume itself.
    bool has(const std::string& volume, const std::string& node) const;

private:
    std::vector<Subject> subjects_;
};

} // namespace mirrornet::ops
