// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs of mirrorctl. Each has a file with its options, a setup function that
// tells CLI11 of them, and a run function that calls the library and prints.
#pragma once

#include "config/store.hpp"
#include "mirrorctl/output.hpp"
#include "remote/command.hpp"

#include <functional>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace mirrornet::ctl {

// What every verb gets: the options before the verb, and where it leaves what
// shall be run once the command line is known to be right. Returns the exit status.
struct Invocation {
    ConfigStore store;
    Output output;
    std::function<int()> run;
    bool root = true;     // who runs it is
    bool changes = false; // so that nobody else may
    bool only_here = false; // no other node may ask for it
    std::string host, via;  // the node that shall do it, and the one in between
    std::optional<Asked> asked; // by another node
    std::function<void()> guard; // comes before `run`, and throws where it refuses (managed.hpp)
    bool override_cluster = false;

    // Leaves in `run` what changes this node.
    void change(std::function<int()> action)
    {
        changes = true;
        run = std::move(action);
    }
    void change_only_here(std::function<int()> action)
    {
        only_here = true;
        change(std::move(action));
    }
};

// Error(not_permitted) for anybody but root; `why` completes "this needs root, since it".
void require_root(const Invocation& invocation, const std::string& why);

// The whole program: returns the exit status. `root`: who runs it is.
int run_command_line(int argc, const char* const* argv, bool root);

void setup_all(CLI::App& app, Invocation& invocation);

void setup_create(CLI::App& app, Invocation& invocation);
void setup_delete(CLI::App& app, Invocation& invocation);
void setup_target(CLI::App& app, Invocation& invocation);
void setup_job(CLI::App& app, Invocation& invocation);
void setup_manage(CLI::App& app, Invocation& invocation);
void setup_unmanage(CLI::App& app, Invocation& invocation);
void setup_maintenance(CLI::App& app, Invocation& invocation);
void setup_release(CLI::App& app, Invocation& invocation);
void setup_list(CLI::App& app, Invocation& invocation);
void setup_status(CLI::App& app, Invocation& invocation);
void setup_check(CLI::App& app, Invocation& invocation);
void setup_advise(CLI::App& app, Invocation& invocation);
void setup_pause(CLI::App& app, Invocation& invocation);
void setup_continue(CLI::App& app, Invocation& invocation);
void setup_resync(CLI::App& app, Invocation& invocation);
void setup_break(CLI::App& app, Invocation& invocation);
void setup_lock(CLI::App& app, Invocation& invocation);
void setup_unlock(CLI::App& app, Invocation& invocation);
void setup_switchover(CLI::App& app, Invocation& invocation);
void setup_demote(CLI::App& app, Invocation& invocation);
void setup_promote(CLI::App& app, Invocation& invocation);
void setup_takeover(CLI::App& app, Invocation& invocation);
void setup_split_brain(CLI::App& app, Invocation& invocation);
void setup_up(CLI::App& app, Invocation& invocation);
void setup_down(CLI::App& app, Invocation& invocation);
void setup_get(CLI::App& app, Invocation& invocation);
void setup_set(CLI::App& app, Invocation& invocation);
void setup_perf(CLI::App& app, Invocation& invocation);
void setup_top(CLI::App& app, Invocation& invocation);
void setup_events(CLI::App& app, Invocation& invocation);
void setup_endpoint(CLI::App& app, Invocation& invocation);
void setup_node(CLI::App& app, Invocation& invocation);
void setup_config(CLI::App& app, Invocation& invocation);
void setup_version(CLI::App& app, Invocation& invocation);

} // namespace mirrornet::ctl
