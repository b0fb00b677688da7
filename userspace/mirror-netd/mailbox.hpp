// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/fd.hpp"

#include <functional>
#include <mutex>
#include <vector>

namespace mirrornet::netd {

// Other threads leave here what the main thread shall do.
class Mailbox {
public:
    using Letter = std::function<void()>;

    Mailbox();
    int fd() const { return wake_.get(); } // readable when there is something
    void post(Letter letter);              // from any thread
    void deliver();                        // in the main thread

private:
    UniqueFd wake_;
    std::mutex mutex_;
    std::vector<Letter> letters_; // guarded by mutex_
};

// Tells every wait of the program, at once and for good, that it shall end.
class StopSignal {
public:
    StopSignal();
    int fd() const { return event_.get(); } // see Deadline
    void raise();
    bool raised() const;

private:
    UniqueFd event_;
};

} // namespace mirrornet::netd
