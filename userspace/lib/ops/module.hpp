// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "nl/kernel.hpp"

namespace mirrornet::ops {

// The kernel's interface; loads the module first where root is allowed to and it
// is not there yet.
nl::Kernel open_kernel();

} // namespace mirrornet::ops
