// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/status_remarks.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/advise/advise.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

void print_pair(const Output& output, const ops::AdviceReport& report, const ops::AdviceOfPair& pair)
{
    output.line(pair.facts.volume + "@" + pair.facts.other + ": " + std::string(to_string(pair.advice.situation)) + "\n  " +
                pair.advice.text + ".");
    for (const auto& step : pair.advice.steps)
        output.line(step.condition.empty()
                        ? "  next:    " + command_line(report, step)
                        : "  only if " + step.condition + ":\n           " + command_line(report, step));
}

int run(const Invocation& invocation, const std::vector<std::string>& names)
{
    require_root(invocation, "asks the other node with the key of the pair");
    const auto report = ops::advise(invocation.store, names);
    const auto& output = invocation.output;
    output.document(to_json(report));
    if (report.volumes.empty())
        output.line("no volumes on this node");
    if (const auto remark = daemon_remark(to_json(report)); !remark.empty())
        output.line("this node: " + remark);
    for (const auto& volume : report.volumes) {
        if (!volume.manager.empty())
            output.line(volume.volume + ": managed by " + volume.manager + ", which decides about its roles: change them with it");
        if (!volume.trouble.empty())
            output.line(volume.volume + ": " + volume.trouble);
        for (const auto& pair : volume.pairs)
            print_pair(output, report, pair);
    }
    return 0;
}

} // namespace

void setup_advise(CLI::App& app, Invocation& invocation)
{
    auto names = std::make_shared<std::vector<std::string>>();
    auto* verb = app.add_subcommand("advise", "Say what situation a volume is in, and the next safe command");
    verb->add_option("VOLUME[@NODE]", *names, "Only these; all without");
    verb->footer("Changes nothing. It asks the other nodes; one that is silent takes as long as a link\n"
                 "may be silent (ping-interval x max-ping-misses).\n"
                 "\"next\": safe as it is. \"only if\": somebody has to make sure of that, or to decide.\n"
                 "Examples:\n"
                 "  mirrorctl advise home\n"
                 "  mirrorctl --json advise");
    verb->callback([&invocation, names] {
        invocation.run = [&invocation, names] { return run(invocation, *names); };
    });
}

} // namespace mirrornet::ctl
