// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <random>

namespace mirrornet::netd {

// How long to wait before the next attempt: 0.2 s, doubling to 10 s, each time
// up to a quarter longer or shorter, so that many mirrors do not knock in step.
class Backoff {
public:
    static constexpr std::chrono::milliseconds first{200};
    static constexpr std::chrono::milliseconds longest{10000};

    std::chrono::milliseconds next(std::mt19937& random);
    void reset() { delay_ = first; }

private:
    std::chrono::milliseconds delay_ = first;
};

} // namespace mirrornet::netd
