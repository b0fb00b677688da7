// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/deadline.hpp"
#include "mirrorctl/documents.hpp"
#include "mirrorctl/verbs.hpp"
#include "nl/events.hpp"
#include "ops/clock.hpp"
#include "ops/events/catalogue.hpp"
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

std::string text_of(const nl::Event& event, const std::string& node)
{
    return fmt::format("{} {:8} {:20} {}{} {}", ops::local_time(event.time),
                       to_string(event.severity), ops::kind_of(event).name,
                       event.volume_name, node.empty() ? "" : "@" + node, event.text);
}

// One line each, so that a pipe can be read while it goes on. False if it was not wanted.
bool print(const Invocation& invocation, const nl::Event& event, const ops::Selection& wanted)
{
    const auto node = node_of(invocation.store, event);
    if (!wanted.has(event.volume_name, node))
        return false;
    invocation.output.part(event_document(event, node));
    invocation.output.line(text_of(event, node));
    return true;
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

json event_document(const nl::Event& event, const std::string& node)
{
    const auto& kind = ops::kind_of(event);
    return {{"event", kind.name},
            {"code", kind.code},
            {"class", to_string(event.event_class)},
            {"severity", to_string(event.severity)},
            {"number", event.number},
            {"volume", event.volume_name},
            {"node", node},
            {"old", event.old_word()},
            {"new", event.new_word()},
            {"reason", to_string(event.reason)},
            {"time_ns", event.time},
            {"uptime_ns", event.uptime_ns},
            {"text", event.text}};
}

void setup_events(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<EventsOptions>();
    auto* verb = app.add_subcommand("events", "Follow what happens to volumes and mirrors");
    verb->add_option("VOLUME[@NODE]", options->volumes, "Only these; all without");
    verb->add_option("--count", options->count, "End after so many");
    verb->add_option("--timeout", options->timeout, "End after so many seconds; 0: never");
    verb->footer("With --json, one JSON object per line. Earlier events are in the journal:\n"
                 "journalctl MIRROR_NET_VOLUME=home\n"
                 "Examples:\n"
                 "  mirrorctl events\n"
                 "  mirrorctl --json events home --count 1");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
