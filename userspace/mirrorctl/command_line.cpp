// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

int run_verb(const Invocation& invocation)
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

int run(const Invocation& invocation)
{
    const int status = run_verb(invocation);
    invocation.output.end();
    return status;
}

} // namespace

int run_command_line(int argc, const char* const* argv)
{
    Invocation invocation;
    CLI::App app;
    setup_all(app, invocation);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11 has statuses of its own; ours are 0 for help and 2 for all else.
        return app.exit(error) == 0 ? 0 : static_cast<int>(ExitStatus::usage);
    }
    return run(invocation);
}

} // namespace mirrornet::ctl
