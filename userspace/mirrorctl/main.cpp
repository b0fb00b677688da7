// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <sys/stat.h>

namespace {

using mirrornet::Error;
using mirrornet::ExitStatus;
using mirrornet::ctl::Invocation;

int run(const Invocation& invocation)
{
    try {
        return invocation.run();
    } catch (const Error& error) {
        invocation.output.error(error);
        return static_cast<int>(error.status());
    } catch (const std::exception& error) {
        invocation.output.error(Error(ExitStatus::internal, error.what()));
        return static_cast<int>(ExitStatus::internal);
    }
}

} // namespace

int main(int argc, char** argv)
{
    ::umask(022);
    ::signal(SIGPIPE, SIG_IGN);
    Invocation invocation;
    CLI::App app;
    mirrornet::ctl::setup_all(app, invocation);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 has statuses of its own; ours are 0 for help and 2 for all else.
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitStatus::usage);
    }
    return run(invocation);
}
