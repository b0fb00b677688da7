// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace mirrornet::ctl {

// While the object lives, SIGINT and SIGTERM end no program but the waits of a verb that goes
// on and on, which then ends with success. One at a time.
class Interruptible {
public:
    Interruptible();
    ~Interruptible();
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;

    // False: interrupted, now or before.
    bool wait(double seconds) const;
};

} // namespace mirrornet::ctl
