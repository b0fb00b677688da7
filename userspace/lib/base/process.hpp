// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace mirrornet {

struct ProcessResult {
    int exit_status = -1; // of a normal end; 128 + signal otherwise
    std::string out;
    std::string err;
    bool ok() const noexcept { return exit_status == 0; }
};

struct ProcessLimits {
    std::chrono::milliseconds timeout{30000};
    std::size_t output = 1 << 20; // bytes kept of each stream; more is dropped
};

// Runs argv[0] (looked up in PATH) without a shell, with /dev/null as input and
// the C locale, and waits for it. Error(not_found) if there is no such program,
// Error(timed_out) after killing one that did not end in time.
ProcessResult run_process(const std::vector<std::string>& argv, ProcessLimits limits = {});

} // namespace mirrornet
