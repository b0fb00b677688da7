// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/spawn.hpp"

#include "base/error.hpp"

#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

namespace mirrornet {

namespace {

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

class SpawnAttributes {
public:
    explicit SpawnAttributes(bool own_group)
    {
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        const int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                          (own_group ? POSIX_SPAWN_SETPGROUP : 0);
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    }
    SpawnAttributes(const SpawnAttributes&) = delete;
    SpawnAttributes& operator=(const SpawnAttributes&) = delete;
    ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
    const posix_spawnattr_t* get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

std::vector<char*> pointers(const std::vector<std::string>& words)
{
    std::vector<char*> out;
    for (const auto& word : words)
        out.push_back(const_cast<char*>(word.c_str()));
    out.push_back(nullptr);
    return out;
}

} // namespace

Pipe::Pipe()
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0)
        throw_errno("pipe");
    read.reset(ends[0]);
    write.reset(ends[1]);
}

pid_t spawn(const Spawn& what)
{
    SpawnActions actions;
    actions.input_from("/dev/null");
    actions.dup(what.out, 1);
    actions.dup(what.err, 2);
    const SpawnAttributes attributes(what.own_group);
    pid_t pid = -1;
    if (int error = ::posix_spawnp(&pid, what.argv[0].c_str(), actions.get(), attributes.get(),
                                   pointers(what.argv).data(),
                                   pointers(what.environment).data()))
        throw_errno("cannot run " + what.argv[0], error);
    return pid;
}

} // namespace mirrornet
