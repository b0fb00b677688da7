// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/verbs.hpp"

#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char** argv)
{
    ::umask(022);
    ::signal(SIGPIPE, SIG_IGN);
    return mirrornet::ctl::run_command_line(argc, argv, ::geteuid() == 0);
}
