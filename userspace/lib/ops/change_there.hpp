// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/undo.hpp"

#include <functional>
#include <string>

namespace mirrornet::ops {

// Runs `there`, which changes another node by a call, and has `back` taken back with the rest; also where the answer
// was lost, and it is not known whether it was done: `back` has to do nothing then where it was not.
void change_there(Undo& undo, std::string what, const std::function<void()>& there, std::function<void()> back);

} // namespace mirrornet::ops
