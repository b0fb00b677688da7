// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/process.hpp"

#include "base/error.hpp"
#include "base/spawn.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mirrornet {

namespace {

using Clock = std::chrono::steady_clock;

// The caller's environment with LC_ALL=C: output of tools is parsed.
std::vector<std::string> c_environment()
{
    std::vector<std::string> env;
    for (char** entry = environ; *entry; entry++)
        if (std::strncmp(*entry, "LC_ALL=", 7) != 0)
            env.emplace_back(*entry);
    env.emplace_back("LC_ALL=C");
    return env;
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
    const pid_t pid =
        spawn({argv, c_environment(), out.write.get(), err.write.get(), false});
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
