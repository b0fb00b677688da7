// SPDX-License-Identifier: GPL-2.0-or-later
//
// Runs the executables of a directory for every event: in the order of their names, one at
// a time per volume. Whoever announces never waits for a hook.
#pragma once

#include "ops/events/facts.hpp"
#include "ops/hooks/directory.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace mirrornet::netd {

struct HookSettings {
    std::filesystem::path directory;
    uid_t owner = 0; // of the directory and of what is in it
    std::chrono::milliseconds patience{60000}; // with one hook
    std::size_t waiting = 256;                 // events of one volume
    std::size_t volumes_at_once = 4;
};

class Hooks {
public:
    // `cancel`: when it becomes readable, running hooks are ended, see Deadline.
    Hooks(HookSettings settings, int cancel);
    // Events that no hook has seen yet are dropped, and counted in the log.
    ~Hooks();
    Hooks(const Hooks&) = delete;
    Hooks& operator=(const Hooks&) = delete;

    // Only the announcement that is too much for the queue is dropped, and its number given
    // to the next one: MIRROR_NET_MISSED.
    void announce(const ops::Announcement& event);

private:
    struct Event {
        std::string line;
        ops::Facts facts;
    };
    struct Volume {
        std::deque<Event> waiting;
        bool busy = false;      // somebody runs hooks for it
        std::size_t missed = 0; // since the last one that was taken
    };
    void start_thread();
    bool is_cancelled() const;
    void work();
    void serve(const std::string& volume, std::unique_lock<std::mutex>& lock);
    void run_all(const Event& event);

    const HookSettings settings_;
    const int cancel_;
    ops::HookDirectory directory_;
    std::mutex mutex_; // guards what follows
    std::condition_variable changed_;
    std::map<std::string, Volume> volumes_;
    std::deque<std::string> turns_; // volumes with something to do that nobody does
    bool stopping_ = false;
    std::vector<std::thread> threads_; // started with the first event; the announcer's alone
};

} // namespace mirrornet::netd
