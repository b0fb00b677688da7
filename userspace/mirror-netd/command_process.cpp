// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/command_process.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mirrornet::netd {

namespace {

// Not what is the daemon's alone: its watchdog, its socket to systemd.
std::vector<std::string> environment_for(const Asked& asked)
{
    std::vector<std::string> environment{
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
        "HOME=/root", fmt::format("{}={}", Asked::variable, asked.print())};
    if (const char* directory = std::getenv("MIRROR_NET_CONFIG_DIR"))
        environment.push_back(std::string("MIRROR_NET_CONFIG_DIR=") + directory);
    return environment;
}

constexpr int pipe_reads = 64; // more than it takes to empty two pipes

bool readable(const pollfd& fd)
{
    return (fd.revents & (POLLIN | POLLHUP | POLLERR)) != 0;
}

} // namespace

CommandProcess::CommandProcess(const std::vector<std::string>& argv, const Asked& asked, int cancel)
    : cancel_(cancel)
{
    Pipe out, err;
    pid_ = spawn({.argv = argv,
                  .environment = environment_for(asked),
                  .out = out.write.get(),
                  .err = err.write.get()});
    out_.fd = std::move(out.read);
    err_.fd = std::move(err.read);
    end_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

CommandProcess::~CommandProcess()
{
    if (pid_ < 0)
        return;
    out_.fd.reset();
    err_.fd.reset();
    ::kill(pid_, SIGTERM);
    if (wait_for_end())
        reap();
}

// False when cancelled.
bool CommandProcess::wait_for_end()
{
    pollfd fds[] = {{end_.get(), POLLIN, 0}, {cancel_, POLLIN, 0}};
    while (::poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
    return readable(fds[0]);
}

int CommandProcess::reap()
{
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR)
        ;
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// False if there was nothing.
bool CommandProcess::pass(Stream& stream, const RpcDispatcher::Emit& emit, bool ready)
{
    if (!stream.fd || !ready)
        return false;
    char chunk[16384];
    const auto got = ::read(stream.fd.get(), chunk, sizeof(chunk));
    if (got > 0)
        stream.held.append(chunk, static_cast<std::size_t>(got));
    else
        stream.fd.reset();
    const auto whole = got > 0 ? whole_characters(stream.held) : stream.held.size();
    if (whole > 0)
        emit({{stream.name, stream.held.substr(0, whole)}});
    stream.held.erase(0, whole);
    return whole > 0 || got > 0;
}

// False if nothing was printed for that time.
bool CommandProcess::pass_ready(const RpcDispatcher::Emit& emit, int milliseconds)
{
    // a stream at its end is -1, which poll() leaves out
    pollfd fds[] = {{out_.fd.get(), POLLIN, 0},
                    {err_.fd.get(), POLLIN, 0},
                    {end_.get(), POLLIN, 0},
                    {cancel_, POLLIN, 0}};
    if (::poll(fds, 4, milliseconds) < 0)
        return errno == EINTR;
    if (readable(fds[3]))
        throw Error(ExitStatus::unreachable, "mirror-netd stops on this node; what was asked of it "
                                             "goes on if it changes something");
    const bool out = pass(out_, emit, readable(fds[0]));
    const bool err = pass(err_, emit, readable(fds[1]));
    return out || err || (milliseconds > 0 && readable(fds[2]));
}

int CommandProcess::forward(const RpcDispatcher::Emit& emit, std::chrono::milliseconds sign_of_life)
{
    const auto ended = [this] {
        pollfd fd{end_.get(), POLLIN, 0};
        return ::poll(&fd, 1, 0) > 0;
    };
    if (!end_)
        throw_errno("cannot watch the command");
    while (!ended())
        if (!pass_ready(emit, static_cast<int>(sign_of_life.count())))
            emit(nlohmann::json::object());
    // Somebody that it started may hold its output: no wait for the end of that.
    for (int rest = pipe_reads; rest > 0 && pass_ready(emit, 0); rest--)
        ;
    return reap();
}

} // namespace mirrornet::netd
