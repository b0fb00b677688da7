// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/documents.hpp"
#include "mirrorctl/interruptible.hpp"
#include "mirrorctl/range.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/status/counters.hpp"
#include "ops/status/prometheus.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

struct PerfOptions {
    std::vector<std::string> volumes;
    bool prometheus = false;
    bool watch = false;
    double interval = 1; // seconds
};

json counters_document(const std::vector<ops::Counter>& all)
{
    json counters = json::object();
    for (const auto& counter : all)
        counters[std::string(counter.name)] = counter.value;
    return counters;
}

json histograms_document(const std::vector<ops::Histogram>& all)
{
    json histograms = json::object();
    for (const auto& histogram : all) {
        const auto& latency = histogram.latency;
        json buckets = json::array();
        for (std::size_t at = 0; at < latency.writes.size(); at++) {
            const auto bound = nl::Latency::bound_us(at);
            buckets.push_back({{"at_most_us", bound ? json(*bound) : json()},
                               {"writes", latency.writes[at]}});
        }
        histograms[std::string(histogram.name)] = {
            {"writes", latency.count()}, {"sum_us", latency.sum_us}, {"buckets", buckets}};
    }
    return histograms;
}

std::string bound_text(std::optional<std::uint64_t> us)
{
    return us ? fmt::format("{:.3f} ms", static_cast<double>(*us) / 1000) : "more than 16.8 s";
}

std::string latency_text(const nl::Latency& latency)
{
    const auto count = latency.count();
    if (count == 0)
        return "writes";
    return fmt::format("writes: mean {}, half below {}, 99 % below {}, all below {}",
                       bound_text(latency.sum_us / count), bound_text(latency.within_us(0.5)),
                       bound_text(latency.within_us(0.99)), bound_text(latency.within_us(1)));
}

// Of a code, whose help is "0 none, 1 sync ...": the word.
std::string unit_text(const ops::Counter& counter)
{
    const auto code = std::to_string(counter.value) + " ";
    for (std::size_t from = 0; counter.unit.empty() && from < counter.help.size();) {
        const auto to = std::min(counter.help.find(", ", from), counter.help.size());
        const auto part = counter.help.substr(from, to - from);
        if (part.starts_with(code))
            return std::string(part.substr(code.size()));
        from = to + 2;
    }
    return std::string(counter.unit);
}

std::string counters_text(const std::string& name, const std::vector<ops::Counter>& counters,
                          const std::vector<ops::Histogram>& histograms)
{
    Table table({name, "", ""});
    for (const auto& counter : counters)
        table.add({"  " + std::string(counter.name), std::to_string(counter.value), unit_text(counter)});
    for (const auto& histogram : histograms)
        table.add({"  " + std::string(histogram.name), std::to_string(histogram.latency.count()),
                   latency_text(histogram.latency)});
    return table.print();
}

std::string text_of(const ops::VolumeStatus& volume)
{
    if (!volume.record)
        return volume.name + ": " + volume.advice;
    auto text = counters_text(volume.name, ops::counters_of(*volume.record),
                              ops::histograms_of(*volume.record));
    if (volume.mirrors.empty())
        text += "\n  has no mirror";
    for (const auto& mirror : volume.mirrors)
        text += "\n" + counters_text(volume.name + "@" + mirror.node,
                                     ops::counters_of(mirror.record),
                                     ops::histograms_of(mirror.record));
    return text;
}

std::string text_of(const ops::StatusReport& report, const PerfOptions& options)
{
    std::string text;
    if (options.prometheus)
        text = ops::prometheus_text(report);
    else
        for (const auto& volume : report.volumes)
            text += text_of(volume) + "\n";
    if (!text.empty())
        text.pop_back(); // the end of a line comes with the output
    return text;
}

// Until it is interrupted, or nobody reads it any more. On a terminal every picture takes the
// place of the last.
int watch(const Invocation& invocation, const PerfOptions& options)
{
    const bool redraw = is_terminal(stdout) && !invocation.output.json_wanted;
    const Interruptible interruptible;
    do {
        const auto report = ops::status(invocation.store, options.volumes);
        if (redraw)
            invocation.output.line("\033[H\033[2J");
        invocation.output.part(perf_document(report));
        invocation.output.line(text_of(report, options));
    } while (invocation.output.is_read() && interruptible.wait(options.interval));
    return 0;
}

int run(const Invocation& invocation, const PerfOptions& options)
{
    if (options.prometheus && invocation.output.json_wanted)
        throw Error(ExitStatus::usage, "--json and --prometheus are two formats: say one of them");
    if (options.watch)
        return watch(invocation, options);
    const auto report = ops::status(invocation.store, options.volumes);
    invocation.output.document(perf_document(report));
    if (const auto text = text_of(report, options); !text.empty())
        invocation.output.line(text);
    for (const auto& error : report.errors)
        invocation.output.complain(Error(ExitStatus::unknown, error));
    return static_cast<int>(report.unreadable());
}

} // namespace

json perf_document(const ops::StatusReport& report)
{
    json volumes = json::array(), mirrors = json::array();
    for (const auto& volume : report.volumes) {
        if (volume.record)
            volumes.push_back({{"volume", volume.name},
                               {"counters", counters_document(ops::counters_of(*volume.record))},
                               {"histograms",
                                histograms_document(ops::histograms_of(*volume.record))}});
        for (const auto& mirror : volume.mirrors)
            mirrors.push_back({{"volume", volume.name},
                               {"node", mirror.node},
                               {"counters", counters_document(ops::counters_of(mirror.record))},
                               {"histograms",
                                histograms_document(ops::histograms_of(mirror.record))}});
    }
    return {{"node", report.node},
            {"errors", report.errors},
            {"volumes", volumes},
            {"mirrors", mirrors}};
}

void setup_perf(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<PerfOptions>();
    auto* verb = app.add_subcommand("perf", "Show the counters of volumes and mirrors");
    verb->add_option("VOLUME[@NODE]", options->volumes, "Only these; all without");
    auto* prometheus = verb->add_flag("--prometheus", options->prometheus,
                                      "In the text format of Prometheus, for a collector");
    verb->add_flag("--watch", options->watch, "Show them again and again until interrupted")
        ->excludes(prometheus);
    verb->add_option("--interval", options->interval, "Seconds between two pictures")
        ->check(range(0.1, 3600.0))
        ->needs("--watch");
    verb->footer("Examples:\n"
                 "  mirrorctl perf home\n"
                 "  mirrorctl perf home --watch\n"
                 "  mirrorctl --json perf\n"
                 "  mirrorctl perf --prometheus");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
