// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `delete`, as `target remove` uses it, too.
#pragma once

#include "mirrorctl/verbs.hpp"
#include "ops/volume/remove.hpp"

#include <string>

namespace mirrornet::ctl {

struct DeleteArguments {
    std::string subject;
    ops::DeleteOptions options;
    bool yes = false;
};

void add_delete_flags(CLI::App& verb, DeleteArguments& arguments);
int run_delete_verb(const Invocation& invocation, DeleteArguments& arguments);

} // namespace mirrornet::ctl
