// SPDX-License-Identifier: GPL-2.0-or-later
//
// Names follow from those of the counters: "queue current age" in ms is
// mirror_net_queue_current_age_seconds, what only grows ends in _total; "remote latency" is the
// histogram mirror_net_remote_latency_seconds.
#include "ops/status/prometheus.hpp"

#include "ops/status/counters.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace mirrornet::ops {

namespace {

// Samples of one name, which have to stand together.
struct Family {
    std::string name, help, type;
    std::map<std::string, std::string> samples; // labels to lines; the first ones stay
};

class Exposition {
public:
    void add(std::string_view prefix, const Counter& counter, const std::string& labels);
    void add(std::string_view prefix, const Histogram& histogram, const std::string& labels);
    std::string print() const;

private:
    void add(Family family, const std::string& labels, std::string lines);
    std::vector<Family> families_; // in the order of their first samples
};

// Of a label's value, and without `quote` of a help line.
std::string escaped(std::string_view text, bool quote)
{
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else if (c == '"' && quote)
            out += "\\\"";
        else
            out += c;
    }
    return out;
}

std::string label(std::string_view name, std::string_view value)
{
    return fmt::format("{}=\"{}\"", name, escaped(value, true));
}

// Prometheus wants base units, and their names in those of the metrics.
std::string base_unit(std::string_view unit)
{
    if (unit == "s" || unit == "ms")
        return "seconds";
    return unit == "bytes" ? "bytes" : "";
}

std::string name_of(std::string_view prefix, const Counter& counter)
{
    std::string name(counter.name);
    const auto unit = base_unit(counter.unit);
    std::ranges::replace(name, ' ', '_');
    if (!unit.empty() && name.find(unit) == std::string::npos)
        name += "_" + unit;
    return fmt::format("mirror_net_{}{}{}", prefix, name, counter.grows ? "_total" : "");
}

std::string value_of(const Counter& counter)
{
    if (counter.unit == "ms")
        return fmt::format("{}.{:03}", counter.value / 1000, counter.value % 1000);
    return std::to_string(counter.value);
}

void Exposition::add(Family family, const std::string& labels, std::string lines)
{
    auto at = std::ranges::find(families_, family.name, &Family::name);
    if (at == families_.end())
        at = families_.insert(at, std::move(family));
    at->samples.emplace(labels, std::move(lines));
}

void Exposition::add(std::string_view prefix, const Counter& counter, const std::string& labels)
{
    const auto name = name_of(prefix, counter);
    add({name, std::string(counter.help), counter.grows ? "counter" : "gauge", {}}, labels,
        fmt::format("{}{{{}}} {}\n", name, labels, value_of(counter)));
}

std::string seconds_of(std::uint64_t us)
{
    return fmt::format("{}.{:06}", us / 1'000'000, us % 1'000'000);
}

// Buckets of this format count what is in those before them, too.
std::string lines_of(const std::string& name, const nl::Latency& latency, const std::string& labels)
{
    std::string lines;
    std::uint64_t count = 0;
    for (std::size_t bucket = 0; bucket < latency.writes.size(); bucket++) {
        const auto bound = nl::Latency::bound_us(bucket);
        count += latency.writes[bucket];
        lines += fmt::format("{}_bucket{{{},{}}} {}\n", name, labels,
                             label("le", bound ? seconds_of(*bound) : "+Inf"), count);
    }
    lines += fmt::format("{}_sum{{{}}} {}\n", name, labels, seconds_of(latency.sum_us));
    return lines + fmt::format("{}_count{{{}}} {}\n", name, labels, count);
}

void Exposition::add(std::string_view prefix, const Histogram& histogram,
                     const std::string& labels)
{
    const auto name = name_of(prefix, {histogram.name, 0, "s", histogram.help});
    add({name, std::string(histogram.help), "histogram", {}}, labels,
        lines_of(name, histogram.latency, labels));
}

std::string Exposition::print() const
{
    std::string text;
    for (const auto& family : families_) {
        text += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name,
                            escaped(family.help, false), family.name, family.type);
        for (const auto& [labels, lines] : family.samples)
            text += lines;
    }
    return text;
}

// What is not in the kernel's records.
std::vector<Counter> judged(const VolumeStatus& volume)
{
    return {{"level", static_cast<int>(exit_status_of(volume.level)), "",
             "0 ok, 20 maintenance, 21 resyncing, 22 degraded, 23 unknown, 24 split brain"},
            {"active", volume.record.has_value(), "", "whether the volume is active on this node"}};
}

void add_volume(const VolumeStatus& volume, Exposition& exposition)
{
    const auto labels = label("volume", volume.name);
    for (const auto& counter : judged(volume))
        exposition.add("volume_", counter, labels);
    if (!volume.record)
        return;
    for (const auto& counter : counters_of(*volume.record))
        exposition.add("volume_", counter, labels);
    for (const auto& histogram : histograms_of(*volume.record))
        exposition.add("volume_", histogram, labels);
}

void add_mirror(const VolumeStatus& volume, const MirrorStatus& mirror, Exposition& exposition)
{
    const auto labels = label("volume", volume.name) + "," + label("peer", mirror.node);
    for (const auto& counter : counters_of(mirror.record))
        exposition.add("", counter, labels);
    for (const auto& histogram : histograms_of(mirror.record))
        exposition.add("", histogram, labels);
}

} // namespace

std::string prometheus_text(const StatusReport& report)
{
    Exposition exposition;
    for (const auto& volume : report.volumes)
        add_volume(volume, exposition);
    for (const auto& volume : report.volumes)
        for (const auto& mirror : volume.mirrors)
            add_mirror(volume, mirror, exposition);
    return exposition.print();
}

} // namespace mirrornet::ops
