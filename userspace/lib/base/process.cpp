// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/process.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

namespace mirrornet {

namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
    UniqueFd read, write;
    Pipe()
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) < 0)
            throw_errno("pipe");
        read.reset(ends[0]);
        write.reset(ends[1]);
    }
};

class SpawnActions {
public:
    SpawnActions() { ::posix_spawn_file_actions_init(&actions_); }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    void input_from(const char* path)
    {
        ::posix_spawn_file_actions_addopen(&actions_, 0, path, O_RDONLY, 0);
    }
    void dup(int from, int to) { ::posix_spawn_file_actions_adddup2(&actions_, from, to); }
    const posix_spawn_file_actions_t* get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

// A program starts with the usual signals, whatever the caller blocks or ignores.
class SpawnAttributes {
public:
    SpawnAttributes()
    {
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
    const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

// The caller's environment with LC_ALL=C: output of tools is parsed.
std::vector<char*> c_environment()
{
    static char locale[] = "LC_ALL=C";
    std::vector<char*> env;
    for (char** entry = environ; *entry; entry++)
        if (std::strncmp(*entry, "LC_ALL=", 7) != 0)
            env.push_back(*entry);
    env.push_back(locale);
    env.push_back(nullptr);
    return env;
}

pid_t spawn(const std::vector<std::string>& argv, const Pipe& out, const Pipe& err)
{
    std::vector<char*> args;
    for (const auto& arg : argv)
        args.push_back(const_cast<char*>(arg.c_str()));
    args.push_back(nullptr);
    SpawnActions actions;
    actions.input_from("/dev/null");
    actions.dup(out.write.get(), 1);
    actions.dup(err.write.get(), 2);
    const SpawnAttributes attributes;
    auto env = c_environment();
    pid_t pid = -1;
    if (int error = ::posix_spawnp(&pid, args[0], actions.get(), attributes.get(), args.data(),
                                   env.data()))
        throw_errno("cannot run " + argv[0], error);
    return pid;
}

// False at the end of the stream.
bool drain(int fd, std::string& into, std::size_t limit)
{
    char chunk[4096];
    ssize_t got = ::read(fd, chunk, sizeof(chunk));
    if (got < 0)
        return errno == EINTR || errno == EAGAIN;
    into.append(chunk, std::min(static_cast<std::size_t>(got), limit - into.size()));
    return got > 0;
}

// Reads both streams until both have ended; false when time ran out first.
bool collect(Pipe& out, Pipe& err, ProcessResult& result, Clock::time_point deadline,
             std::size_t limit)
{
    while (out.read || err.read) {
        auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline -
                                                                          Clock::now());
        if (left.count() <= 0)
            return false;
        std::array<pollfd, 2> fds{{{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}}};
        if (::poll(fds.data(), fds.size(), static_cast<int>(left.count())) < 0 &&
            errno != EINTR)
            throw_errno("poll");
        if (fds[0].revents && !drain(out.read.get(), result.out, limit))
            out.read.reset();
        if (fds[1].revents && !drain(err.read.get(), result.err, limit))
            err.read.reset();
    }
    return true;
}

int wait_for(pid_t pid)
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            throw_errno("waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

ProcessResult run_process(const std::vector<std::string>& argv, ProcessLimits limits)
{
    Pipe out, err;
    const auto deadline = Clock::now() + limits.timeout;
    const pid_t pid = spawn(argv, out, err);
    out.write.reset();
    err.write.reset();
    ProcessResult result;
    const bool in_time = collect(out, err, result, deadline, limits.output);
    if (!in_time)
        ::kill(pid, SIGKILL);
    result.exit_status = wait_for(pid);
    if (!in_time)
        throw Error(ExitStatus::timed_out, argv[0] + " did not end within " +
                                               std::to_string(limits.timeout.count()) +
                                               " ms and was killed");
    return result;
}

} // namespace mirrornet
