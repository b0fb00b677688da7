// SPDX-License-Identifier: GPL-2.0-or-later
//
// One request to device-mapper. The mutex of the room is held while it lives.
#pragma once

#include "dm/device_mapper.hpp"

#include <memory>
#include <mutex>
#include <string>

struct dm_task;

namespace mirrornet::dm {

// udev makes the nodes and answers cookies. Without it (an initramfs, a test
// node) libdevmapper and this library make them.
bool udev_is_running();

class Task {
public:
    Task(int type, const std::string& name);

    dm_task* raw() const { return task_.get(); }
    void add(const Table& table);
    // `what` completes "cannot ...": an Error says why in libdevmapper's words.
    void run(const std::string& what);
    // As run(), and returns when the nodes in /dev are as they should be.
    void run_and_settle(const std::string& what);
    // As run(), but false where there is no such device.
    bool run_if_there(const std::string& what);

private:
    struct Destroy {
        void operator()(dm_task* task) const;
    };
    [[noreturn]] void fail(const std::string& what) const;

    std::unique_lock<std::mutex> lock_;
    std::unique_ptr<dm_task, Destroy> task_;
};

} // namespace mirrornet::dm
