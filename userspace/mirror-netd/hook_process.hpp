// SPDX-License-Identifier: GPL-2.0-or-later
//
// One hook, from its start to the end of all that it left running.
#pragma once

#include "ops/events/facts.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace mirrornet::netd {

// Why it may not be run, as a sentence: it is not the owner's (root's) alone to change.
// Nothing: it may.
std::optional<std::string> refusal_of(const std::filesystem::path& path, uid_t owner);

// Runs the hook with the facts as its environment, in a process group of its own; what it
// prints goes to the log, line by line. After `patience`, or when `cancel` (see Deadline)
// becomes readable, the whole group is killed; so is what is left of the group when the hook
// has ended. Returns how it failed, as a sentence; empty: it did not. Blocks until then.
std::string run_hook(const std::filesystem::path& path, const ops::Facts& facts,
                     std::chrono::milliseconds patience, int cancel);

} // namespace mirrornet::netd
