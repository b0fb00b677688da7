// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/status_text.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/peer.hpp"
#include "ops/status/json.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <thread>

namespace mirrornet::ctl {

namespace {

struct StatusOptions {
    std::vector<std::string> volumes;
    std::string node;
    bool brief = false;
    bool watch = false;
    double interval = 1; // seconds
};

json ask(const ConfigStore& store, const StatusOptions& options)
{
    if (options.node.empty())
        return to_json(ops::status(store, options.volumes));
    return ops::Peer(store, options.node).call("status", {{"volumes", options.volumes}});
}

std::string text_of(const json& report, bool brief)
{
    return brief ? status_brief(report) : status_text(report);
}

// Until it is interrupted. On a terminal every picture takes the place of the last.
void watch(const Invocation& invocation, const StatusOptions& options)
{
    const bool redraw = is_terminal(stdout) && !invocation.output.json_wanted;
    for (;;) {
        const auto report = ask(invocation.store, options);
        if (redraw)
            invocation.output.line("\033[H\033[2J");
        invocation.output.part(report);
        invocation.output.line(text_of(report, options.brief));
        std::this_thread::sleep_for(std::chrono::duration<double>(options.interval));
    }
}

int run(const Invocation& invocation, const StatusOptions& options)
{
    if (options.watch)
        watch(invocation, options);
    const auto report = ask(invocation.store, options);
    invocation.output.document(report);
    invocation.output.line(text_of(report, options.brief));
    const auto level = parse_word<Level>(report.at("level").get<std::string>());
    return static_cast<int>(ops::exit_status_of(level));
}

} // namespace

void setup_status(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<StatusOptions>();
    auto* verb = app.add_subcommand("status", "Show the state of volumes and mirrors");
    verb->add_option("VOLUME", options->volumes, "Only these; all without");
    verb->add_option("-H,--host", options->node, "Ask this node instead of the local one");
    verb->add_flag("--brief", options->brief, "One line per mirror: VOLUME@NODE ROLE STATE "
                                              "REASON LEVEL");
    verb->add_flag("--watch", options->watch, "Show it again and again until interrupted");
    verb->add_option("--interval", options->interval, "Seconds between two pictures")
        ->check(CLI::Range(0.1, 3600.0))
        ->needs("--watch");
    verb->footer("Examples:\n"
                 "  mirrorctl status\n"
                 "  mirrorctl status home --watch\n"
                 "  mirrorctl --json status home\n"
                 "The exit status is the worst level: 0 ok, 20 maintenance, 21 resyncing,\n"
                 "22 degraded, 23 unknown, 24 split brain.");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
