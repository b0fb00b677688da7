// SPDX-License-Identifier: GPL-2.0-or-later
//
// Do the versions fit together, within a node and between nodes?
#pragma once

#include "ops/version/facts.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

// The later the worse: worth knowing; cannot be told; does not fit.
enum class Fit { note, unknown, misfit };

struct VersionFinding {
    Fit fit = Fit::note;
    std::vector<std::string> nodes; // whom it is about
    std::string what;               // and what it means for the mirrors
    std::string step;               // what to do; empty: nothing
    bool operator==(const VersionFinding&) const = default;
};

// Pure. The first node is this one: the others are compared with it and with each other.
std::vector<VersionFinding> judge_versions(const std::vector<NodeVersions>& nodes);

ExitStatus exit_status_of(const std::vector<VersionFinding>& findings);

} // namespace mirrornet::ops

namespace mirrornet {

template <> struct Words<ops::Fit> {
    static constexpr std::string_view kind = "fit";
    static constexpr Word<ops::Fit> table[] = {
        {ops::Fit::note, "note"}, {ops::Fit::unknown, "unknown"}, {ops::Fit::misfit, "misfit"}};
};

} // namespace mirrornet
