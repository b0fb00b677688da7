// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/mirror_verb.hpp"
#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct ContinueArguments {
    std::string subject;
    bool yes = false;
    WaitOptions wait;
};

int run(const Invocation& invocation, const ContinueArguments& arguments)
{
    const auto result = ops::continue_(invocation.store, Subject::parse(arguments.subject),
                                       {.confirmed = arguments.yes});
    const int status =
        tell(invocation.output, result,
             result.full_because.empty()
                 ? "continues; what was written meanwhile is sent as soon as the link is up"
                 : "continues with a full resync as soon as the link is up, because " +
                       result.full_because,
             "running already");
    return arguments.wait.wait ? wait_for(invocation.output, result.mirrors, arguments.wait) : status;
}

} // namespace

void setup_continue(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<ContinueArguments>();
    auto* verb = app.add_subcommand("continue", "Go on after a pause, with a partial resync");
    verb->add_option("VOLUME[@NODE]", arguments->subject, "All its mirrors, or one")->required();
    verb->add_flag("-y,--yes", arguments->yes,
                   "Also if a node came back with an older image (rolled-back): the target is "
                   "overwritten whole");
    add_wait_options(*verb, arguments->wait);
    verb->footer("A broken mirror is refused; \"mirrorctl resync\" brings it back.\n"
                 "Examples:\n"
                 "  mirrorctl continue home\n"
                 "  mirrorctl continue home@b --wait");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
