// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/interruptible.hpp"
#include "mirrorctl/range.hpp"
#include "mirrorctl/top_text.hpp"
#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>
#include <chrono>

namespace mirrornet::ctl {

namespace {

using Clock = std::chrono::steady_clock;

struct TopOptions {
    std::vector<std::string> volumes;
    double interval = 2; // seconds
    unsigned count = 0;  // pictures; 0: until interrupted
};

struct Look {
    ops::StatusReport report;
    Clock::time_point at = Clock::now();
};

Look look(const Invocation& invocation, const TopOptions& options)
{
    return {ops::status(invocation.store, options.volumes)};
}

void show(const Invocation& invocation, const Look& before, const Look& now)
{
    const bool redraw = is_terminal(stdout) && !invocation.output.json_wanted;
    const double seconds = std::chrono::duration<double>(now.at - before.at).count();
    const auto rates = ops::rates_between(before.report, now.report, seconds);
    invocation.output.part(top_document(now.report.node, seconds, rates));
    invocation.output.line((redraw ? "\033[H\033[2J" : "") + top_text(rates));
    for (const auto& error : now.report.errors)
        invocation.output.line("cannot be read: " + error);
}

int run(const Invocation& invocation, const TopOptions& options)
{
    const Interruptible interruptible;
    auto before = look(invocation, options);
    for (unsigned shown = 0; options.count == 0 || shown < options.count; shown++) {
        if (!invocation.output.is_read() || !interruptible.wait(options.interval))
            break;
        auto now = look(invocation, options);
        show(invocation, before, now);
        before = std::move(now);
    }
    return 0;
}

} // namespace

void setup_top(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<TopOptions>();
    auto* verb = app.add_subcommand("top", "Show what mirrors do, every few seconds");
    verb->add_option("VOLUME[@NODE]", options->volumes, "Only these; all without");
    verb->add_option("--interval", options->interval, "Seconds of one picture (default 2)")
        ->check(range(0.1, 3600.0));
    verb->add_option("--count", options->count, "Pictures, then end (default: until interrupted)")
        ->check(range(1u, 1000000000u));
    verb->footer("Writes and latencies are those of the interval; lag is what the target lacks, and\n"
                 "for how long. With --json one object per line. \"mirrorctl perf\" has all counters.\n"
                 "Examples:\n"
                 "  mirrorctl top\n"
                 "  mirrorctl top home@b --interval 0.5\n"
                 "  mirrorctl --json top --count 1 --interval 10");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
