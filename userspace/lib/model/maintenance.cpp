// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/maintenance.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace mirrornet {

namespace {

constexpr std::uint64_t latest = 32503680000; // the year 3000: four digits of a year are enough

} // namespace

void Maintenance::check() const
{
    const auto is_control = [](unsigned char letter) { return letter < ' ' || letter == 127; };
    if (reason.size() > 255 || std::any_of(reason.begin(), reason.end(), is_control))
        throw Error(ExitStatus::usage, "the reason is one line of at most 255 bytes");
    if (since == 0 || since >= latest || until >= latest)
        throw Error(ExitStatus::usage, "the time of maintenance lies before the year 3000");
    if (until != 0 && until <= since)
        throw Error(ExitStatus::usage, "maintenance ends after it begins");
}

} // namespace mirrornet
