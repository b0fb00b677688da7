// SPDX-License-Identifier: GPL-2.0-or-later
// What was written to the two devices of a volume, in the order in which it happened: the
// trace says when, the logs say what.
#pragma once

#include "trace.hpp"

#include <array>
#include <utility>

namespace replay {

using Point = std::uint32_t;  // that many events have happened

constexpr Point never = UINT32_MAX;

enum Device { data_device, meta_device, devices };

struct Write {
    Device device;
    std::uint64_t sector;
    std::uint64_t sectors;  // 0: a FLUSH alone
    bool preflush;
    bool fua;
    Point queued;  // number of the event
    Point ended;
    Bytes content;
};

struct Event {
    std::uint32_t write;
    bool end;
};

struct History {
    std::vector<Write> writes;
    std::vector<Event> events;
    std::vector<std::pair<Point, std::string>> marks;

    Point length() const { return static_cast<Point>(events.size()); }
    // The first point at which the mark had been made. Throws Bad.
    Point after(std::string_view mark) const;
};

// names: of the devices in the trace (MAJOR,MINOR). Writes that had not ended when the recording
// did were held back by its end and never reached the device: they are left out. Throws Bad where
// logs and trace do not fit.
History make_history(const std::vector<TraceEvent> &trace, const std::array<std::string, devices> &names,
                     const std::array<std::vector<Entry>, devices> &logs);

}  // namespace replay
