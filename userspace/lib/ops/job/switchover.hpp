// SPDX-License-Identifier: GPL-2.0-or-later
//
// `switchover` of a job: all its volumes, or none (docs/jobs.md).
#pragma once

#include "ops/volume/switchover.hpp"

namespace mirrornet::ops {

// As switchover(), of job:NAME@NODE. refused, in_use, unreachable: all volumes are where they were.
// timed_out: some are not known; the same call finds out and goes on. partly_done: says where each is.
ChangeoverResult switchover_job(const ConfigStore& store, const Subject& subject,
                                const ChangeoverOptions& options);

} // namespace mirrornet::ops
