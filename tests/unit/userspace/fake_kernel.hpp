// SPDX-License-Identifier: GPL-2.0-or-later
//
// Stands where the kernel module would: mirrors that want links, and the links
// that were handed over.
#pragma once

#include "mirror-netd/kernel_links.hpp"
#include "remote/greeting.hpp"

#include <condition_variable>
#include <mutex>

class FakeKernel : public mirrornet::netd::KernelView {
public:
    using MirrorKey = mirrornet::netd::MirrorKey;

    std::set<MirrorKey> missing_links() override
    {
        const std::lock_guard lock(mutex_);
        return missing_;
    }
    void admit(const MirrorKey& mirror) override
    {
        const std::lock_guard lock(mutex_);
        if (unwanted_.contains(mirror))
            throw mirrornet::LinkUnwanted("paused");
        if (!missing_.contains(mirror))
            throw mirrornet::Error(mirrornet::ExitStatus::not_found, "no such mirror");
    }
    void admit_renewal(const MirrorKey& mirror) override
    {
        const std::lock_guard lock(mutex_);
        if (missing_.contains(mirror))
            throw mirrornet::Error(mirrornet::ExitStatus::not_found, "no link");
    }
    void attach(mirrornet::Link link) override
    {
        const std::lock_guard lock(mutex_);
        missing_.erase({link.volume, link.peer});
        links_.push_back(std::move(link));
        changed_.notify_all();
    }

    void want(const MirrorKey& mirror)
    {
        const std::lock_guard lock(mutex_);
        missing_.insert(mirror);
        unwanted_.erase(mirror);
    }
    void want_none(const MirrorKey& mirror) // as while it is paused
    {
        const std::lock_guard lock(mutex_);
        missing_.erase(mirror);
        unwanted_.insert(mirror);
    }
    bool wait_for_links(std::size_t count, std::chrono::milliseconds time)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, time, [&] { return links_.size() >= count; });
    }
    std::size_t count()
    {
        const std::lock_guard lock(mutex_);
        return links_.size();
    }
    const mirrornet::Link& link(std::size_t at) { return links_.at(at); }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<MirrorKey> missing_, unwanted_;
    std::vector<mirrornet::Link> links_;
};
