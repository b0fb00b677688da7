// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "mirrorctl/verbs.hpp"

namespace mirrornet::ctl {

void setup_node_trust(CLI::App& group, Invocation& invocation);
void setup_node_replace(CLI::App& group, Invocation& invocation);

} // namespace mirrornet::ctl
