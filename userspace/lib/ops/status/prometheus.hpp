// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/status/report.hpp"

#include <string>

namespace mirrornet::ops {

// What is in the report in the text format of Prometheus, version 0.0.4 (the one that
// its agents read from files and over HTTP): the counters of volumes and mirrors, all
// of one name together. Labels: volume, and of a mirror also peer, the other node.
std::string prometheus_text(const StatusReport& report);

} // namespace mirrornet::ops
