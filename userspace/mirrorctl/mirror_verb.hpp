// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the verbs about mirrors have in common.
#pragma once

#include "mirrorctl/output.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/wait.hpp"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mirrornet::ctl {

struct WaitOptions {
    bool wait = false;
    std::uint64_t timeout = 0; // seconds; 0: for ever
};

void add_wait_options(CLI::App& verb, WaitOptions& options); // --wait, --timeout

// Shows progress until every mirror is mirroring; see ops::wait_for_mirroring().
int wait_for(const Output& output, const std::vector<ops::MirrorName>& mirrors,
             const WaitOptions& options);

// "home@b: DONE", or ALREADY where nothing had to be changed.
int tell(const Output& output, const ops::VerbResult& result, const std::string& done,
         const std::string& already);

} // namespace mirrornet::ctl
