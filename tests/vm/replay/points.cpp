// SPDX-License-Identifier: GPL-2.0-or-later
#include "points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace replay {

namespace {

constexpr Keep keeps[] = {Keep::nothing,    Keep::everything,  Keep::some_writes,
                          Keep::some_units, Keep::some_writes, Keep::some_units};
constexpr const char *keep_names[] = {"nothing", "everything", "some writes", "parts of writes"};

// Of the data device alone, or of both with the moments just before.
std::vector<Point> flush_points(const History &history, Point from, bool data_only)
{
    std::vector<Point> points;

    for (Point at = from; at < history.length(); at++) {
        const Event &event = history.events[at];
        const Write &write = history.writes[event.write];

        if (!event.end || (!write.preflush && !write.fua) || (data_only && write.device != data_device))
            continue;
        if (!data_only)
            points.push_back(at);
        points.push_back(at + 1);
    }
    return points;
}

std::string last_event(const History &history, Point point)
{
    if (!point)
        return "before the first event";
    const Event &event = history.events[point - 1];
    const Write &write = history.writes[event.write];
    const char *device = write.device == data_device ? "data" : "metadata";

    if (!write.sectors)
        return fmt::format("a FLUSH of the {} device {}", device, event.end ? "ended" : "began");
    return fmt::format("a {}write of {} sectors {} + {} {}", write.fua ? "FUA " : "", device, write.sector,
                       write.sectors, event.end ? "ended" : "began");
}

}  // namespace

std::vector<Point> choose_points(const History &history, Point from, std::size_t count, std::uint64_t seed)
{
    Random random(seed);
    std::vector<Point> flushes = flush_points(history, from, !count);
    std::set<Point> chosen;

    from = std::min(from, history.length());
    chosen.insert({from, history.length()});
    if (!count) {
        chosen.insert(flushes.begin(), flushes.end());
        return {chosen.begin(), chosen.end()};
    }
    count = std::min<std::size_t>(count, history.length() - from + 1);
    while (chosen.size() < count)
        if (!flushes.empty() && random() % 2) {
            std::size_t which = random() % flushes.size();
            chosen.insert(flushes[which]);
            flushes.erase(flushes.begin() + static_cast<std::ptrdiff_t>(which));
        } else {
            chosen.insert(static_cast<Point>(from + random() % (history.length() - from + 1)));
        }
    return {chosen.begin(), chosen.end()};
}

Crash make_crash(const History &history, const std::array<Disk, devices> &disks, std::uint64_t seed)
{
    Point point = disks[data_device].at();
    Random random(seed * 0x9e3779b97f4a7c15 + point);
    Crash crash;

    crash.story = fmt::format("point {} of {}, seed {}: {}", point, history.length(), seed, last_event(history, point));
    for (Device device : {data_device, meta_device}) {
        Keep keep = keeps[random() % std::size(keeps)];

        crash.pieces[device] = disks[device].crash(keep, random);
        crash.story += fmt::format("; {}: {} of {} unflushed writes kept ({} pieces)",
                                   device == data_device ? "data" : "metadata", keep_names[int(keep)],
                                   disks[device].unsettled().size(), crash.pieces[device].size());
    }
    return crash;
}

}  // namespace replay
