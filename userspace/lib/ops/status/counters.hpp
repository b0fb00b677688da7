// SPDX-License-Identifier: GPL-2.0-or-later
//
// The counters of a volume and of a mirror under the names of the interface (SPEC 8),
// in a fixed order; sysfs has the same.
#pragma once

#include "nl/records.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace mirrornet::ops {

struct Counter {
    std::string_view name;
    std::int64_t value = 0;
    std::string_view unit; // "" for a bare number or a code
    std::string_view help; // one line
    bool grows = false; // only grows while the volume is active; else it is a gauge
};

std::vector<Counter> counters_of(const nl::VolumeRecord& volume);
std::vector<Counter> counters_of(const nl::MirrorRecord& mirror);

struct Histogram {
    std::string_view name;
    nl::Latency latency;
    std::string_view help; // one line
};

std::vector<Histogram> histograms_of(const nl::VolumeRecord& volume);
std::vector<Histogram> histograms_of(const nl::MirrorRecord& mirror);

} // namespace mirrornet::ops
