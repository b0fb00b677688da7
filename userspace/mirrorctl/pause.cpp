// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/managed.hpp"
#include "mirrorctl/mirror_verb.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/volume/open_target.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct PauseOptions {
    std::string subject;
    std::string unlock; // rw: for writing too, ro: for reading alone; empty: not
};

int run(const Invocation& invocation, const PauseOptions& options)
{
    const auto subject = Subject::parse(options.subject);
    if (options.unlock.empty())
        return tell(invocation.output, ops::pause(invocation.store, subject),
                    "paused; writes are tracked until it is continued", "paused already");
    const bool read_only = options.unlock == "ro";
    return tell(invocation.output, ops::pause_and_unlock(invocation.store, subject, read_only),
                read_only ? "paused on both nodes; the target is open for reading"
                          : "paused on both nodes; the target is open, and what is written there "
                            "is overwritten when it is continued",
                "paused and unlocked already");
}

} // namespace

void setup_pause(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<PauseOptions>();
    auto* verb = app.add_subcommand("pause", "Stop sending; track what is written meanwhile");
    verb->add_option("VOLUME[@NODE]", options->subject, "All its mirrors, or one")->required();
    verb->add_flag("--unlock{rw}", options->unlock,
                   "Open the target, too; --unlock=ro: for reading alone")
        ->check(CLI::IsMember({"rw", "ro"}));
    add_override(*verb, invocation, [options] {
        return options->unlock == "rw" ? std::vector{options->subject} : std::vector<std::string>{};
    });
    verb->footer("It lasts until \"mirrorctl continue\", also across restarts.\n"
                 "Examples:\n"
                 "  mirrorctl pause home\n"
                 "  mirrorctl pause home@b\n"
                 "  mirrorctl pause home --unlock=ro");
    verb->callback([&invocation, options] {
        invocation.change([&invocation, options] { return run(invocation, *options); });
    });
}

} // namespace mirrornet::ctl
