// SPDX-License-Identifier: GPL-2.0-or-later
//
// That people work on a volume, a job or a node (docs/maintenance.md). Times are seconds since the epoch.
#pragma once

#include <cstdint>
#include <string>

namespace mirrornet {

struct Maintenance {
    std::string reason;      // one line; may be empty
    std::uint64_t since = 0;
    std::uint64_t until = 0; // 0: until a person ends it

    bool is_on(std::uint64_t now) const { return until == 0 || now < until; }
    void check() const; // Error(usage)
    bool operator==(const Maintenance&) const = default;
};

} // namespace mirrornet
