// SPDX-License-Identifier: GPL-2.0-or-later
//
// Verbs that change a role, or delete: refused while a cluster manager decides about the volume (docs/manage.md).
#pragma once

#include "mirrorctl/verbs.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mirrornet::ctl {

// Gives the verb --override-cluster. subjects: what it is about, as VOLUME, VOLUME@NODE or job:NAME, once the command
// line is read; none where these words change no role and delete nothing.
void add_override(CLI::App& verb, Invocation& invocation, std::function<std::vector<std::string>()> subjects);

} // namespace mirrornet::ctl
