// SPDX-License-Identifier: GPL-2.0-or-later
//
// Saves what an old source has, and the newer one has not, before the kernel makes it a target
// (keep-lost-writes; docs/takeover.md). The kernel waits until it is told.
#pragma once

#include "config/store.hpp"
#include "mirror-netd/kernel_links.hpp"
#include "mirror-netd/workers.hpp"

#include <chrono>
#include <mutex>
#include <semaphore>
#include <set>
#include <string>
#include <vector>

namespace mirrornet::netd {

// What is to be saved.
struct WantedSave {
    MirrorKey mirror;
    std::uint64_t generation = 0; // of the volume: which time it is about
};

// What the saver needs of the kernel and the disk. From any thread.
class SaveWork {
public:
    virtual ~SaveWork() = default;
    virtual std::vector<WantedSave> wanted() = 0; // empty without the module
    // All of it, then tells the kernel. Returns what came of it, for the log; Error: it is still wanted.
    virtual std::string save(const WantedSave& wanted, const Deadline& deadline) = 0;
};

class KernelSaves : public SaveWork {
public:
    explicit KernelSaves(const ConfigStore& store) : store_(store) {}
    std::vector<WantedSave> wanted() override;
    std::string save(const WantedSave& wanted, const Deadline& deadline) override;

private:
    const ConfigStore& store_;
};

class Saver {
public:
    // between: attempts. cancel: see Deadline.
    Saver(const ConfigStore& store, SaveWork& work, std::chrono::milliseconds between, int cancel);

    // Starts with what is wanted and nobody is at; called whenever the kernel said something.
    void refresh();

private:
    using Key = std::pair<MirrorKey, std::uint64_t>;
    void run(const WantedSave& wanted);
    void save(const WantedSave& wanted, const Deadline& deadline);
    bool is_over(const WantedSave& wanted);
    std::string name_of(const WantedSave& wanted) const;

    const ConfigStore& store_;
    SaveWork& work_;
    const std::chrono::milliseconds between_;
    const int cancel_;
    std::mutex mutex_;
    std::set<Key> running_; // guarded by mutex_
    std::counting_semaphore<> disks_{4}; // who reads and writes; who waits for room keeps nobody from it
    Workers workers_{1024};              // one for each mirror; last: they end before the rest goes
};

} // namespace mirrornet::netd
