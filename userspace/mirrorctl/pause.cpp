// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/mirror_verb.hpp"
#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct PauseOptions {
    std::string subject;
};

int run(const Invocation& invocation, const PauseOptions& options)
{
    const auto result = ops::pause(invocation.store, Subject::parse(options.subject));
    return tell(invocation.output, result, "paused; writes are tracked until it is continued",
                "paused already");
}

} // namespace

void setup_pause(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<PauseOptions>();
    auto* verb = app.add_subcommand("pause", "Stop sending; track what is written meanwhile");
    verb->add_option("VOLUME[@NODE]", options->subject, "All its mirrors, or one")->required();
    verb->footer("It lasts until \"mirrorctl continue\", also across restarts.\n"
                 "Examples:\n"
                 "  mirrorctl pause home\n"
                 "  mirrorctl pause home@b");
    verb->callback([&invocation, options] {
        invocation.change([&invocation, options] { return run(invocation, *options); });
    });
}

} // namespace mirrornet::ctl
