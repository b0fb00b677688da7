// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/backoff.hpp"

#include <algorithm>

namespace mirrornet::netd {

std::chrono::milliseconds Backoff::next(std::mt19937& random)
{
    const auto quarter = delay_.count() / 4;
    std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter(-quarter, quarter);
    const auto delay = delay_ + std::chrono::milliseconds(jitter(random));
    delay_ = std::min(delay_ * 2, longest);
    return delay;
}

} // namespace mirrornet::netd
