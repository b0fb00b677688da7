// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/mirror_verb.hpp"
#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct ContinueOptions {
    std::string subject;
    WaitOptions wait;
};

int run(const Invocation& invocation, const ContinueOptions& options)
{
    const auto result = ops::continue_(invocation.store, Subject::parse(options.subject));
    const int status =
        tell(invocation.output, result, "continues; what was written meanwhile is sent now",
             "running already");
    return options.wait.wait ? wait_for(invocation.output, result.mirrors, options.wait) : status;
}

} // namespace

void setup_continue(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<ContinueOptions>();
    auto* verb = app.add_subcommand("continue", "Go on after a pause, with a partial resync");
    verb->add_option("VOLUME[@NODE]", options->subject, "All its mirrors, or one")->required();
    add_wait_options(*verb, options->wait);
    verb->footer("A broken mirror is refused; \"mirrorctl resync\" brings it back.\n"
                 "Examples:\n"
                 "  mirrorctl continue home\n"
                 "  mirrorctl continue home@b --wait");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
