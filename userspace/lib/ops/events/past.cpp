// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/events/past.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <cctype>

namespace mirrornet::ops {

namespace {

constexpr std::size_t most_output = 256 << 20; // bytes: some hundred thousand events
constexpr std::chrono::minutes most_time{2};
constexpr std::uint64_t ns_per_us = 1000;

// A field that is missing, or not text (the journal says null for what is too long for it), is empty.
std::string field(const json& entry, const char* name)
{
    const auto found = entry.find(name);
    return found == entry.end() || !found->is_string() ? "" : found->get<std::string>();
}

std::uint64_t number_in(const json& entry, const char* name)
{
    const auto number = to_number(field(entry, name));
    return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

std::uint64_t time_of(const json& entry)
{
    const auto announced = number_in(entry, "MIRROR_NET_TIME_NS");
    return announced ? announced : number_in(entry, "__REALTIME_TIMESTAMP") * ns_per_us;
}

} // namespace

std::optional<PastEvent> past_event(const std::string& line)
{
    const auto entry = json::parse(line, nullptr, false);
    if (!entry.is_object() || field(entry, "MIRROR_NET_EVENT").empty())
        return std::nullopt;
    PastEvent event;
    event.name = field(entry, "MIRROR_NET_EVENT");
    event.event_class = field(entry, "MIRROR_NET_CLASS");
    event.severity = field(entry, "MIRROR_NET_SEVERITY");
    event.code = static_cast<int>(number_in(entry, "MIRROR_NET_CODE"));
    event.number = number_in(entry, "MIRROR_NET_NUMBER");
    event.volume = field(entry, "MIRROR_NET_VOLUME");
    event.node = field(entry, "MIRROR_NET_PEER");
    event.before = field(entry, "MIRROR_NET_OLD");
    event.now = field(entry, "MIRROR_NET_NEW");
    event.reason = field(entry, "MIRROR_NET_REASON");
    event.time_ns = time_of(entry);
    event.uptime_ns = number_in(entry, "MIRROR_NET_UPTIME_NS");
    event.text = field(entry, "MIRROR_NET_TEXT");
    return event;
}

std::vector<PastEvent> past_events(std::uint64_t since, const std::string& journalctl)
{
    // _UID is set by the journal itself: another program cannot pretend
    const auto asked = run_process({journalctl, "--output=json", "--no-pager", "--quiet", "--since=@" + std::to_string(since),
                                    "_UID=0", "SYSLOG_IDENTIFIER=mirror-netd"},
                                   {most_time, most_output});
    const std::string no_entries = "No journal files were found";
    if (!asked.ok() && asked.err.find(no_entries) == std::string::npos && !asked.err.empty())
        throw Error(ExitStatus::internal, "the journal cannot be read: " + printable(asked.err));
    if (asked.out.size() >= most_output)
        throw Error(ExitStatus::internal, "the journal has too many events since then; ask for fewer: a later --since");
    std::vector<PastEvent> events;
    for (const auto& line : split(asked.out, '\n'))
        if (auto event = past_event(line))
            events.push_back(std::move(*event));
    return events;
}

std::uint64_t parse_since(const std::string& text)
{
    const bool ago = !text.empty() && std::isalpha(static_cast<unsigned char>(text.back())) && text.back() != 'Z';
    const auto now = now_s();
    const auto since = ago ? now - std::min(now, parse_duration(text)) : parse_time(text);
    if (since > now)
        throw Error(ExitStatus::usage, "\"" + printable(text, 80) + "\" is in the future");
    return since;
}

} // namespace mirrornet::ops
