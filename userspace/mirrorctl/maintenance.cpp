// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/time.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/clock.hpp"
#include "ops/config/maintain.hpp"
#include "ops/json.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

constexpr std::uint64_t ns_per_second = 1'000'000'000;

struct Arguments {
    std::string subject, reason, until, lasting;
    bool node = false;
};

ops::MaintenancePlace place_of(const Arguments& arguments)
{
    using Kind = ops::MaintenancePlace::Kind;
    if (arguments.node == !arguments.subject.empty())
        throw Error(ExitStatus::usage, "name a volume, job:NAME, or --node for all that is on this node: one of them");
    if (arguments.node)
        return {Kind::node, ""};
    const auto subject = Subject::parse(arguments.subject);
    if (!subject.node.empty())
        throw Error(ExitStatus::usage, "maintenance is of a volume, a job or a node, not of one mirror; for node " +
                                           subject.node + ": mirrorctl -H " + subject.node + " maintenance on --node");
    return {subject.kind == Subject::Kind::job ? Kind::job : Kind::volume, subject.name};
}

std::uint64_t end_in(const Arguments& arguments)
{
    if (!arguments.lasting.empty())
        return now_s() + parse_duration(arguments.lasting);
    return arguments.until.empty() ? 0 : parse_time(arguments.until);
}

json document_of(const ops::MaintenanceResult& result)
{
    json document{{"changed", result.changed}, {"of", result.of}, {"maintenance", nullptr}, {"still", result.still}};
    if (result.now)
        document["maintenance"] = {{"reason", result.now->reason}, {"until_ns", result.now->until * ns_per_second}};
    return document;
}

int on(const Invocation& invocation, const Arguments& arguments)
{
    const auto result = ops::maintenance_on(invocation.store, place_of(arguments), {arguments.reason, end_in(arguments)});
    const auto until = result.now->until;
    invocation.output.line(result.of + ": in maintenance" +
                           (until ? " until " + ops::local_time(until * ns_per_second) : ", until a person ends it") +
                           (result.changed ? "; nothing takes over by itself, and checks answer \"maintenance\""
                                           : " already; nothing was changed"));
    invocation.output.document(document_of(result));
    return 0;
}

int off(const Invocation& invocation, const Arguments& arguments)
{
    const auto result = ops::maintenance_off(invocation.store, place_of(arguments));
    invocation.output.line(result.of + (result.changed ? ": maintenance is over" : ": was not in maintenance; nothing was changed"));
    for (const auto& other : result.still)
        invocation.output.line("still in maintenance: " + other);
    invocation.output.document(document_of(result));
    return 0;
}

void add_place(CLI::App& verb, Arguments& arguments)
{
    verb.add_option("VOLUME", arguments.subject, "Or job:NAME; on all its nodes");
    verb.add_flag("--node", arguments.node, "This node, with all its volumes");
}

void setup_on(CLI::App& group, Invocation& invocation)
{
    auto arguments = std::make_shared<Arguments>();
    auto* verb = group.add_subcommand("on", "People work here: nothing takes over by itself, checks answer \"maintenance\"");
    add_place(*verb, *arguments);
    verb->add_option("--reason", arguments->reason, "One line of text, shown by status and check")->type_name("TEXT");
    auto* until = verb->add_option("--until", arguments->until, "When it is over by itself: \"2026-11-24 02:00\"")->type_name("TIME");
    verb->add_option("--for", arguments->lasting, "... or after how long: 90m, 2h, 1h30m, 3d")->type_name("TIME")->excludes(until);
    verb->footer("Kept across restarts. Without an end a person ends it: \"maintenance off\". Given again it\n"
                 "replaces reason and end. What a person asks for is done as ever.\n"
                 "Examples:\n"
                 "  mirrorctl maintenance on home --reason \"new disks\" --for 2h\n"
                 "  mirrorctl maintenance on job:erp --until \"2026-11-24 02:00\"\n"
                 "  mirrorctl -H b maintenance on --node");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return on(invocation, *arguments); });
    });
}

void setup_off(CLI::App& group, Invocation& invocation)
{
    auto arguments = std::make_shared<Arguments>();
    auto* verb = group.add_subcommand("off", "End it");
    add_place(*verb, *arguments);
    verb->footer("Examples:\n"
                 "  mirrorctl maintenance off home\n"
                 "  mirrorctl maintenance off --node");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return off(invocation, *arguments); });
    });
}

} // namespace

void setup_maintenance(CLI::App& app, Invocation& invocation)
{
    auto* group = app.add_subcommand("maintenance", "Say that people work on a volume, a job or a node, or no longer");
    group->require_subcommand(1);
    setup_on(*group, invocation);
    setup_off(*group, invocation);
}

} // namespace mirrornet::ctl
