// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/status_text.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/status/json.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct ListOptions {
    std::string role;
    bool locked = false;
    bool managed = false;
};

bool wanted(const json& volume, const ListOptions& options)
{
    if (!options.role.empty() && volume.value("role", "none") != options.role)
        return false;
    if (options.managed && volume.value("manager", "").empty())
        return false;
    return !options.locked || volume.value("locked", false);
}

int run(const Invocation& invocation, const ListOptions& options)
{
    const auto status = ops::status(invocation.store);
    auto report = to_json(status);
    json kept = json::array();
    for (const auto& volume : report.at("volumes"))
        if (wanted(volume, options))
            kept.push_back(volume);
    report["volumes"] = kept;
    invocation.output.document(report);
    invocation.output.line(list_text(report));
    return static_cast<int>(status.unreadable());
}

} // namespace

void setup_list(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<ListOptions>();
    auto* verb = app.add_subcommand("list", "List the volumes of this node");
    verb->add_option("--role", options->role, "Only volumes with this role here")
        ->check(CLI::IsMember({"none", "source", "target"}));
    verb->add_flag("--locked", options->locked, "Only volumes that are locked here");
    verb->add_flag("--managed", options->managed, "Only volumes that a cluster manager decides about");
    verb->footer("Examples:\n"
                 "  mirrorctl list\n"
                 "  mirrorctl list --role source");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return run(invocation, *options); };
    });
}

} // namespace mirrornet::ctl
