// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/nearest.hpp"

#include <algorithm>
#include <numeric>

namespace mirrornet {

namespace {

// How many letters are to be put in, left out or changed.
std::size_t edits(std::string_view from, std::string_view to)
{
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 0; i < from.size(); i++) {
        std::size_t corner = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); j++) {
            const std::size_t changed = corner + (from[i] == to[j] ? 0 : 1);
            corner = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, corner + 1});
        }
    }
    return row.back();
}

} // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates)
{
    std::string best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& candidate : candidates)
        if (const auto needed = edits(word, candidate); needed < least) {
            least = needed;
            best = candidate;
        }
    return best;
}

} // namespace mirrornet
