// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/managed.hpp"
#include "mirrorctl/range.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/job/promote.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct PromoteArguments {
    std::string volume;
    ops::PromoteOptions how;
    std::uint64_t wait = 0;
    std::uint64_t drain = 60;
};

nlohmann::json or_null(const std::optional<std::uint64_t>& number)
{
    return number ? nlohmann::json(*number) : nlohmann::json();
}

void say(const Output& output, const std::string& volume, const ops::PromoteResult& result)
{
    output.line(volume + ": this node is the source" + (result.changed ? "" : " already"));
    if (!result.warning.empty())
        output.line("Note: " + result.warning);
}

nlohmann::json document_of(const std::string& volume, const ops::PromoteResult& result, bool planned)
{
    return {{"changed", result.changed},
            {"volume", volume},
            {"planned", planned},
            {"warning", result.warning},
            {"missing_seconds", or_null(result.missing.seconds)},
            {"missing_bytes", or_null(result.missing.bytes)}};
}

int tell(const Output& output, const std::string& volume, const ops::PromoteResult& result, bool planned)
{
    say(output, volume, result);
    output.document(document_of(volume, result, planned));
    return 0;
}

int tell(const Output& output, const std::string& job, const ops::JobPromotion& done)
{
    auto volumes = nlohmann::json::array();
    for (const auto& [volume, result] : done.volumes) {
        say(output, volume, result);
        volumes.push_back(document_of(volume, result, false));
    }
    if (done.planned)
        output.line("job:" + job + ": this node is the source");
    output.document({{"job", job}, {"planned", done.planned}, {"volumes", volumes}});
    return 0;
}

Subject subject_of(const PromoteArguments& arguments)
{
    const auto subject = Subject::parse(arguments.volume);
    if (!subject.node.empty())
        throw Error(ExitStatus::usage, "this node shall be the source: name the volume, or job:NAME, alone");
    return subject;
}

int run_promote(const Invocation& invocation, const PromoteArguments& arguments)
{
    const auto subject = subject_of(arguments);
    if (subject.kind == Subject::Kind::job)
        return tell(invocation.output, subject.name, ops::promote_job(invocation.store, subject.name, arguments.how));
    return tell(invocation.output, subject.name, ops::promote(invocation.store, subject.name, arguments.how), false);
}

int run_takeover(const Invocation& invocation, const PromoteArguments& arguments)
{
    const auto subject = subject_of(arguments);
    const ops::ChangeoverOptions times{std::chrono::seconds(arguments.wait), std::chrono::seconds(arguments.drain)};
    if (subject.kind == Subject::Kind::job)
        return tell(invocation.output, subject.name,
                    ops::takeover_job(invocation.store, subject.name, arguments.how, times));
    const auto done = ops::takeover(invocation.store, subject.name, arguments.how, times);
    return tell(invocation.output, subject.name, done.result, done.planned);
}

void add_how(CLI::App& verb, PromoteArguments& arguments)
{
    verb.add_option("VOLUME", arguments.volume, "The volume, or job:NAME")->required();
    verb.add_flag("--force", arguments.how.force,
                  "Though this copy lacks something, or nobody knows what the other node does");
    verb.add_flag("--locked", arguments.how.locked, "Do not open it: declare this copy the newest alone");
}

} // namespace

void setup_promote(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<PromoteArguments>();
    auto* verb = app.add_subcommand("promote", "Make this node the source, because the old one is dead");
    add_how(*verb, *arguments);
    add_override(*verb, invocation, [arguments] { return std::vector{arguments->volume}; });
    verb->footer("Refused while the old source is reachable: by its link, its daemon or any of its addresses. "
                 "When it comes back, it becomes a target by itself, and gets what it lacks.\n"
                 "Example:\n"
                 "  mirrorctl promote home");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_promote(invocation, *arguments); });
    });
}

void setup_takeover(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<PromoteArguments>();
    auto* verb = app.add_subcommand("takeover", "Make this node the source: switchover if the old one answers, "
                                                "else promote");
    add_how(*verb, *arguments);
    verb->add_option("--wait", arguments->wait, "Of a switchover: seconds to wait for those who have it open")
        ->check(range(0, 86400))
        ->capture_default_str();
    verb->add_option("--drain-timeout", arguments->drain, "Of a switchover: seconds to get what was written")
        ->check(range(1, 86400))
        ->capture_default_str();
    add_override(*verb, invocation, [arguments] { return std::vector{arguments->volume}; });
    verb->footer("Example:\n"
                 "  mirrorctl takeover home");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_takeover(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
