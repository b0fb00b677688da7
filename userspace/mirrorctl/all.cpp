// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/version.hpp"
#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

constexpr const char* description =
    "Block-level replication between nodes: one volume, mirrored while it is in use.";

constexpr const char* footer =
    "Exit statuses:\n"
    "  0 done               4 exists            8 peer unreachable\n"
    "  1 internal error     5 not found         9 not permitted\n"
    "  2 wrong usage        6 in use           10 timed out, still going on\n"
    "  3 refused by the     7 needs --force    11 done in part\n"
    "    state of the data    or --yes\n"
    "of status: 0 ok, 20 maintenance, 21 resyncing, 22 degraded, 23 unknown,\n"
    "24 split brain. The manual page mirrorctl(8) says more.";

} // namespace

void setup_all(CLI::App& app, Invocation& invocation)
{
    app.name("mirrorctl");
    app.description(description);
    app.footer(footer);
    app.set_version_flag("--version", "mirrorctl " + std::string(tool_version));
    app.add_flag("--json", invocation.output.json_wanted, "Print one JSON document");
    app.add_option("-H,--host", invocation.host, "Carry it out on this node");
    app.add_option("--via", invocation.via, "... through this one")->needs("--host");
    app.require_subcommand(1);
    app.fallthrough();
    setup_create(app, invocation);
    setup_delete(app, invocation);
    setup_target(app, invocation);
    setup_release(app, invocation);
    setup_list(app, invocation);
    setup_status(app, invocation);
    setup_check(app, invocation);
    setup_advise(app, invocation);
    setup_pause(app, invocation);
    setup_continue(app, invocation);
    setup_resync(app, invocation);
    setup_break(app, invocation);
    setup_lock(app, invocation);
    setup_unlock(app, invocation);
    setup_switchover(app, invocation);
    setup_demote(app, invocation);
    setup_promote(app, invocation);
    setup_takeover(app, invocation);
    setup_split_brain(app, invocation);
    setup_job(app, invocation);
    setup_maintenance(app, invocation);
    setup_manage(app, invocation);
    setup_unmanage(app, invocation);
    setup_up(app, invocation);
    setup_down(app, invocation);
    setup_get(app, invocation);
    setup_set(app, invocation);
    setup_perf(app, invocation);
    setup_top(app, invocation);
    setup_events(app, invocation);
    setup_node(app, invocation);
    setup_endpoint(app, invocation);
    setup_config(app, invocation);
    setup_version(app, invocation);
}

} // namespace mirrornet::ctl
