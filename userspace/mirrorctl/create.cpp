// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/create.hpp"

#include "mirrorctl/create_text.hpp"
#include "mirrorctl/mirror_verb.hpp"
#include "mirrorctl/undisturbed.hpp"
#include "ops/volume/options.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <set>

namespace mirrornet::ctl {

namespace {

void split_target(CreateArguments& arguments)
{
    const auto colon = arguments.target.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == arguments.target.size())
        throw Error(ExitStatus::usage, "\"" + arguments.target +
                                           "\" does not say where the target is; "
                                           "it is written NODE:DEVICE, for example b:/dev/sdb1");
    arguments.options.node = arguments.target.substr(0, colon);
    arguments.options.target_device = arguments.target.substr(colon + 1);
    if (!arguments.options.target_device.starts_with('/'))
        throw Error(ExitStatus::usage, "\"" + arguments.options.target_device +
                                           "\" is on node " + arguments.options.node +
                                           ": give its absolute path, for example b:/dev/sdb1");
    auto& source = arguments.options.source_device;
    if (!source.empty() && !source.starts_with('/'))
        source = std::filesystem::absolute(source).lexically_normal();
}

// An option goes where its scope says: to the mirror or to the volume.
void set_options(CreateArguments& arguments)
{
    std::set<std::string> named;
    if (!arguments.mode.empty()) {
        arguments.options.mirror_options.set("mode", arguments.mode);
        named.insert("mode");
    }
    for (const auto& assignment : arguments.set) {
        const auto equals = assignment.find('=');
        if (equals == std::string::npos)
            throw Error(ExitStatus::usage,
                        "\"" + assignment + "\" sets nothing; it is written OPTION=VALUE");
        const auto name = assignment.substr(0, equals);
        const auto& spec = find_option(name);
        if (!(spec.scopes & (scope_mirror | scope_volume)))
            throw Error(ExitStatus::usage, name + " is not an option of a mirror or volume: " + ops::right_place(spec) +
                                               "; nothing was changed");
        if (!named.insert(name).second)
            throw Error(ExitStatus::usage, name + " is named twice in one command; nothing was changed");
        auto& into = spec.scopes & scope_mirror ? arguments.options.mirror_options
                                                             : arguments.options.volume_options;
        into.set(name, assignment.substr(equals + 1));
    }
}

ops::CreateResult create(const Invocation& invocation, const ops::CreatePlan& plan)
{
    const Undisturbed undisturbed;
    return ops::run_create(invocation.store, plan,
                           [&](const auto& step) { invocation.output.step(step); });
}

// What cannot be taken back, and what is there.
std::string question(const ops::CreatePlan& plan)
{
    const auto& there = plan.target.data;
    const std::string target = there.path + " of node " + plan.target.node;
    if (plan.method.how == ops::InitialCopy::none)
        return plan.source.data.path + " and " + target +
               " are taken as equal without a look: where they differ they stay different.";
    return "All data on " + target + " will be overwritten" +
           (there.signature.any() ? "; it holds " + there.signature.describe() : "") + ".";
}

int execute(const Invocation& invocation, const CreateArguments& arguments,
            const ops::CreatePlan& plan)
{
    confirm(question(plan), arguments.yes);
    const auto result = create(invocation, plan);
    invocation.output.document(result_document(plan, result));
    invocation.output.line(result_text(plan, result) + initramfs_advice());
    if (arguments.no_wait)
        return 0;
    return wait_for(invocation.output,
                    {{arguments.options.volume, result.volume, plan.target.node, result.peer}},
                    {true, 0});
}

int plan_and_execute(const Invocation& invocation, const CreateArguments& arguments)
{
    const auto plan = ops::plan_create(invocation.store, arguments.options);
    if (plan.created)
        return tell(invocation.output,
                    {{{arguments.options.volume, plan.source.existing->id, plan.target.node,
                       plan.target.node_id}}, false, {}, {}},
                    "", "is there already; nothing was changed");
    if (!arguments.dry_run)
        return execute(invocation, arguments, plan);
    invocation.output.document(plan_document(plan));
    invocation.output.line(plan_text(plan));
    return 0;
}

// A refusal names it where a file system has to be unmounted for it: not for as long as
// the first copy takes.
std::string to_be_repeated(const TypedCommand& command)
{
    return command.without("--dry-run").with("--no-wait").text();
}

void add_source_arguments(CLI::App& verb, CreateArguments& arguments)
{
    auto& options = arguments.options;
    verb.add_option("NAME", options.volume, "What the volume shall be called")->required();
    verb.add_option("SOURCE_DEVICE", options.source_device,
                    "Device of this node; its data stays where it is")
        ->required();
    verb.add_option("--meta", options.meta,
                    "Where this node keeps the metadata: a device, file:/PATH, file, or auto "
                    "(a logical volume beside one, else a file)");
}

void add_options(CLI::App& verb, CreateArguments& arguments)
{
    verb.add_option("--peer-meta", arguments.options.peer_meta,
                    "Where the other node keeps the metadata: as of create --meta");
    verb.add_option("--mode", arguments.mode, "A write returns when both nodes have it (sync), or when the source has it (async)");
    verb.add_option("--set", arguments.set, "OPTION=VALUE of the mirror or the volume; repeat it")
        ->allow_extra_args(false);
}

void add_flags(CLI::App& verb, CreateArguments& arguments)
{
    verb.add_flag("--dry-run", arguments.dry_run, "Check everything, show the plan, do nothing");
    auto* trusted = verb.add_flag("--no-initial-sync", arguments.no_initial_sync,
                                  "Send nothing: both devices hold the same already");
    verb.add_flag("--all-blocks", arguments.options.copy.all_blocks,
                  "Send every block, not only those that the file system uses")
        ->excludes(trusted);
    verb.add_flag("--force", arguments.options.force,
                  "Also if the target or a metadata device holds something");
    verb.add_flag("--no-wait", arguments.no_wait, "Return when the resync has begun");
    verb.add_flag("-y,--yes", arguments.yes, "Do not ask");
}

} // namespace

void add_target_arguments(CLI::App& verb, CreateArguments& arguments)
{
    verb.add_option("NODE:TARGET_DEVICE", arguments.target,
                    "Device of the other node; all of it is overwritten")
        ->required();
    add_target_options(verb, arguments);
}

void add_target_options(CLI::App& verb, CreateArguments& arguments)
{
    add_options(verb, arguments);
    add_flags(verb, arguments);
}

void read_target_arguments(const Invocation& invocation, CreateArguments& arguments)
{
    split_target(arguments);
    set_options(arguments);
    arguments.options.command = to_be_repeated(invocation.output.command);
    arguments.options.copy.initial_sync = !arguments.no_initial_sync;
}

int run_create_verb(const Invocation& invocation, CreateArguments& arguments)
{
    read_target_arguments(invocation, arguments);
    try {
        return plan_and_execute(invocation, arguments);
    } catch (const ops::CreateRefused& refused) {
        invocation.output.error(refused, {{"refusals", refusals_document(refused)}});
        return static_cast<int>(refused.status());
    }
}

void setup_create(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<CreateArguments>();
    auto* verb = app.add_subcommand("create", "Mirror a device of this node to another node");
    add_source_arguments(*verb, *arguments);
    add_target_arguments(*verb, *arguments);
    verb->footer(
        "Everything is checked on both nodes before anything is changed; what fails is\n"
        "put back. Afterwards the volume is /dev/mirror/NAME: mount that, never the\n"
        "device beneath. A mounted device has to be unmounted for a moment.\n"
        "Examples:\n"
        "  mirrorctl create home /dev/vg0/home b:/dev/vg0/home --dry-run\n"
        "  mirrorctl create home /dev/sdb1 b:/dev/sdb1 --meta /dev/sdc1 --peer-meta /dev/sdc1\n"
        "  mirrorctl create db /dev/sdd b:/dev/sdd --meta file --yes --no-wait");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_create_verb(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
