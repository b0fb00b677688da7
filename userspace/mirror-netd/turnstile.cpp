// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/turnstile.hpp"

#include <algorithm>
#include <netinet/in.h>

namespace mirrornet::netd {

Turnstile::Pass::~Pass()
{
    if (turnstile_)
        turnstile_->leave(visitor_, failed_);
}

std::optional<Turnstile::Pass> Turnstile::enter(const std::string& visitor,
                                                Clock::time_point now)
{
    const std::lock_guard lock(mutex_);
    if (visitors_.size() >= limits_.remembered)
        forget_some();
    auto& record = visitors_[visitor];
    const std::chrono::duration<double> passed = now - record.seen;
    record.failures =
        std::max(0.0, record.failures - passed.count() * limits_.forgiven_per_second);
    record.seen = now;
    if (inside_ >= limits_.inside || record.inside >= limits_.inside_each ||
        record.failures >= limits_.failures)
        return std::nullopt;
    inside_++;
    record.inside++;
    return Pass(*this, visitor);
}

void Turnstile::leave(const std::string& visitor, bool failed)
{
    const std::lock_guard lock(mutex_);
    auto& record = visitors_[visitor];
    inside_--;
    record.inside--;
    if (failed)
        record.failures += 1;
}

// Whoever is inside stays known; forgetting the others costs no more than that
// they may fail once more.
void Turnstile::forget_some()
{
    std::erase_if(visitors_, [](const auto& each) { return each.second.inside == 0; });
}

std::string visitor_of(const sockaddr_storage& address)
{
    const auto bytes = [](const void* at, std::size_t count) {
        return std::string(static_cast<const char*>(at), count);
    };
    if (address.ss_family == AF_INET)
        return bytes(&reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
    if (address.ss_family == AF_INET6)
        return bytes(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, 8);
    return {};
}

} // namespace mirrornet::netd
