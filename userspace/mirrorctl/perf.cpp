// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/verbs.hpp"
#include "ops/status/counters.hpp"
#include "ops/status/report.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct PerfOptions {
    std::vector<std::string> volumes;
};

json counters_document(const ops::MirrorStatus& mirror)
{
    json counters = json::object();
    for (const auto& counter : ops::counters_of(mirror.record))
        counters[std::string(counter.name)] = counter.value;
    return counters;
}

std::string counters_text(const std::string& name, const ops::MirrorStatus& mirror)
{
    Table table({name, "", ""});
    for (const auto& counter : ops::counters_of(mirror.record))
        table.add({"  " + std::string(counter.name), std::to_string(counter.value),
                   std::string(counter.unit)});
    return table.print();
}

int run(const Invocation& invocation, const PerfOptions& options)
{
    const auto report = ops::status(invocation.store, options.volumes);
    json mirrors = json::array();
    for (const auto& volume : report.volumes)
        for (const auto& mirror : volume.mirrors) {
            mirrors.push_back({{"volume", volume.name},
                               {"node", mirror.node},
                               {"counters", counters_document(mirror)}});
            invocation.output.line(counters_text(volume.name + "@" + mirror.node, mirror));
        }
    invocation.output.document({{"node", report.node}, {"mirrors", mirrors}});
    return 0;
}

} // namespace

void setup_perf(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<PerfOptions>();
    auto* verb = app.add_subcommand("perf", "Show the counters of mirrors");
    verb->add_option("VOLUME", options->volumes, "Only these; all without");
    verb->footer("Examples:\n"
                 "  mirrorctl perf home\n"
                 "  mirrorctl --json perf");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
