// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/hooks/process.hpp"

#include "base/deadline.hpp"
#include "base/error.hpp"
#include "base/spawn.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mirrornet::ops {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds look_again{20};   // for the end of a hook that closed its output
constexpr milliseconds leave{2000};      // for a hook to end when the daemon stops
constexpr std::size_t lines_limit = 100; // of one run, so that a hook cannot flood the log
constexpr std::size_t line_limit = 400;

// Hooks do not inherit what is the daemon's alone: its watchdog, its socket to systemd.
std::vector<std::string> environment_of(const Facts& facts)
{
    std::vector<std::string> environment{
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C",
        "HOME=/root"};
    if (const char* directory = std::getenv("MIRROR_NET_CONFIG_DIR"))
        environment.push_back(std::string("MIRROR_NET_CONFIG_DIR=") + directory);
    for (const auto& [name, value] : facts)
        environment.push_back(name + "=" + value);
    return environment;
}

// What a hook prints, as lines of the log.
class Lines {
public:
    Lines(std::string name, const HookLog& log) : name_(std::move(name)), log_(log) {}
    ~Lines() { say(); }
    void add(std::string_view text)
    {
        for (const char c : text) {
            if (c == '\n')
                say();
            else if (line_.size() <= line_limit)
                line_ += c;
        }
    }

private:
    void say()
    {
        if (line_.empty())
            return;
        if (count_ < lines_limit)
            log_(Severity::info, fmt::format("hook {}: {}", name_, printable(line_, line_limit)));
        else if (count_ == lines_limit)
            log_(Severity::warning, fmt::format("hook {}: says more than {} lines; the rest is left out",
                                                name_, lines_limit));
        count_++;
        line_.clear();
    }
    std::string name_, line_;
    const HookLog& log_;
    std::size_t count_ = 0;
};

class HookProcess {
public:
    HookProcess(const std::filesystem::path& path, const Facts& facts, const HookLog& log)
        : lines_(path.filename().string(), log)
    {
        set_nonblocking();
        pid_ = spawn({{path.string()},
                      environment_of(facts),
                      output_.write.get(),
                      output_.write.get(),
                      true});
        output_.write.reset();
        be_ordinary();
    }
    // Kills all that is left of the group: its leader is not reaped yet, so that the number
    // is still its own.
    ~HookProcess()
    {
        ::kill(-pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
        read();
    }
    HookProcess(const HookProcess&) = delete;
    HookProcess& operator=(const HookProcess&) = delete;

    // False when the time passes, or something cancels, before it ends.
    bool wait(const Deadline& deadline)
    {
        while (!has_ended()) {
            if (deadline.left() == milliseconds::zero() || !wait_a_little(deadline))
                return has_ended();
            read();
        }
        return true;
    }
    void ask_to_end() { ::kill(-pid_, SIGTERM); }

    std::string failure() const
    {
        if (ended_.si_code == CLD_EXITED)
            return ended_.si_status == 0 ? "" : fmt::format("exit status {}", ended_.si_status);
        return fmt::format("ended by signal {}", ended_.si_status);
    }

private:
    void set_nonblocking()
    {
        if (::fcntl(output_.read.get(), F_SETFL, O_NONBLOCK) < 0)
            throw_errno("fcntl");
    }
    // The daemon is the last to be killed when memory is short; a hook need not be.
    void be_ordinary() const
    {
        const auto path = fmt::format("/proc/{}/oom_score_adj", pid_);
        const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        [[maybe_unused]] const auto ignored = ::write(file.get(), "0", 1);
    }
    bool has_ended()
    {
        ended_ = {};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &ended_, WEXITED | WNOHANG | WNOWAIT) ==
                   0 &&
               ended_.si_pid == pid_;
    }
    // False when something cancels.
    bool wait_a_little(const Deadline& deadline)
    {
        std::array<pollfd, 2> fds{{{output_.read.get(), POLLIN, 0},
                                   {deadline.cancel(), POLLIN, 0}}};
        ::poll(fds.data(), fds.size(), static_cast<int>(std::min(look_again, deadline.left()).count()));
        return fds[1].revents == 0;
    }
    void read()
    {
        char chunk[4096];
        // Not more than a pipe holds at once: whoever prints without end must not keep us here.
        for (int round = 0; round < 16 && output_.read; round++) {
            const auto got = ::read(output_.read.get(), chunk, sizeof(chunk));
            if (got < 0)
                return;
            if (got == 0)
                output_.read.reset();
            lines_.add({chunk, static_cast<std::size_t>(got)});
        }
    }

    Lines lines_;
    Pipe output_;
    pid_t pid_ = -1;
    siginfo_t ended_{};
};

} // namespace

std::optional<std::string> refusal_of(const std::filesystem::path& path, uid_t owner)
{
    struct stat found {};
    if (::lstat(path.c_str(), &found) < 0)
        throw_errno(path.string());
    if (S_ISLNK(found.st_mode))
        return "is a symbolic link, and what it names could be changed by others; put the "
               "program itself there";
    if (found.st_uid != owner)
        return fmt::format("belongs to user {}, not to {}; chown it", found.st_uid,
                           owner == 0 ? "root" : std::to_string(owner));
    if (found.st_mode & (S_IWGRP | S_IWOTH))
        return "can be written by others than its owner; chmod go-w it";
    return std::nullopt;
}

std::string run_hook(const std::filesystem::path& path, const Facts& facts,
                     milliseconds patience, int cancel, const HookLog& log)
{
    HookProcess hook(path, facts, log);
    const Deadline deadline(patience, cancel);
    if (hook.wait(deadline))
        return hook.failure();
    if (deadline.left() == milliseconds::zero())
        return fmt::format("did not end within {} s and was killed",
                           std::chrono::duration<double>(patience).count());
    hook.ask_to_end();
    if (hook.wait(Deadline(leave)))
        return hook.failure();
    return "did not end when the daemon stopped, and was killed";
}

} // namespace mirrornet::ops
