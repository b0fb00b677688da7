// SPDX-License-Identifier: GPL-2.0-or-later
//
// The status as JSON: what --json prints and what nodes send each other. Keys are
// added, never renamed.
#pragma once

#include "ops/json.hpp"
#include "ops/status/report.hpp"

namespace mirrornet::ops {

json to_json(const StatusReport& report);
json to_json(const VolumeStatus& volume);
json to_json(const MirrorStatus& mirror);

} // namespace mirrornet::ops
