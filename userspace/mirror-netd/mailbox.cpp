// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/mailbox.hpp"

#include "base/error.hpp"

#include <poll.h>
#include <sys/eventfd.h>

namespace mirrornet::netd {

namespace {

UniqueFd new_eventfd()
{
    UniqueFd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!fd)
        throw_errno("eventfd");
    return fd;
}

void wake(int fd)
{
    // Fails only when the counter is full, and then it is readable already.
    [[maybe_unused]] const int ignored = ::eventfd_write(fd, 1);
}

} // namespace

Mailbox::Mailbox() : wake_(new_eventfd()) {}

void Mailbox::post(Letter letter)
{
    {
        const std::lock_guard lock(mutex_);
        letters_.push_back(std::move(letter));
    }
    wake(wake_.get());
}

void Mailbox::deliver()
{
    eventfd_t count = 0;
    [[maybe_unused]] const int ignored = ::eventfd_read(wake_.get(), &count);
    std::vector<Letter> letters;
    {
        const std::lock_guard lock(mutex_);
        letters.swap(letters_);
    }
    for (const auto& letter : letters)
        letter();
}

StopSignal::StopSignal() : event_(new_eventfd()) {}

void StopSignal::raise()
{
    wake(event_.get());
}

bool StopSignal::raised() const
{
    pollfd fd = {event_.get(), POLLIN, 0};
    return ::poll(&fd, 1, 0) > 0;
}

} // namespace mirrornet::netd
