// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/interruptible.hpp"

#include <cmath>
#include <csignal>
#include <ctime>
#include <sys/select.h>

namespace mirrornet::ctl {

namespace {

constexpr int signals[] = {SIGINT, SIGTERM};
volatile std::sig_atomic_t interrupted;
struct sigaction before[2];
sigset_t mask_before;

void note(int)
{
    interrupted = 1;
}

} // namespace

// Blocked but in wait(): no signal falls between the look and the wait.
Interruptible::Interruptible()
{
    interrupted = 0;
    sigset_t blocked;
    sigemptyset(&blocked);
    struct sigaction action{};
    action.sa_handler = note;
    for (std::size_t at = 0; at < 2; at++) {
        sigaddset(&blocked, signals[at]);
        ::sigaction(signals[at], &action, &before[at]);
    }
    ::sigprocmask(SIG_BLOCK, &blocked, &mask_before);
}

Interruptible::~Interruptible()
{
    ::sigprocmask(SIG_SETMASK, &mask_before, nullptr);
    for (std::size_t at = 0; at < 2; at++)
        ::sigaction(signals[at], &before[at], nullptr);
}

bool Interruptible::wait(double seconds) const
{
    const double whole = std::floor(seconds);
    const timespec time{static_cast<time_t>(whole), static_cast<long>((seconds - whole) * 1e9)};
    return !interrupted && ::pselect(0, nullptr, nullptr, nullptr, &time, &mask_before) == 0;
}

} // namespace mirrornet::ctl
