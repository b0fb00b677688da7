// SPDX-License-Identifier: GPL-2.0-or-later
// A write in the trace finds its content in the log by place, length and FUA; of several alike the
// first that ended is the first in the log (docs/crash-consistency.md says where that is a guess).
#include "history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <tuple>

namespace replay {

namespace {

// The device mapper flushes first and takes the mark off the bio: at its end it is gone.
std::string without_preflush(const std::string &rwbs)
{
    return rwbs.starts_with('F') ? rwbs.substr(1) : rwbs;
}

// F before the operation is PREFLUSH, after it FUA.
Write parse_bio(const TraceEvent &event, Device device)
{
    std::string_view rwbs = event.what;
    Write write{device, event.sector, event.sectors, rwbs.starts_with('F'), false, never, never, {}};

    if (write.preflush)
        rwbs.remove_prefix(1);
    if (!rwbs.starts_with('W'))
        throw Bad(fmt::format("'{}' is neither a write nor a flush: only these are replayed", event.what));
    rwbs.remove_prefix(1);
    write.fua = write.sectors && rwbs.find('F') != rwbs.npos;
    return write;
}

class Pairing {
public:
    explicit Pairing(const std::array<std::string, devices> &names) : names_(names) {}

    void add(const TraceEvent &event)
    {
        if (event.kind == TraceEvent::mark)
            marks_.emplace_back(raw_.size(), event.what);
        else if (auto device = device_of(event))
            bio(event, *device);
    }

    // Renumbers: what never ended is not there.
    History finish() const
    {
        History history;
        std::vector<std::uint32_t> place(writes_.size(), never);
        auto mark = marks_.begin();

        for (std::size_t at = 0; at <= raw_.size(); at++) {
            for (; mark != marks_.end() && mark->first == at; ++mark)
                history.marks.emplace_back(history.length(), mark->second);
            if (at == raw_.size() || writes_[raw_[at].write].ended == never)
                continue;
            append(history, raw_[at], place);
        }
        return history;
    }

private:
    using Key = std::tuple<Device, std::string, std::uint64_t, std::uint64_t>;

    std::optional<Device> device_of(const TraceEvent &event) const
    {
        for (Device device : {data_device, meta_device})
            if (event.device == names_[device])
                return device;
        return {};
    }

    void bio(const TraceEvent &event, Device device)
    {
        auto &open = open_[Key{device, without_preflush(event.what), event.sector, event.sectors}];

        if (event.kind == TraceEvent::queued) {
            open.push_back(static_cast<std::uint32_t>(writes_.size()));
            writes_.push_back(parse_bio(event, device));
            raw_.push_back({open.back(), false});
            return;
        }
        if (open.empty())
            throw Bad(fmt::format("a write ended that never began: {} {} + {}", event.what, event.sector,
                                  event.sectors));
        writes_[open.front()].ended = 0;
        raw_.push_back({open.front(), true});
        open.pop_front();
    }

    void append(History &history, Event event, std::vector<std::uint32_t> &place) const
    {
        std::uint32_t &at = place[event.write];

        if (at == never) {
            at = static_cast<std::uint32_t>(history.writes.size());
            history.writes.push_back(writes_[event.write]);
        }
        (event.end ? history.writes[at].ended : history.writes[at].queued) = history.length();
        history.events.push_back({at, event.end});
    }

    const std::array<std::string, devices> &names_;
    std::vector<Write> writes_;
    std::vector<Event> raw_;
    std::vector<std::pair<std::size_t, std::string>> marks_;
    std::map<Key, std::deque<std::uint32_t>> open_;
};

using Place = std::tuple<std::uint64_t, std::uint64_t, bool>;

class Contents {
public:
    explicit Contents(const std::vector<Entry> &log)
    {
        for (const Entry &entry : log)
            if (entry.discard)
                throw Bad("a DISCARD in the log: only writes and flushes are replayed");
            else if (!entry.mark && entry.sectors)
                entries_[Place{entry.sector, entry.sectors, entry.fua}].push_back(entry.data);
    }

    Bytes take(const Write &write)
    {
        auto found = entries_.find(Place{write.sector, write.sectors, write.fua});

        if (found == entries_.end() || found->second.empty())
            throw Bad(fmt::format("the log lacks the write of sectors {} + {}", write.sector, write.sectors));
        Bytes data = found->second.front();
        found->second.pop_front();
        return data;
    }

    void nothing_left() const
    {
        for (auto &[place, left] : entries_)
            if (!left.empty())
                throw Bad(fmt::format("the trace lacks the write of sectors {} + {}", std::get<0>(place),
                                      std::get<1>(place)));
    }

private:
    std::map<Place, std::deque<Bytes>> entries_;
};

}  // namespace

Point History::after(std::string_view mark) const
{
    auto found = std::ranges::find(marks, mark, [](auto &entry) { return std::string_view(entry.second); });

    if (found == marks.end())
        throw Bad(fmt::format("there is no mark '{}' in the trace", mark));
    return found->first;
}

History make_history(const std::vector<TraceEvent> &trace, const std::array<std::string, devices> &names,
                     const std::array<std::vector<Entry>, devices> &logs)
{
    Pairing pairing(names);
    std::array<Contents, devices> contents{Contents(logs[data_device]), Contents(logs[meta_device])};

    for (const TraceEvent &event : trace)
        pairing.add(event);
    History history = pairing.finish();
    for (const Event &event : history.events)
        if (Write &write = history.writes[event.write]; event.end && write.sectors)
            write.content = contents[write.device].take(write);
    for (Device device : {data_device, meta_device})
        contents[device].nothing_left();
    return history;
}

}  // namespace replay
