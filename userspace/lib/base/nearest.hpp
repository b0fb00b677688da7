// SPDX-License-Identifier: GPL-2.0-or-later
//
// Words that were mistyped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mirrornet {

// The candidate with the fewest letters to be put in, left out or changed; empty: none is near enough (two letters, or a
// third of them).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace mirrornet
