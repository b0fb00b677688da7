// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/hooks/process.hpp"

#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace mirrornet::ops {

// A directory of executables that are nobody's but the owner's. From any thread.
class HookDirectory {
public:
    // owner: of the directory and of what is in it
    HookDirectory(std::filesystem::path path, uid_t owner, HookLog log)
        : path_(std::move(path)), owner_(owner), log_(std::move(log))
    {
    }

    // Those that may be run, in the order of their names; the directory is read anew each time.
    std::vector<std::filesystem::path> programs();
    const std::filesystem::path& path() const { return path_; }

private:
    bool may_run(const std::filesystem::path& path);

    const std::filesystem::path path_;
    const uid_t owner_;
    const HookLog log_;
    std::mutex mutex_;
    std::set<std::string> said_; // refusals; guarded by mutex_
};

} // namespace mirrornet::ops
