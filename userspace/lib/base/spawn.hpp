// SPDX-License-Identifier: GPL-2.0-or-later
//
// Starting a program; run_process() is for those who want to wait for its end.
#pragma once

#include "base/fd.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace mirrornet {

struct Pipe {
    UniqueFd read, write; // closed where another program is started
    Pipe();
};

struct Spawn {
    std::vector<std::string> argv; // argv[0] is looked up in PATH
    std::vector<std::string> environment; // all of it, NAME=VALUE
    int out = -1, err = -1; // descriptors for its output
    bool own_group = false; // it leads a process group of its own
};

// Without a shell, with /dev/null as input and with the usual signals, whatever the caller
// blocks or ignores. The caller has to wait for its end. Error(not_found) if there is no
// such program. From any thread.
pid_t spawn(const Spawn& what);

} // namespace mirrornet
