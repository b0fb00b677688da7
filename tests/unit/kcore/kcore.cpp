// SPDX-License-Identifier: GPL-2.0-or-later
#include "kcore.hpp"

#include <cstdlib>

namespace kcore {

Random::Random(std::uint64_t seed)
    : engine_(seed + (std::getenv("MN_SEED") ? std::strtoull(std::getenv("MN_SEED"), nullptr, 0) : 0))
{
}

std::uint64_t Random::range(std::uint64_t low, std::uint64_t high)
{
    return std::uniform_int_distribution<std::uint64_t>(low, high)(engine_);
}

void Random::fill(void *bytes, std::size_t count)
{
    auto *at = static_cast<unsigned char *>(bytes);

    for (std::size_t i = 0; i < count; i++)
        at[i] = static_cast<unsigned char>(engine_());
}

}  // namespace kcore
