// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/operation_lock.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "ops/clock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace mirrornet::ops {

namespace fs = std::filesystem;

namespace {

// Who holds it, as written by the holder.
std::string holder_of(int fd)
{
    char text[256];
    const ssize_t got = ::pread(fd, text, sizeof text, 0);
    if (got <= 0)
        return "another operation";
    return printable(trim({text, static_cast<std::size_t>(got)}));
}

// Whose turn it is decides the lock, not the note: where /run is full the others read "another operation".
void write_holder(int fd, const std::string& verb)
{
    const std::string text =
        fmt::format("{} (process {}, since {})\n", verb, ::getpid(), local_time(now_ns()));
    if ((::ftruncate(fd, 0) != 0 || ::pwrite(fd, text.data(), text.size(), 0) < 0) && errno != ENOSPC)
        throw_errno("cannot note who operates");
}

} // namespace

OperationLock::OperationLock(const std::string& volume, const std::string& verb,
                             const fs::path& directory)
    : OperationLock("volume " + volume, volume + ".operation", verb, directory)
{
}

// No volume has a name that begins with a dot.
OperationLock OperationLock::of_node(const std::string& verb, const fs::path& directory)
{
    return {"the configuration of this node", ".node.operation", verb, directory};
}

OperationLock OperationLock::of_job(const std::string& job, const std::string& verb, const fs::path& directory)
{
    return {"job " + job, ".job." + job + ".operation", verb, directory};
}

OperationLock::OperationLock(const std::string& what, const std::string& file,
                             const std::string& verb, const fs::path& directory)
{
    make_directory(directory);
    const fs::path path = directory / file;
    fd_ = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!fd_)
        throw_write_errno("cannot open " + path.string());
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            throw_errno("cannot lock " + path.string());
        throw Error(ExitStatus::in_use, what + " is being worked on: " +
                                            holder_of(fd_.get()) +
                                            "; wait for it to end, then repeat");
    }
    write_holder(fd_.get(), verb);
}

} // namespace mirrornet::ops
