// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <thread>

namespace mirrornet::netd {

// A bounded number of threads, one per job. Belongs to the main thread.
class Workers {
public:
    explicit Workers(std::size_t limit) : limit_(limit) {}
    ~Workers(); // waits for all jobs; they have to end soon by themselves
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    // False when as many as allowed are running. What the job throws is logged.
    bool start(std::function<void()> job);

private:
    struct Worker {
        std::atomic<bool> done = false;
        std::thread thread;
    };
    void reap();

    std::size_t limit_;
    std::list<Worker> workers_;
};

} // namespace mirrornet::netd
