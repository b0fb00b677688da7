// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/managed.hpp"
#include "mirrorctl/range.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/job/switchover.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct Arguments {
    std::string subject;
    std::uint64_t wait = 0;
    std::uint64_t drain = 60;
    bool home = false;
};

void add_times(CLI::App& verb, Arguments& arguments)
{
    verb.add_option("--wait", arguments.wait,
                    "Seconds to wait for those who have the volume open; 0: refuse at once")
        ->check(range(0, 86400))
        ->capture_default_str();
    verb.add_option("--drain-timeout", arguments.drain,
                    "Seconds for the target to get what was written; then nothing is changed")
        ->check(range(1, 86400))
        ->capture_default_str();
}

ops::ChangeoverOptions times_of(const Arguments& arguments)
{
    return {std::chrono::seconds(arguments.wait), std::chrono::seconds(arguments.drain)};
}

int tell(const Output& output, const std::string& volume, const ops::ChangeoverResult& result)
{
    const auto now = result.source.empty() ? "this node has no role now; nobody is the source"
                                           : "node " + result.source + " is the source";
    output.line(volume + ": " + now + (result.changed ? "" : " already"));
    output.document({{"changed", result.changed}, {"volume", volume}, {"source", result.source}});
    return 0;
}

int run_switchover(const Invocation& invocation, const Arguments& arguments)
{
    auto subject = Subject::parse(arguments.subject);
    if (arguments.home)
        subject = ops::at_home(invocation.store, subject);
    const auto times = times_of(arguments);
    const bool is_job = subject.kind == Subject::Kind::job;
    return tell(invocation.output, is_job ? "job:" + subject.name : subject.name,
                is_job ? ops::switchover_job(invocation.store, subject, times)
                       : ops::switchover(invocation.store, subject, times));
}

int run_demote(const Invocation& invocation, const Arguments& arguments)
{
    return tell(invocation.output, arguments.subject,
                ops::demote(invocation.store, arguments.subject, times_of(arguments)));
}

} // namespace

void setup_switchover(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<Arguments>();
    auto* verb = app.add_subcommand("switchover", "Make another node the source, without losing a write");
    verb->add_option("VOLUME@NODE", arguments->subject, "The volume, or job:NAME, and who shall be the source")->required();
    verb->add_flag("--home", arguments->home, "To the node that the volume was created on; name the volume alone");
    add_times(*verb, *arguments);
    add_override(*verb, invocation, [arguments] { return std::vector{arguments->subject}; });
    verb->footer("Works on either node. Refused, with nothing changed, while the volume is open (it says by "
                 "whom) or not mirroring. If the nodes lose each other in the middle, the volume stays locked "
                 "on both; the same command, repeated, finishes it.\n"
                 "Examples:\n"
                 "  mirrorctl switchover home@b\n"
                 "  mirrorctl switchover home@b --wait 60\n"
                 "  mirrorctl switchover home --home");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_switchover(invocation, *arguments); });
    });
}

void setup_demote(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<Arguments>();
    auto* verb = app.add_subcommand("demote", "Lay down the role of source on this node; nobody has it then");
    verb->add_option("VOLUME", arguments->subject, "Name of the volume")->required();
    add_times(*verb, *arguments);
    add_override(*verb, invocation, [arguments] { return std::vector{arguments->subject}; });
    verb->footer("A target that was mirroring has everything then: \"mirrorctl promote\" there needs no force.\n"
                 "Example:\n"
                 "  mirrorctl demote home");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_demote(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
