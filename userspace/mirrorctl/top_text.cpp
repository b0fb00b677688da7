// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/top_text.hpp"

#include "mirrorctl/output.hpp"
#include "ops/clock.hpp"

#include <cmath>
#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

using ops::amount;
using ops::MirrorRates;

std::string per_second(double rate)
{
    return rate > 0 && rate < 10 ? fmt::format("{:.1f}", rate) : fmt::format("{:.0f}", rate);
}

std::string bytes_per_second(double rate)
{
    return amount(static_cast<std::uint64_t>(std::llround(rate)));
}

std::string mean_text(const std::optional<double>& us)
{
    if (!us)
        return "-";
    const double ms = *us / 1000;
    return ms < 10 ? fmt::format("{:.2f} ms", ms) : fmt::format("{:.0f} ms", ms);
}

std::string lag_cell(const MirrorRates& rates)
{
    if (rates.lag_bytes == 0 && rates.lag_ms == 0)
        return "-";
    const auto seconds = static_cast<double>(rates.lag_ms) / 1000;
    return fmt::format("{} {}", amount(rates.lag_bytes),
                       rates.lag_ms < 60'000 ? fmt::format("{:.1f} s", seconds)
                                             : ops::duration(rates.lag_ms / 1000));
}

std::string state_cell(const MirrorRates& rates)
{
    if (rates.node.empty())
        return "no mirror";
    const auto word = to_string(rates.state);
    return rates.reason == Reason::none ? std::string(word)
                                        : fmt::format("{} ({})", word, to_string(rates.reason));
}

std::string resync_cell(const MirrorRates& rates)
{
    if (!rates.resync)
        return "-";
    std::string text = rates.resync->percent ? fmt::format("{:.1f} %", *rates.resync->percent)
                                             : fmt::format("{} blocks", rates.resync->blocks_left);
    text += " " + bytes_per_second(rates.resync->bytes_per_second) + "/s";
    if (rates.resync->seconds_left)
        text += " " + ops::duration(*rates.resync->seconds_left) + " left";
    return text;
}

void add_row(Table& table, const MirrorRates& rates)
{
    if (!rates.active)
        return table.add({rates.volume, "not active"});
    table.add({rates.node.empty() ? rates.volume : rates.volume + "@" + rates.node, state_cell(rates),
               per_second(rates.writes_per_second), mean_text(rates.local_us),
               per_second(rates.applied_per_second), mean_text(rates.remote_us),
               bytes_per_second(rates.sent_bytes_per_second),
               bytes_per_second(rates.received_bytes_per_second),
               std::to_string(rates.queue_writes), lag_cell(rates), resync_cell(rates)});
}

json or_null(const std::optional<double>& value)
{
    return value ? json(*value) : json();
}

json document_of(const ops::ResyncRates& resync)
{
    return {{"percent", or_null(resync.percent)},
            {"bytes_per_second", resync.bytes_per_second},
            {"blocks_left", resync.blocks_left},
            {"seconds_left", resync.seconds_left ? json(*resync.seconds_left) : json()}};
}

json document_of(const MirrorRates& rates)
{
    return {{"volume", rates.volume},
            {"node", rates.node.empty() ? json() : json(rates.node)},
            {"active", rates.active},
            {"state", to_string(rates.state)},
            {"reason", to_string(rates.reason)},
            {"writes_per_second", rates.writes_per_second},
            {"local_latency_us", or_null(rates.local_us)},
            {"applied_per_second", rates.applied_per_second},
            {"remote_latency_us", or_null(rates.remote_us)},
            {"sent_bytes_per_second", rates.sent_bytes_per_second},
            {"received_bytes_per_second", rates.received_bytes_per_second},
            {"queue_writes", rates.queue_writes},
            {"lag_bytes", rates.lag_bytes},
            {"lag_ms", rates.lag_ms},
            {"resync", rates.resync ? document_of(*rates.resync) : json()}};
}

} // namespace

std::string top_text(const std::vector<MirrorRates>& mirrors)
{
    if (mirrors.empty())
        return "no volumes on this node";
    Table table({"MIRROR", "STATE", "WRITES/s", "LOCAL", "APPLIED/s", "REMOTE", "SENT/s",
                 "RECEIVED/s", "QUEUE", "LAG", "RESYNC"});
    for (const auto& rates : mirrors)
        add_row(table, rates);
    return table.print();
}

json top_document(const std::string& node, double seconds, const std::vector<MirrorRates>& mirrors)
{
    json list = json::array();
    for (const auto& rates : mirrors)
        list.push_back(document_of(rates));
    return {{"node", node}, {"seconds", seconds}, {"mirrors", list}};
}

} // namespace mirrornet::ctl
