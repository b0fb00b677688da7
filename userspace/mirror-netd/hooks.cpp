// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/hooks.hpp"

#include "base/error.hpp"
#include "mirror-netd/hook_process.hpp"
#include "mirror-netd/log.hpp"

#include <algorithm>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace mirrornet::netd {

namespace {

namespace fs = std::filesystem;

// What editors and package managers leave beside a file.
bool is_leftover(const std::string& name)
{
    constexpr std::string_view endings[] = {"~",          ".bak",    ".dpkg-old", ".dpkg-new",
                                            ".dpkg-dist", ".rpmnew", ".rpmsave"};
    return name.starts_with('.') ||
           std::ranges::any_of(endings, [&](auto each) { return name.ends_with(each); });
}

bool is_program(const fs::path& path)
{
    return !is_leftover(path.filename().string()) && !fs::is_directory(path) &&
           ::access(path.c_str(), X_OK) == 0;
}

} // namespace

Hooks::Hooks(HookSettings settings, int cancel) : settings_(std::move(settings)), cancel_(cancel)
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
    pollfd fd = {cancel_, POLLIN, 0};
    return ::poll(&fd, 1, 0) > 0;
}

void Hooks::run_all(const Event& event)
try {
    for (const auto& path : programs()) {
        if (is_cancelled())
            return;
        std::string failure;
        try {
            failure = run_hook(path, event.facts, settings_.patience, cancel_);
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

// In the order of their names; read anew for every event.
std::vector<fs::path> Hooks::programs()
{
    std::error_code absent;
    if (!fs::is_directory(settings_.directory, absent) || !may_run(settings_.directory))
        return {};
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(settings_.directory))
        if (is_program(entry.path()) && may_run(entry.path()))
            found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

// A refusal is said once, until it is over.
bool Hooks::may_run(const fs::path& path)
{
    const auto refusal = refusal_of(path, settings_.owner);
    const std::lock_guard lock(mutex_);
    if (!refusal) {
        said_.erase(path.string());
        return true;
    }
    if (said_.insert(path.string()).second)
        log(Priority::error, "{} is not run as a hook, since it {}", path.string(), *refusal);
    return false;
}

} // namespace mirrornet::netd
