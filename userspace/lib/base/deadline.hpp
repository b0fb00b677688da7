// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>

namespace mirrornet {

// How long, and for what reason earlier, somebody is willing to wait. `cancel`
// is a descriptor that becomes (and stays) readable when waiting shall end at
// once, because the program stops; -1 if nothing can cancel.
class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    explicit Deadline(std::chrono::milliseconds from_now, int cancel = -1)
        : at_(Clock::now() + from_now), cancel_(cancel)
    {
    }

    std::chrono::milliseconds left() const; // 0 when it has passed
    int cancel() const { return cancel_; }
    bool cancelled() const;

    // The earlier of this and `from_now`.
    Deadline at_most(std::chrono::milliseconds from_now) const;

private:
    Clock::time_point at_;
    int cancel_;
};

// Waits until poll() reports something for `fd`. Error(timed_out) when the
// deadline passes; Error(internal) when it is cancelled. `what` names the wait.
void wait_for_fd(int fd, short events, const Deadline& deadline, const char* what);

// Sleeps that long, or until the deadline or a cancellation, whichever is first.
void sleep_within(std::chrono::milliseconds time, const Deadline& deadline);

} // namespace mirrornet
