// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/elsewhere.hpp"
#include "mirrorctl/usage.hpp"
#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

int run_verb(const Invocation& invocation)
{
    try {
        if (invocation.asked)
            require_allowed(invocation);
        if (is_elsewhere(invocation))
            return run_elsewhere(invocation);
        if (invocation.changes)
            require_root(invocation, "changes this node");
        if (invocation.guard)
            invocation.guard();
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

// The option may not have been seen before what is wrong was.
int refuse(const CLI::App& app, Invocation& invocation, const CLI::ParseError& error)
{
    invocation.output.json_wanted |= invocation.output.command.has("--json");
    invocation.run = [&]() -> int { throw Error(ExitStatus::usage, usage_text(app, error)); };
    invocation.changes = false;
    invocation.guard = {};
    return run(invocation);
}

} // namespace

void require_root(const Invocation& invocation, const std::string& why)
{
    if (!invocation.root)
        throw Error(ExitStatus::not_permitted,
                    "this needs root, since it " + why + ". Nothing was changed. As root, or with "
                    "sudo, for example:\n    sudo " + invocation.output.command.text());
}

int run_command_line(int argc, const char* const* argv, bool root)
{
    Invocation invocation;
    invocation.root = root;
    invocation.output.command = TypedCommand(argc, argv);
    CLI::App app;
    setup_all(app, invocation);
    try {
        be_asked(invocation);
        app.parse(argc, argv);
    } catch (const Error& error) { // not of this command
        invocation.output.complain(error);
        return static_cast<int>(error.status());
    } catch (const CLI::ParseError& error) {
        // Help is asked for, and on standard output; its status there is 0.
        return error.get_exit_code() == 0 ? app.exit(error) : refuse(app, invocation, error);
    }
    return run(invocation);
}

} // namespace mirrornet::ctl
