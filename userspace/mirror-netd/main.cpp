// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/version.hpp"
#include "mirror-netd/daemon.hpp"
#include "mirror-netd/log.hpp"

#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <sys/stat.h>

using namespace mirrornet;

namespace {

constexpr const char* help =
    "Usage: mirror-netd [--help | --version]\n"
    "\n"
    "Makes and accepts the links between the nodes of dm-mirror-net. It stays in\n"
    "the foreground and logs to standard error; systemd starts it. The configuration\n"
    "is in /etc/mirror-net, or where MIRROR_NET_CONFIG_DIR says. See mirror-netd(8).\n";

// Before any thread exists: the event loop takes them.
void block_signals()
{
    sigset_t set;
    ::sigemptyset(&set);
    for (int signal : {SIGTERM, SIGINT, SIGHUP})
        ::sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

int run()
try {
    ::umask(022);
    block_signals();
    const ConfigStore store;
    netd::Daemon(store).run();
    return 0;
} catch (const Error& error) {
    netd::log(netd::Priority::error, "{}", error.what());
    return static_cast<int>(error.status());
} catch (const std::exception& error) {
    netd::log(netd::Priority::error, "{}", error.what());
    return static_cast<int>(ExitStatus::internal);
}

} // namespace

int main(int argc, char** argv)
{
    const std::string_view argument = argc == 2 ? argv[1] : "";
    if (argc == 1)
        return run();
    if (argument == "--version")
        return std::puts(("mirror-netd " + std::string(tool_version)).c_str()) < 0;
    const bool asked = argument == "--help";
    std::fputs(help, asked ? stdout : stderr);
    return asked ? 0 : static_cast<int>(ExitStatus::usage);
}
