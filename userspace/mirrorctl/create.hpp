// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `create`, as `target` uses it, too: a further target is a mirror like the first.
#pragma once

#include "mirrorctl/verbs.hpp"
#include "ops/create/create.hpp"

#include <string>
#include <vector>

namespace mirrornet::ctl {

struct CreateArguments {
    ops::CreateOptions options;
    std::string target; // NODE:DEVICE
    std::string mode; // empty: the default
    std::vector<std::string> set; // OPTION=VALUE
    bool no_initial_sync = false;
    bool dry_run = false;
    bool no_wait = false;
    bool yes = false;
};

// Of the target that is made, those of the source are left to the verb: NODE:TARGET_DEVICE and the options below.
void add_target_arguments(CLI::App& verb, CreateArguments& arguments);
void add_target_options(CLI::App& verb, CreateArguments& arguments);
// The words of --mode, --set and NODE:DEVICE, into the options. Error(usage).
void read_target_arguments(const Invocation& invocation, CreateArguments& arguments);
int run_create_verb(const Invocation& invocation, CreateArguments& arguments);

} // namespace mirrornet::ctl
