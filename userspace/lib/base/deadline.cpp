// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/deadline.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <poll.h>

namespace mirrornet {

using std::chrono::milliseconds;

milliseconds Deadline::left() const
{
    // Rounded up: a poll() of 0 ms must not spin through the last millisecond.
    const auto left = std::chrono::ceil<milliseconds>(at_ - Clock::now());
    return std::max(left, milliseconds(0));
}

bool Deadline::cancelled() const
{
    pollfd fd = {cancel_, POLLIN, 0};
    return ::poll(&fd, 1, 0) > 0;
}

Deadline Deadline::at_most(milliseconds from_now) const
{
    Deadline earlier = *this;
    earlier.at_ = std::min(at_, Clock::now() + from_now);
    return earlier;
}

void wait_for_fd(int fd, short events, const Deadline& deadline, const char* what)
{
    for (;;) {
        const auto left = std::min<milliseconds::rep>(deadline.left().count(), 3'600'000);
        pollfd fds[] = {{fd, events, 0}, {deadline.cancel(), POLLIN, 0}};
        const int ready = ::poll(fds, 2, static_cast<int>(left));
        if (ready < 0 && errno != EINTR)
            throw_errno("poll");
        if (ready > 0 && fds[1].revents)
            throw Error(ExitStatus::internal, std::string(what) + " was cancelled");
        if (ready > 0)
            return;
        if (deadline.left().count() == 0)
            throw Error(ExitStatus::timed_out, std::string(what) + " took too long");
    }
}

void sleep_within(milliseconds time, const Deadline& deadline)
{
    const auto left = std::min(time, deadline.left());
    pollfd fd = {deadline.cancel(), POLLIN, 0};
    ::poll(&fd, 1, static_cast<int>(left.count()));
}

} // namespace mirrornet
