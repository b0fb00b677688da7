// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/daemon_mark.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace mirrornet::ops {

namespace {

// Of the open file, not of the process: the tests have several daemons in one.
struct flock whole_file(short type)
{
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

} // namespace

std::filesystem::path daemon_mark_path(const ConfigStore& store)
{
    return store.directory() == "/etc/mirror-net" ? std::filesystem::path("/run/mirror-net/mirror-netd")
                                                  : store.directory() / ".mirror-netd";
}

DaemonMark::DaemonMark(const ConfigStore& store, const std::string& version)
{
    const auto path = daemon_mark_path(store);
    make_directory(path.parent_path());
    fd_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd_)
        throw_write_errno("cannot open " + path.string());
    auto lock = whole_file(F_WRLCK);
    if (::fcntl(fd_.get(), F_OFD_SETLK, &lock) != 0)
        throw_errno("cannot lock " + path.string());
    // The lock is the mark. Without room under /run the version is not known, and mirrors are linked all the same.
    if ((::ftruncate(fd_.get(), 0) != 0 || ::pwrite(fd_.get(), version.data(), version.size(), 0) < 0) && errno != ENOSPC)
        throw_errno("cannot write " + path.string());
}

std::optional<std::string> running_daemon(const ConfigStore& store)
{
    const UniqueFd fd(::open(daemon_mark_path(store).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return std::nullopt;
    auto lock = whole_file(F_RDLCK);
    if (::fcntl(fd.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
        return std::nullopt;
    char text[64];
    const auto got = ::pread(fd.get(), text, sizeof text, 0);
    return got <= 0 ? std::string() : printable(trim({text, static_cast<std::size_t>(got)}));
}

} // namespace mirrornet::ops
