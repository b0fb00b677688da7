// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <csignal>
#include <initializer_list>

namespace mirrornet::ctl {

// While it lives, an interruption from the terminal or a manager waits: what is
// done in between is done whole, and takes effect afterwards.
class Undisturbed {
public:
    Undisturbed()
    {
        sigset_t signals;
        ::sigemptyset(&signals);
        for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
            ::sigaddset(&signals, signal);
        ::pthread_sigmask(SIG_BLOCK, &signals, &before_);
    }
    Undisturbed(const Undisturbed&) = delete;
    Undisturbed& operator=(const Undisturbed&) = delete;
    ~Undisturbed() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

} // namespace mirrornet::ctl
