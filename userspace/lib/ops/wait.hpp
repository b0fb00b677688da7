// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/status/report.hpp"
#include "ops/volume/mirror_verbs.hpp"

#include <chrono>
#include <functional>

namespace mirrornet::ops {

// Returns when the mirror is mirroring. `progress` is told how it stands, several
// times a second. Error(timed_out) after `most` (0: never; the resync goes on),
// Error(refused) if the mirror stopped in a way that does not end by itself.
MirrorStatus wait_for_mirroring(const MirrorName& mirror, std::chrono::seconds most,
                                const std::function<void(const MirrorStatus&)>& progress);

} // namespace mirrornet::ops
