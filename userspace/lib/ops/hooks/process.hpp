// SPDX-License-Identifier: GPL-2.0-or-later
//
// One hook, from its start to the end of all that it left running.
#pragma once

#include "ops/events/facts.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace mirrornet::ops {

// Who is told what a hook says, and what is wrong with one.
using HookLog = std::function<void(Severity severity, std::string_view line)>;

// Why it may not be run, as a sentence: it is not the owner's (root's) alone to change.
// Nothing: it may.
std::optional<std::string> refusal_of(const std::filesystem::path& path, uid_t owner);

// Runs the hook with the facts as its environment, in a process group of its own; what it
// prints goes to `log`, line by line. After `patience`, or when `cancel` (see Deadline)
// becomes readable, the whole group is killed; so is what is left of the group when the hook
// has ended. Returns how it failed, as a sentence; empty: it did not. Blocks until then.
std::string run_hook(const std::filesystem::path& path, const Facts& facts,
                     std::chrono::milliseconds patience, int cancel, const HookLog& log);

} // namespace mirrornet::ops
