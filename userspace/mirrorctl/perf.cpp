// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/documents.hpp"
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

std::string text_of(const ops::VolumeStatus& volume)
{
    if (volume.mirrors.empty())
        return volume.name + ": " + (volume.record ? "has no mirror" : volume.advice);
    std::string text;
    for (const auto& mirror : volume.mirrors)
        text += (text.empty() ? "" : "\n") + counters_text(volume.name + "@" + mirror.node, mirror);
    return text;
}

int run(const Invocation& invocation, const PerfOptions& options)
{
    const auto report = ops::status(invocation.store, options.volumes);
    invocation.output.document(perf_document(report));
    for (const auto& volume : report.volumes)
        invocation.output.line(text_of(volume));
    for (const auto& error : report.errors)
        invocation.output.complain(Error(ExitStatus::unknown, error));
    return static_cast<int>(report.unreadable());
}

} // namespace

json perf_document(const ops::StatusReport& report)
{
    json mirrors = json::array();
    for (const auto& volume : report.volumes)
        for (const auto& mirror : volume.mirrors)
            mirrors.push_back({{"volume", volume.name},
                               {"node", mirror.node},
                               {"counters", counters_document(mirror)}});
    return {{"node", report.node}, {"errors", report.errors}, {"mirrors", mirrors}};
}

void setup_perf(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<PerfOptions>();
    auto* verb = app.add_subcommand("perf", "Show the counters of mirrors");
    verb->add_option("VOLUME[@NODE]", options->volumes, "Only these; all without");
    verb->footer("Examples:\n"
                 "  mirrorctl perf home\n"
                 "  mirrorctl --json perf");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
