// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a copy lacks that is made source without asking the old one: as far as this node knows.
#pragma once

#include "nl/records.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mirrornet::ops {

struct Missing {
    std::optional<std::uint64_t> seconds; // of the source's writes, at least; nothing: not known
    std::optional<std::uint64_t> bytes;   // nothing: only the other node knows
    std::string text;                     // what both mean, as the end of a sentence; empty: nothing is missing
};

// Pure. `node`: the other one; laid_down: it says that nobody is the source; now: ns since 1970.
Missing missing_in(const nl::VolumeRecord& here, const nl::MirrorRecord& mirror, const std::string& node,
                   bool laid_down, std::uint64_t now);

} // namespace mirrornet::ops
