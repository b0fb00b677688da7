// SPDX-License-Identifier: GPL-2.0-or-later
// A line of the trace is TASK-PID [CPU] FLAGS TIME: EVENT: TEXT; the text of a bio's event is
// MAJOR,MINOR RWBS SECTOR + SECTORS [ERROR]. On a node with one processor the lines are in order.
#include "trace.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace replay {

namespace {

constexpr std::string_view queue_event = ": block_bio_queue: ", end_event = ": block_bio_complete: ",
                           mark_event = ": tracing_mark_write: ";

std::string_view word(std::string_view &text)
{
    std::size_t start = std::min(text.find_first_not_of(' '), text.size());
    std::size_t end = std::min(text.find(' ', start), text.size());
    std::string_view found = text.substr(start, end - start);

    text.remove_prefix(end);
    return found;
}

std::uint64_t number(std::string_view text, std::string_view line)
{
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);

    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        throw Bad(fmt::format("not a line of a trace: {}", line));
    return value;
}

bool is_read(std::string_view rwbs)
{
    return rwbs.starts_with('R');
}

std::optional<TraceEvent> bio(std::string_view line, std::size_t text_at, TraceEvent::Kind kind)
{
    std::string_view rest = line.substr(text_at);
    TraceEvent event{kind, std::string(word(rest)), std::string(word(rest)), 0, 0};

    event.sector = number(word(rest), line);
    if (word(rest) != "+")
        throw Bad(fmt::format("not a line of a trace: {}", line));
    event.sectors = number(word(rest), line);
    if (is_read(event.what))
        return {};
    if (kind == TraceEvent::ended && word(rest) != "[0]")
        throw Bad(fmt::format("a write failed: {}", line));
    return event;
}

std::optional<TraceEvent> event_of(std::string_view line)
{
    if (line.starts_with('#') || line.find_first_not_of(' ') == line.npos)
        return {};
    if (line.starts_with("CPU:") && line.find("LOST") != line.npos)
        throw Bad(fmt::format("the trace is not whole: {}", line));
    if (std::size_t at = line.find(queue_event); at != line.npos)
        return bio(line, at + queue_event.size(), TraceEvent::queued);
    if (std::size_t at = line.find(end_event); at != line.npos)
        return bio(line, at + end_event.size(), TraceEvent::ended);
    if (std::size_t at = line.find(mark_event); at != line.npos)
        return TraceEvent{TraceEvent::mark, {}, std::string(line.substr(at + mark_event.size())), 0, 0};
    throw Bad(fmt::format("not a line of a trace: {}", line));
}

}  // namespace

std::vector<TraceEvent> parse_trace(std::string_view trace)
{
    std::vector<TraceEvent> events;

    while (!trace.empty()) {
        std::size_t end = std::min(trace.find('\n'), trace.size());

        if (auto event = event_of(trace.substr(0, end)))
            events.push_back(*std::move(event));
        trace.remove_prefix(std::min(end + 1, trace.size()));
    }
    return events;
}

}  // namespace replay
