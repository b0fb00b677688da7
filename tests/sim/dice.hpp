// SPDX-License-Identifier: GPL-2.0-or-later
// Random numbers of one step of a story: cheap to begin, and its own. So a story in which steps were left out
// does the others as before, which is what makes it shrink.
#pragma once

#include <cstdint>

namespace sim {

class Dice {
public:
    explicit Dice(std::uint64_t seed, std::uint64_t step = 0) : state_(seed * 0x9e3779b97f4a7c15ull + step * 0xd1342543de82ef95ull)
    {
        any();
    }

    std::uint64_t any()
    {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        return z ^ (z >> 31);
    }
    std::uint64_t below(std::uint64_t n) { return any() % n; }
    bool one_in(unsigned int n) { return below(n) == 0; }

private:
    std::uint64_t state_;
};

}  // namespace sim
