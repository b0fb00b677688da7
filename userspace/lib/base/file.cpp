// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace mirrornet {

namespace fs = std::filesystem;

namespace {

struct stat stat_of(int fd, const fs::path& path)
{
    struct stat st {};
    if (::fstat(fd, &st) < 0)
        throw_errno("cannot stat " + path.string());
    return st;
}

std::string read_all(int fd, const fs::path& path, std::size_t limit)
{
    std::string content;
    char chunk[16384];
    for (;;) {
        ssize_t got = ::read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw_errno("cannot read " + path.string());
        if (got == 0)
            return content;
        content.append(chunk, static_cast<std::size_t>(got));
        if (content.size() > limit)
            throw Error(ExitStatus::usage, path.string() + " is longer than " +
                                               std::to_string(limit) + " bytes");
    }
}

void write_all(int fd, std::string_view content, const fs::path& path)
{
    while (!content.empty()) {
        ssize_t put = ::write(fd, content.data(), content.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            throw_write_errno("cannot write " + path.string());
        content.remove_prefix(static_cast<std::size_t>(put));
    }
}

void sync_directory(const fs::path& path)
{
    UniqueFd dir(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!dir || ::fsync(dir.get()) < 0)
        throw_errno("cannot sync directory " + path.string());
}

// A file of ours with just this in it; a link to one is none.
bool holds_already(int fd, const fs::path& path, std::string_view content, mode_t mode)
{
    const struct stat st = stat_of(fd, path);
    return S_ISREG(st.st_mode) && (st.st_mode & 07777) == mode && st.st_uid == ::geteuid() &&
           static_cast<std::size_t>(st.st_size) == content.size() && read_all(fd, path, content.size()) == content;
}

// True: it is there and durable, and nothing was written.
bool keep_what_is_there(const fs::path& path, std::string_view content, mode_t mode)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
    return fd && holds_already(fd.get(), path, content, mode) && ::fsync(fd.get()) == 0;
}

// Removes a temporary file unless it has taken its final name.
class TemporaryName {
public:
    explicit TemporaryName(std::string name) : name_(std::move(name)) {}
    TemporaryName(const TemporaryName&) = delete;
    TemporaryName& operator=(const TemporaryName&) = delete;
    ~TemporaryName()
    {
        if (!name_.empty())
            ::unlink(name_.c_str());
    }
    void become(const fs::path& path)
    {
        if (::rename(name_.c_str(), path.c_str()) < 0)
            throw_write_errno("cannot replace " + path.string());
        name_.clear();
    }

private:
    std::string name_;
};

} // namespace

void throw_write_errno(const std::string& what)
{
    const int error = errno;
    if (error == ENOSPC || error == EDQUOT)
        throw Error(ExitStatus::internal, what + ": there is no room on that file system; make some (see: df, and df -i), then repeat");
    if (error == EROFS)
        throw Error(ExitStatus::internal, what + ": the file system is mounted read-only; mount it writable, then repeat");
    throw_errno(what, error);
}

std::optional<std::string> find_file(const fs::path& path, std::size_t limit)
{
    // O_NONBLOCK: opening a FIFO put in our way must not hang.
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd && (errno == ENOENT || errno == ENOTDIR))
        return std::nullopt;
    if (!fd)
        throw_errno("cannot open " + path.string());
    if (!S_ISREG(stat_of(fd.get(), path).st_mode))
        throw Error(ExitStatus::usage, path.string() + " is not a regular file");
    return read_all(fd.get(), path, limit);
}

std::string read_file(const fs::path& path, std::size_t limit)
{
    if (auto content = find_file(path, limit))
        return *content;
    throw Error(ExitStatus::not_found, path.string() + " does not exist");
}

void write_file_atomic(const fs::path& path, std::string_view content, mode_t mode)
{
    const fs::path dir = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (keep_what_is_there(path, content, mode))
        return sync_directory(dir);
    std::string name = (dir / ("." + path.filename().string() + ".XXXXXX")).string();
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd)
        throw_write_errno("cannot create a file in " + dir.string());
    TemporaryName temporary(name);
    write_all(fd.get(), content, path);
    if (::fchmod(fd.get(), mode) < 0 || ::fsync(fd.get()) < 0)
        throw_write_errno("cannot make " + path.string() + " durable");
    temporary.become(path);
    sync_directory(dir);
}

bool remove_file(const fs::path& path)
{
    if (::unlink(path.c_str()) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return false;
        throw_errno("cannot remove " + path.string());
    }
    sync_directory(path.has_parent_path() ? path.parent_path() : fs::path("."));
    return true;
}

void make_directory(const fs::path& path, mode_t mode)
{
    if (path.has_parent_path() && !fs::exists(path.parent_path()))
        make_directory(path.parent_path(), 0755);
    if (::mkdir(path.c_str(), mode) < 0 && errno != EEXIST)
        throw_write_errno("cannot make directory " + path.string());
}

mode_t file_mode(const fs::path& path)
{
    struct stat st {};
    if (::stat(path.c_str(), &st) < 0)
        throw_errno("cannot stat " + path.string());
    return st.st_mode & 07777;
}

} // namespace mirrornet
