// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/workers.hpp"

#include "mirror-netd/log.hpp"

#include <system_error>

namespace mirrornet::netd {

namespace {

void run(const std::function<void()>& job, std::atomic<bool>& done)
{
    try {
        job();
    } catch (const std::exception& error) {
        log(Priority::error, "{}", error.what());
    }
    done = true;
}

} // namespace

Workers::~Workers()
{
    for (auto& worker : workers_)
        worker.thread.join();
}

void Workers::reap()
{
    std::erase_if(workers_, [](Worker& worker) {
        if (!worker.done)
            return false;
        worker.thread.join();
        return true;
    });
}

bool Workers::start(std::function<void()> job)
{
    reap();
    if (workers_.size() >= limit_)
        return false;
    auto& worker = workers_.emplace_back();
    try {
        worker.thread = std::thread([&worker, job = std::move(job)] { run(job, worker.done); });
        return true;
    } catch (const std::system_error&) { // out of threads
        workers_.pop_back();
        return false;
    }
}

} // namespace mirrornet::netd
