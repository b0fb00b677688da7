// SPDX-License-Identifier: GPL-2.0-or-later
//
// The state of this node's volumes: configuration and kernel side by side. Asked
// anew every time, never cached.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mirrornet::ops {

struct MirrorStatus {
    std::string node; // the other one; its id where the configuration has no name
    nl::MirrorRecord record;
    Level level = Level::unknown;
    std::string advice; // what to do, if anything; one sentence

    // Of a resync under way.
    std::uint64_t blocks_left() const { return record.dirty_blocks; }
    std::optional<double> percent() const;
    std::optional<std::uint64_t> bytes_per_second() const;
    std::optional<std::uint64_t> seconds_left() const;
};

struct VolumeStatus {
    std::string name;
    VolumeId id;
    bool configured = false;
    std::uint64_t bytes = 0;
    std::string data_device, meta_path; // as configured
    std::optional<nl::VolumeRecord> record; // nothing: not active
    std::vector<MirrorStatus> mirrors;
    Level level = Level::unknown;
    std::string advice;
};

struct StatusReport {
    std::string node;
    std::vector<VolumeStatus> volumes;
    Level level() const; // the worst
};

// All volumes, or those named; Error(not_found) for a name that is none.
StatusReport status(const ConfigStore& store, const std::vector<std::string>& names = {});

// Pure: what the records mean.
Level level_of(const nl::MirrorRecord& mirror);
Level level_of(const VolumeStatus& volume);
// role: of this node.
std::string advice_for(const nl::MirrorRecord& mirror, Role role, const std::string& volume,
                       const std::string& node);
std::string advice_for(const VolumeStatus& volume);
ExitStatus exit_status_of(Level level);

} // namespace mirrornet::ops
