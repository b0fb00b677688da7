// SPDX-License-Identifier: GPL-2.0-or-later
//
// Says on this machine that mirror-netd runs, and of which version it is. The mark is locked while the
// daemon lives, so that none of a dead one is taken for it.
#pragma once

#include "base/fd.hpp"
#include "config/store.hpp"

#include <optional>
#include <string>

namespace mirrornet::ops {

// /run/mirror-net/mirror-netd; of another configuration than /etc/mirror-net: .mirror-netd beside it.
std::filesystem::path daemon_mark_path(const ConfigStore& store);

class DaemonMark {
public:
    // Error: it cannot be made, or another daemon has it.
    DaemonMark(const ConfigStore& store, const std::string& version);

private:
    UniqueFd fd_;
};

// The version of the daemon that runs with this configuration; nothing: none does.
std::optional<std::string> running_daemon(const ConfigStore& store);

} // namespace mirrornet::ops
