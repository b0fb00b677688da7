// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace mirrornet::ops {

// Has udev look at the device anew, since what it is used for has changed, and waits
// until it has. Where that cannot be asked for, udev notices at the next event of the
// device.
void announce_change(const std::string& device);

} // namespace mirrornet::ops
