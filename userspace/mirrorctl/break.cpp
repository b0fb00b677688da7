// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/managed.hpp"
#include "mirrorctl/mirror_verb.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/volume/open_target.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct BreakArguments {
    std::string subject;
    ops::BreakOptions options;
};

int run(const Invocation& invocation, const BreakArguments& arguments)
{
    const auto result =
        ops::break_(invocation.store, Subject::parse(arguments.subject), arguments.options);
    return tell(invocation.output, result,
                arguments.options.local_only
                    ? "broken on this node; the other one was not told"
                    : "broken; nothing is tracked any more, and the target is unlocked",
                "broken already");
}

} // namespace

void setup_break(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<BreakArguments>();
    auto* verb = app.add_subcommand("break", "End a mirror for good and open its target");
    verb->add_option("VOLUME[@NODE]", arguments->subject, "All its mirrors, or one")->required();
    verb->add_flag("-y,--yes", arguments->options.confirmed,
                   "Yes, forget what was in sync: only a full resync brings it back");
    verb->add_flag("--force", arguments->options.force,
                   "Also if the target is inconsistent, because a resync into it has not ended");
    verb->add_flag("--local-only", arguments->options.local_only,
                   "Only this node's side: the other node does not answer");
    add_override(*verb, invocation, [arguments] { return std::vector{arguments->subject}; });
    verb->footer("Writes are not tracked any more. For a while only, use \"mirrorctl pause "
                 "--unlock\".\n"
                 "Examples:\n"
                 "  mirrorctl break home@b --yes\n"
                 "  mirrorctl resync home@b            # brings it back, with a full resync");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
