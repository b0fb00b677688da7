// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/verbs.hpp"
#include "ops/volume/promote.hpp"

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

int tell(const Output& output, const PromoteArguments& arguments, const ops::PromoteResult& result,
         bool planned)
{
    output.line(arguments.volume + ": this node is the source" + (result.changed ? "" : " already"));
    if (!result.warning.empty())
        output.line("Note: " + result.warning);
    output.document({{"changed", result.changed},
                     {"volume", arguments.volume},
                     {"planned", planned},
                     {"warning", result.warning},
                     {"missing_seconds", or_null(result.missing.seconds)},
                     {"missing_bytes", or_null(result.missing.bytes)}});
    return 0;
}

int run_takeover(const Invocation& invocation, const PromoteArguments& arguments)
{
    const auto done = ops::takeover(invocation.store, arguments.volume, arguments.how,
                                    {std::chrono::seconds(arguments.wait), std::chrono::seconds(arguments.drain)});
    return tell(invocation.output, arguments, done.result, done.planned);
}

void add_how(CLI::App& verb, PromoteArguments& arguments)
{
    verb.add_option("VOLUME", arguments.volume, "Name of the volume")->required();
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
    verb->footer("Refused while the old source is reachable: by its link, its daemon or any of its addresses. "
                 "When it comes back, it becomes a target by itself, and gets what it lacks.\n"
                 "Example:\n"
                 "  mirrorctl promote home");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] {
            return tell(invocation.output, *arguments,
                        ops::promote(invocation.store, arguments->volume, arguments->how), false);
        });
    });
}

void setup_takeover(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<PromoteArguments>();
    auto* verb = app.add_subcommand("takeover", "Make this node the source: switchover if the old one answers, "
                                                "else promote");
    add_how(*verb, *arguments);
    verb->add_option("--wait", arguments->wait, "Of a switchover: seconds to wait for those who have it open")
        ->check(CLI::Range(0, 86400))
        ->capture_default_str();
    verb->add_option("--drain-timeout", arguments->drain, "Of a switchover: seconds to get what was written")
        ->check(CLI::Range(1, 86400))
        ->capture_default_str();
    verb->footer("Example:\n"
                 "  mirrorctl takeover home");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_takeover(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
