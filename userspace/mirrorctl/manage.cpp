// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/managed.hpp"
#include "ops/config/manage.hpp"
#include "ops/json.hpp"
#include "ops/volume/managed.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct ManageArguments {
    std::string subject, by;
};

int run_manage(const Invocation& invocation, const ManageArguments& arguments)
{
    const auto result = ops::manage(invocation.store, Subject::parse(arguments.subject), arguments.by);
    const auto now = arguments.by.empty() ? std::string("nobody manages it") : "managed by " + arguments.by;
    for (const auto& volume : result.volumes)
        invocation.output.line(volume + ": " + now + (result.changed ? ", on all its nodes" : " already; nothing was changed"));
    invocation.output.document({{"changed", result.changed}, {"volumes", result.volumes}, {"manager", arguments.by}});
    return 0;
}

} // namespace

void add_override(CLI::App& verb, Invocation& invocation, std::function<std::vector<std::string>()> subjects)
{
    verb.add_flag("--override-cluster", invocation.override_cluster, "Though a cluster manager decides about the volume");
    verb.preparse_callback([&invocation, subjects = std::move(subjects)](std::size_t) {
        invocation.guard = [&invocation, subjects] {
            if (!invocation.override_cluster)
                for (const auto& subject : subjects())
                    ops::require_unmanaged(invocation.store, subject);
        };
    });
}

void setup_manage(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<ManageArguments>();
    auto* verb = app.add_subcommand("manage", "Say who decides about the roles of a volume");
    verb->add_option("VOLUME", arguments->subject, "Or job:NAME")->required();
    verb->add_option("--by", arguments->by, "Name of the cluster manager, pacemaker for one")->required()->type_name("NAME");
    verb->footer("On all its nodes. From then on what changes a role, or deletes, needs --override-cluster,\n"
                 "and unless they are set, on-sync-loss is fence, and boot-alone is locked.\n"
                 "Example:\n"
                 "  mirrorctl manage home --by pacemaker");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] {
            check_name("manager", arguments->by);
            return run_manage(invocation, *arguments);
        });
    });
}

void setup_unmanage(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<ManageArguments>();
    auto* verb = app.add_subcommand("unmanage", "Nobody but people decides about the roles of a volume any more");
    verb->add_option("VOLUME", arguments->subject, "Or job:NAME")->required();
    verb->footer("Example:\n"
                 "  mirrorctl unmanage home");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_manage(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
