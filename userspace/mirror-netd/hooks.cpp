// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/hooks.hpp"

#include "base/deadline.hpp"
#include "base/error.hpp"
#include "mirror-netd/log.hpp"

#include <system_error>

namespace mirrornet::netd {

Hooks::Hooks(HookSettings settings, int cancel)
    : settings_(std::move(settings)), cancel_(cancel),
      directory_(settings_.directory, settings_.owner, log_hook)
{
}

Hooks::~Hooks()
{
    std::size_t dropped = 0;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (const auto& [id, volume] : volumes_)
            dropped += volume.waiting.size();
    }
    changed_.notify_all();
    for (auto& thread : threads_)
        thread.join();
    if (dropped)
        log(Priority::warning, "{} events got no hook, since the daemon stops", dropped);
}

void Hooks::announce(const ops::Announcement& event)
{
    const std::lock_guard lock(mutex_);
    auto& volume = volumes_[event.volume];
    if (volume.waiting.size() >= settings_.waiting) {
        if (volume.missed++ == 0)
            log(Priority::error, "hooks are slower than events: {} of them wait, and further ones "
                "get no hook until there is room: {}", volume.waiting.size(), event.line);
        return;
    }
    if (volume.missed)
        log(Priority::warning, "{} events got no hook, since hooks were slower", volume.missed);
    auto facts = event.facts;
    facts.emplace_back("MIRROR_NET_MISSED", std::to_string(std::exchange(volume.missed, 0)));
    if (volume.waiting.empty() && !volume.busy)
        turns_.push_back(event.volume);
    volume.waiting.push_back({event.line, std::move(facts)});
    start_thread();
    changed_.notify_one();
}

// Under the lock. As many as there may be are soon there, and stay.
void Hooks::start_thread()
try {
    if (threads_.size() < settings_.volumes_at_once)
        threads_.emplace_back([this] { work(); });
} catch (const std::system_error& error) {
    log(Priority::error, "no thread for hooks: {}", error.what());
}

void Hooks::work()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !turns_.empty(); });
        if (stopping_ || is_cancelled())
            return;
        const auto volume = turns_.front();
        turns_.pop_front();
        serve(volume, lock);
    }
}

// One event; then it is the next volume's turn.
void Hooks::serve(const std::string& id, std::unique_lock<std::mutex>& lock)
{
    auto& volume = volumes_[id]; // stays where it is; taken away below alone
    const auto event = std::move(volume.waiting.front());
    volume.waiting.pop_front();
    volume.busy = true;
    lock.unlock();
    run_all(event);
    lock.lock();
    volume.busy = false;
    if (!volume.waiting.empty())
        turns_.push_back(id);
    else if (volume.missed == 0)
        volumes_.erase(id);
}

bool Hooks::is_cancelled() const
{
    return Deadline(std::chrono::milliseconds(0), cancel_).cancelled();
}

void Hooks::run_all(const Event& event)
try {
    for (const auto& path : directory_.programs()) {
        if (is_cancelled())
            return;
        std::string failure;
        try {
            failure = ops::run_hook(path, event.facts, settings_.patience, cancel_, log_hook);
        } catch (const Error& error) { // no such interpreter, for one
            failure = error.what();
        }
        if (!failure.empty())
            log(Priority::warning, "hook {}: {}; it was run for: {}", path.filename().string(),
                failure, event.line);
    }
} catch (const std::exception& error) {
    log(Priority::error, "hooks cannot be run: {}", error.what());
}

} // namespace mirrornet::netd
