// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/private_mount.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/file.hpp"

#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <system_error>
#include <thread>

namespace mirrornet::ops {

namespace {

class MountPoint {
public:
    MountPoint()
    {
        make_directory("/run/mirror-net", 0755);
        if (!::mkdtemp(path_.data()))
            throw_errno("cannot make a mount point under /run/mirror-net");
    }
    MountPoint(const MountPoint&) = delete;
    MountPoint& operator=(const MountPoint&) = delete;
    ~MountPoint() { ::rmdir(path_.c_str()); }
    const char* path() const { return path_.c_str(); }

private:
    std::string path_ = "/run/mirror-net/private.XXXXXX";
};

void leave_namespace()
{
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        throw_errno("cannot make a mount namespace");
}

void mount_and_work(const std::string& device, const std::string& type,
                    const std::function<void(int)>& work)
{
    leave_namespace();
    const MountPoint point;
    // Nothing may start to write by itself while we look.
    const char* options = type == "ext4" ? "noinit_itable" : "";
    if (::mount(device.c_str(), point.path(), type.c_str(),
                MS_NOATIME | MS_NODEV | MS_NOSUID | MS_NOEXEC, options) != 0)
        throw Error(ExitStatus::refused, "the file system cannot be mounted: " +
                                             std::generic_category().message(errno));
    std::exception_ptr thrown;
    try {
        const UniqueFd root(::open(point.path(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!root)
            throw_errno("cannot open the mounted file system");
        work(root.get());
    } catch (...) {
        thrown = std::current_exception();
    }
    if (::umount2(point.path(), 0) != 0 && !thrown)
        throw_errno("cannot unmount the file system again");
    if (thrown)
        std::rethrow_exception(thrown);
}

} // namespace

void with_private_mount(const std::string& device, const std::string& type,
                        const std::function<void(int)>& work)
{
    // A thread can have a namespace of its own; it and all in it go with the thread.
    std::exception_ptr thrown;
    std::thread([&] {
        try {
            mount_and_work(device, type, work);
        } catch (...) {
            thrown = std::current_exception();
        }
    }).join();
    if (thrown)
        std::rethrow_exception(thrown);
}

} // namespace mirrornet::ops
