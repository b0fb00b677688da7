// SPDX-License-Identifier: GPL-2.0-or-later
//
// One line to stderr, which systemd keeps in the journal. From any thread.
#pragma once

#include <fmt/format.h>
#include <string_view>

namespace mirrornet::netd {

enum class Priority : int { error = 3, warning = 4, notice = 5, info = 6, debug = 7 };

void log_line(Priority priority, std::string_view text);

template <typename... Args>
void log(Priority priority, fmt::format_string<Args...> format, Args&&... args)
{
    log_line(priority, fmt::format(format, std::forward<Args>(args)...));
}

} // namespace mirrornet::netd
