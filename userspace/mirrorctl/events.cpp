// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/deadline.hpp"
#include "mirrorctl/documents.hpp"
#include "mirrorctl/verbs.hpp"
#include "nl/events.hpp"
#include "ops/clock.hpp"
#include "ops/events/catalogue.hpp"
#include "ops/events/past.hpp"
#include "ops/status/selection.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <iostream>
#include <poll.h>

namespace mirrornet::ctl {

namespace {

struct EventsOptions {
    std::vector<std::string> volumes;
    std::uint64_t count = 0;   // 0: for ever
    std::uint64_t timeout = 0; // seconds; 0: for ever
    std::string since;         // not empty: what was, and no more
};

// A file that cannot be read must not end what goes on and on.
std::string node_of(const ConfigStore& store, const nl::Event& event)
{
    if (!event.peer)
        return {};
    try {
        if (const auto peer = store.find_peer(*event.peer))
            return peer->name;
    } catch (const Error&) {
        // its id will do
    }
    return event.peer->to_string();
}

std::string text_of(const ops::PastEvent& event)
{
    return fmt::format("{} {:8} {:20} {}{} {}", ops::local_time(event.time_ns), event.severity, event.name, event.volume,
                       event.node.empty() ? "" : "@" + event.node, event.text);
}

// One line each, so that a pipe can be read while it goes on. False if it was not wanted.
bool print(const Invocation& invocation, const nl::Event& event, const ops::Selection& wanted)
{
    const auto node = node_of(invocation.store, event);
    if (!wanted.has(event.volume_name, node))
        return false;
    invocation.output.part(event_document(as_announced(event, node)));
    invocation.output.line(text_of(as_announced(event, node)));
    return true;
}

int show_past(const Invocation& invocation, const EventsOptions& options, const ops::Selection& wanted)
{
    std::uint64_t shown = 0;
    for (const auto& event : ops::past_events(ops::parse_since(options.since))) {
        if (!options.volumes.empty() && !wanted.has(event.volume, event.node))
            continue;
        invocation.output.part(event_document(event));
        invocation.output.line(text_of(event));
        if (++shown == options.count)
            break;
    }
    if (shown == 0)
        std::cerr << "mirrorctl: the journal of this node has no such event since then; it has what mirror-netd wrote, as long "
                     "as it is kept (journald.conf(5))\n";
    return 0;
}

// False when `left` (milliseconds, -1: for ever) passed without a word.
bool wait_for_events(const nl::EventStream& stream, int left)
{
    pollfd entry{stream.fd(), POLLIN, 0};
    const int ready = ::poll(&entry, 1, left);
    if (ready < 0 && errno != EINTR)
        throw_errno("cannot wait for events");
    return ready != 0;
}

int run(const Invocation& invocation, const EventsOptions& options)
{
    const ops::Selection wanted(invocation.store, options.volumes);
    if (!options.since.empty())
        return show_past(invocation, options, wanted);
    nl::EventStream stream;
    const Deadline deadline{std::chrono::seconds(options.timeout)};
    for (std::uint64_t shown = 0;;) {
        const int left = options.timeout ? static_cast<int>(deadline.left().count()) : -1;
        if (!wait_for_events(stream, left))
            return 0;
        const auto batch = stream.read();
        if (batch.lost)
            std::cerr << "mirrorctl: events were lost, since they came faster than they were "
                         "read; ask for the state anew: mirrorctl status\n";
        for (const auto& event : batch.events)
            if (print(invocation, event, wanted) && ++shown == options.count)
                return 0;
        if (!invocation.output.is_read())
            return 0;
    }
}

} // namespace

ops::PastEvent as_announced(const nl::Event& event, const std::string& node)
{
    const auto& kind = ops::kind_of(event);
    ops::PastEvent words;
    words.name = kind.name;
    words.event_class = to_string(event.event_class);
    words.severity = to_string(event.severity);
    words.code = kind.code;
    words.number = event.number;
    words.volume = event.volume_name;
    words.node = node;
    words.before = event.old_word();
    words.now = event.new_word();
    words.reason = to_string(event.reason);
    words.time_ns = event.time;
    words.uptime_ns = event.uptime_ns;
    words.text = event.text;
    return words;
}

json event_document(const ops::PastEvent& event)
{
    return {{"event", event.name},
            {"code", event.code},
            {"class", event.event_class},
            {"severity", event.severity},
            {"number", event.number},
            {"volume", event.volume},
            {"node", event.node},
            {"old", event.before},
            {"new", event.now},
            {"reason", event.reason},
            {"time_ns", event.time_ns},
            {"uptime_ns", event.uptime_ns},
            {"text", event.text}};
}

void setup_events(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<EventsOptions>();
    auto* verb = app.add_subcommand("events", "Follow what happens to volumes and mirrors");
    verb->add_option("VOLUME[@NODE]", options->volumes, "Only these; all without");
    verb->add_option("--count", options->count, "End after so many");
    auto* timeout = verb->add_option("--timeout", options->timeout, "End after so many seconds; 0: never");
    verb->add_option("--since", options->since, "What happened since TIME (\"2026-11-24 02:00\") or so long (90m, 3d), and end")
        ->type_name("TIME")
        ->excludes(timeout);
    verb->footer("With --json, one JSON object per line. The past comes from the journal of this node,\n"
                 "to which mirror-netd writes every event: journalctl MIRROR_NET_VOLUME=home has more.\n"
                 "Examples:\n"
                 "  mirrorctl events\n"
                 "  mirrorctl events home --since 12h\n"
                 "  mirrorctl --json events home --count 1");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
