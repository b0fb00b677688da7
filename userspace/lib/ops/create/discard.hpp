// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace mirrornet::ops {

// Clears a device that becomes a target: its old signatures go, and its content
// is discarded as far as it can be. Takes the device exclusively meanwhile.
// Returns whether everything was discarded.
bool clear_target(const std::string& path);

} // namespace mirrornet::ops
