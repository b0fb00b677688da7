// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "nl/kernel.hpp"

namespace mirrornet::ops {

// Unlocks the volume. udev looks into every new device for a moment, which would
// be a reason to refuse: such a refusal is tried again for a few seconds.
void unlock_when_free(nl::Kernel& kernel, const VolumeId& id, const nl::Unlock& how = {});

} // namespace mirrornet::ops
