// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/log.hpp"

#include <cstdlib>
#include <unistd.h>

namespace mirrornet::netd {

// The journal understands "<N>" before a line; a terminal does not.
bool journal_listens()
{
    static const bool listens = std::getenv("JOURNAL_STREAM") != nullptr;
    return listens;
}

void log_line(Priority priority, std::string_view text)
{
    const auto prefix = journal_listens() ? fmt::format("<{}>", static_cast<int>(priority))
                                          : std::string("mirror-netd: ");
    const auto line = fmt::format("{}{}\n", prefix, text);
    // One write, so that lines of several threads do not mix. Nobody to tell if
    // it fails.
    [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, line.data(), line.size());
}

void log_hook(Severity severity, std::string_view line)
{
    log_line(severity == Severity::info      ? Priority::info
             : severity == Severity::warning ? Priority::warning
                                             : Priority::error,
             line);
}

} // namespace mirrornet::netd
