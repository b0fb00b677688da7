// SPDX-License-Identifier: GPL-2.0-or-later
//
// One line to stderr, which systemd keeps in the journal. From any thread.
#pragma once

#include "nl/event_states.hpp"

#include <exception>
#include <fmt/format.h>
#include <string>
#include <string_view>

namespace mirrornet::netd {

enum class Priority : int { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

// Whether stderr is the journal.
bool journal_listens();

void log_line(Priority priority, std::string_view text);

template <typename... Args>
void log(Priority priority, fmt::format_string<Args...> format, Args&&... args)
{
    log_line(priority, fmt::format(format, std::forward<Args>(args)...));
}

// Of hooks (ops/hooks/process.hpp).
void log_hook(Severity severity, std::string_view line);

// What lasts is said once, until it changes or is over.
class Complaint {
public:
    // True if `action` did not throw.
    template <typename F> bool about(F action)
    {
        try {
            action();
            said_.clear();
            return true;
        } catch (const std::exception& error) {
            if (said_ != error.what())
                log(Priority::error, "{}", error.what());
            said_ = error.what();
            return false;
        }
    }

private:
    std::string said_;
};

} // namespace mirrornet::netd
