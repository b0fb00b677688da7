// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/status/rates.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

constexpr double block_bytes = 65536;

std::uint64_t growth(std::uint64_t before, std::uint64_t after)
{
    return after > before ? after - before : 0;
}

// Between two records of the same thing.
struct Interval {
    double seconds;

    double rate(std::uint64_t before, std::uint64_t after) const
    {
        return static_cast<double>(growth(before, after)) / seconds;
    }
    double rate(const nl::Latency& before, const nl::Latency& after) const
    {
        return rate(before.count(), after.count());
    }
    static std::optional<double> mean_us(const nl::Latency& before, const nl::Latency& after)
    {
        const auto writes = growth(before.count(), after.count());
        if (writes == 0)
            return std::nullopt;
        return static_cast<double>(growth(before.sum_us, after.sum_us)) /
               static_cast<double>(writes);
    }
};

const VolumeStatus* find(const StatusReport& report, const VolumeStatus& like)
{
    const auto at = std::ranges::find_if(report.volumes, [&](const VolumeStatus& volume) {
        return volume.id == like.id && volume.name == like.name;
    });
    return at == report.volumes.end() || !at->record ? nullptr : &*at;
}

const MirrorStatus* find(const VolumeStatus* volume, const std::string& node)
{
    if (!volume)
        return nullptr;
    const auto at = std::ranges::find(volume->mirrors, node, &MirrorStatus::node);
    return at == volume->mirrors.end() ? nullptr : &*at;
}

ResyncRates resync_between(const MirrorStatus& before, const MirrorStatus& after,
                           const Interval& interval)
{
    const bool same = before.record.resync.begun == after.record.resync.begun;
    return {same ? interval.rate(before.record.resync.sent, after.record.resync.sent) * block_bytes
                 : 0,
            after.blocks_left(), after.percent(), after.seconds_left()};
}

void add_mirror(MirrorRates& rates, const MirrorStatus& before, const MirrorStatus& after,
                const Interval& interval)
{
    const auto &was = before.record, &is = after.record;
    rates.node = after.node;
    rates.state = is.state;
    rates.reason = is.reason;
    rates.applied_per_second = interval.rate(was.remote_latency, is.remote_latency);
    rates.remote_us = Interval::mean_us(was.remote_latency, is.remote_latency);
    rates.sent_bytes_per_second = interval.rate(was.sent_bytes, is.sent_bytes);
    rates.received_bytes_per_second = interval.rate(was.received_bytes, is.received_bytes);
    rates.queue_writes = is.queue_length;
    rates.lag_bytes = is.lag_bytes;
    rates.lag_ms = is.lag_ms;
    if (is.resync.phase != ResyncPhase::none && is.state == MirrorState::resync)
        rates.resync = resync_between(before, after, interval);
}

MirrorRates volume_between(const VolumeStatus* before, const VolumeStatus& after,
                           const Interval& interval)
{
    MirrorRates rates;
    rates.volume = after.name;
    rates.active = after.record.has_value();
    if (!rates.active)
        return rates;
    const auto& is = after.record->local_latency;
    const auto& was = before ? before->record->local_latency : is;
    rates.writes_per_second = interval.rate(was, is);
    rates.local_us = Interval::mean_us(was, is);
    return rates;
}

} // namespace

std::vector<MirrorRates> rates_between(const StatusReport& before, const StatusReport& after,
                                       double seconds)
{
    const Interval interval{seconds};
    std::vector<MirrorRates> all;
    for (const auto& volume : after.volumes) {
        const auto* was = find(before, volume);
        const auto rates = volume_between(was, volume, interval);
        if (volume.mirrors.empty() || !rates.active)
            all.push_back(rates);
        for (const auto& mirror : volume.mirrors) {
            if (!rates.active)
                break;
            all.push_back(rates);
            const auto* earlier = find(was, mirror.node);
            add_mirror(all.back(), earlier ? *earlier : mirror, mirror, interval);
        }
    }
    return all;
}

} // namespace mirrornet::ops
