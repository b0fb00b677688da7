// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/interruptible.hpp"
#include "mirrorctl/range.hpp"
#include "mirrorctl/status_text.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/status/json.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct StatusOptions {
    std::vector<std::string> volumes;
    bool brief = false;
    bool verbose = false;
    bool watch = false;
    double interval = 1; // seconds
};

json ask(const Invocation& invocation, const StatusOptions& options)
{
    return to_json(ops::status(invocation.store, options.volumes));
}

std::string text_of(const json& report, const StatusOptions& options)
{
    if (options.brief)
        return status_brief(report);
    return options.verbose ? status_verbose(report) : status_text(report);
}

// Until it is interrupted, or nobody reads it any more. On a terminal every picture takes the
// place of the last.
void watch(const Invocation& invocation, const StatusOptions& options)
{
    const bool redraw = is_terminal(stdout) && !invocation.output.json_wanted;
    const Interruptible interruptible;
    do {
        const auto report = ask(invocation, options);
        if (redraw)
            invocation.output.line("\033[H\033[2J");
        invocation.output.part(report);
        invocation.output.line(text_of(report, options));
    } while (invocation.output.is_read() && interruptible.wait(options.interval));
}

int run(const Invocation& invocation, const StatusOptions& options)
{
    if (options.watch) {
        watch(invocation, options);
        return 0;
    }
    const auto report = ask(invocation, options);
    invocation.output.document(report);
    if (const auto text = text_of(report, options); !text.empty()) // --brief where no volume is
        invocation.output.line(text);
    const auto level = parse_word<Level>(report.at("level").get<std::string>());
    return static_cast<int>(ops::exit_status_of(level));
}

} // namespace

void setup_status(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<StatusOptions>();
    auto* verb = app.add_subcommand("status", "Show the state of volumes and mirrors");
    verb->add_option("VOLUME[@NODE]", options->volumes, "Only these; all without");
    auto* brief = verb->add_flag("--brief", options->brief,
                                 "One line per mirror: VOLUME@NODE ROLE STATE REASON LEVEL");
    verb->add_flag("--verbose", options->verbose, "Everything that is known of them")
        ->excludes(brief);
    verb->add_flag("--watch", options->watch, "Show it again and again until interrupted");
    verb->add_option("--interval", options->interval, "Seconds between two pictures")
        ->check(range(0.1, 3600.0))
        ->needs("--watch");
    verb->footer("Examples:\n"
                 "  mirrorctl status\n"
                 "  mirrorctl status home --watch\n"
                 "  mirrorctl status home@b --verbose\n"
                 "  mirrorctl --json status home\n"
                 "The exit status is the worst level: 0 ok, 20 maintenance, 21 resyncing,\n"
                 "22 degraded, 23 unknown, 24 split brain.");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
