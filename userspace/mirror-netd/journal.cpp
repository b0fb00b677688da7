// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/journal.hpp"

#include "mirror-netd/log.hpp"

#define SD_JOURNAL_SUPPRESS_LOCATION // of this file, which says nothing of the event
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

namespace mirrornet::netd {

namespace {

constexpr const char* journal_socket = "/run/systemd/journal/socket";

constexpr int priority_critical = 2; // as of syslog(3)

int priority_of(Severity severity)
{
    switch (severity) {
    case Severity::critical: return priority_critical;
    case Severity::error: return static_cast<int>(Priority::error);
    case Severity::warning: return static_cast<int>(Priority::warning);
    case Severity::info: break;
    }
    return static_cast<int>(Priority::info);
}

} // namespace

std::vector<std::string> journal_fields(const ops::Announcement& event)
{
    std::vector<std::string> fields{"MESSAGE=" + event.line,
                                    "MESSAGE_ID=" + event.kind->message_id(),
                                    "PRIORITY=" + std::to_string(priority_of(event.severity)),
                                    "SYSLOG_IDENTIFIER=mirror-netd"};
    for (const auto& [name, value] : event.facts)
        fields.push_back(name + "=" + value);
    return fields;
}

void write_event(const ops::Announcement& event)
{
    // Without a journal the library says that it succeeded.
    const auto fields = journal_fields(event);
    std::vector<iovec> parts;
    for (const auto& field : fields)
        parts.push_back({const_cast<char*>(field.data()), field.size()});
    const bool there = ::access(journal_socket, W_OK) == 0;
    const bool written =
        there && ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
    if (written && journal_listens())
        return; // the log is the journal
    const int priority = std::max(priority_of(event.severity), static_cast<int>(Priority::error));
    log_line(static_cast<Priority>(priority), event.line);
}

} // namespace mirrornet::netd
