// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/mirror_verb.hpp"
#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct ResyncArguments {
    std::string subject;
    bool full = false;
    bool verify = false;
    bool yes = false;
    WaitOptions wait;
};

std::string what_follows(const ResyncArguments& arguments, const ops::VerbResult& result)
{
    if (arguments.verify)
        return "compares every block that was ever sent as soon as the link is up, and sends what differs";
    if (arguments.full)
        return "sends every block again as soon as the link is up";
    if (!result.full_because.empty())
        return "sends every block as soon as the link is up, because " + result.full_because;
    return "resyncs as soon as the link is up";
}

int run(const Invocation& invocation, const ResyncArguments& arguments)
{
    const auto subject = Subject::parse(arguments.subject);
    ops::ResyncOptions options;
    options.full = arguments.full;
    options.verify = arguments.verify;
    options.confirmed = arguments.yes;
    const auto result = ops::resync(invocation.store, subject, options);
    const int status = tell(invocation.output, result, what_follows(arguments, result), "");
    return arguments.wait.wait ? wait_for(invocation.output, result.mirrors, arguments.wait)
                               : status;
}

} // namespace

void setup_resync(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<ResyncArguments>();
    auto* verb = app.add_subcommand("resync", "Send again what the target lacks, or everything");
    verb->add_option("VOLUME[@NODE]", arguments->subject, "All its mirrors, or one")->required();
    auto* full = verb->add_flag("--full", arguments->full, "Send every block");
    verb->add_flag("--verify", arguments->verify,
                   "Compare checksums of all blocks first, and send only what differs")
        ->excludes(full);
    verb->add_flag("-y,--yes", arguments->yes, "Also if the mirror is in sync: until the resync "
                                               "ends, the target is inconsistent; or broken: what was written "
                                               "there since is overwritten");
    add_wait_options(*verb, arguments->wait);
    verb->footer("Examples:\n"
                 "  mirrorctl resync home@b --wait\n"
                 "  mirrorctl resync home@b --verify --yes\n"
                 "  mirrorctl resync home --full --yes");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
