// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/create.hpp"
#include "mirrorctl/delete.hpp"
#include "mirrorctl/managed.hpp"
#include "ops/create/replace.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

int run_add(const Invocation& invocation, CreateArguments& arguments)
{
    arguments.options.source_device = invocation.store.load_local(arguments.options.volume).data_device;
    return run_create_verb(invocation, arguments);
}

int run_remove(const Invocation& invocation, const std::string& volume, const std::string& node,
               DeleteArguments& arguments)
{
    arguments.subject = volume + "@" + node;
    return run_delete_verb(invocation, arguments);
}

// What the refusals of `create` leave behind when the old copy is gone.
void say_what_is_gone(const Invocation& invocation, const CreateArguments& arguments)
{
    const auto& options = arguments.options;
    invocation.output.line("the old copy on node " + options.node + " is removed (its data is still on its device), and "
                           "there is no new one yet; when the reason is gone: mirrorctl target add " +
                           options.volume + " " + options.node + ":" + options.target_device);
}

int run_replace(const Invocation& invocation, CreateArguments& arguments)
{
    auto& options = arguments.options;
    try {
        read_target_arguments(invocation, arguments);
        ops::prepare_replace(invocation.store, options);
    } catch (const ops::CreateRefused& refused) {
        invocation.output.error(refused);
        return static_cast<int>(refused.status());
    }
    if (arguments.dry_run) {
        invocation.output.document({{"volume", options.volume}, {"node", options.node}, {"dry_run", true}});
        invocation.output.line("Nothing speaks against " + options.target_device + " of node " + options.node +
                               "; nothing was changed.");
        return 0;
    }
    confirm("The copy of volume " + options.volume + " on node " + options.node + " is removed, and until the new one is "
            "in sync there is none on that node. All data on " + options.target_device + " of node " + options.node +
            " will be overwritten.", arguments.yes);
    arguments.yes = true;
    ops::delete_mirror(invocation.store, {options.volume, options.node, true, false});
    try {
        const auto status = run_create_verb(invocation, arguments);
        if (status != 0)
            say_what_is_gone(invocation, arguments);
        return status;
    } catch (const Error&) {
        say_what_is_gone(invocation, arguments);
        throw;
    }
}

void setup_replace(CLI::App& target, Invocation& invocation)
{
    struct Named {
        std::string node, device;
        CreateArguments rest;
    };
    auto named = std::make_shared<Named>();
    auto* verb = target.add_subcommand("replace", "Another device for the copy on a node");
    verb->add_option("VOLUME", named->rest.options.volume, "This node is its source")->required();
    verb->add_option("NODE", named->node, "Whose copy is replaced")->required();
    verb->add_option("DEVICE", named->device, "Of that node; all of it is overwritten")->required();
    add_target_options(*verb, named->rest);
    add_override(*verb, invocation, [named] { return std::vector{named->rest.options.volume}; });
    verb->footer("The new device is checked, then the old copy is removed (its data stays on its device), then the\n"
                 "new one is made, with the options of the old mirror. Meanwhile that node has no copy.\n"
                 "Example:\n"
                 "  mirrorctl target replace home c /dev/vg1/home");
    verb->callback([&invocation, named] {
        invocation.change([&invocation, named] {
            named->rest.target = named->node + ":" + named->device;
            return run_replace(invocation, named->rest);
        });
    });
}

void setup_add(CLI::App& target, Invocation& invocation)
{
    auto arguments = std::make_shared<CreateArguments>();
    auto* verb = target.add_subcommand("add", "Mirror a volume of this node to a further node");
    verb->add_option("VOLUME", arguments->options.volume, "This node is its source")->required();
    add_target_arguments(*verb, *arguments);
    verb->footer("Up to 8 targets. Every node with a copy has to know every other one (mirrorctl node\n"
                 "trust): should the source be lost, one of them takes over, and mirrors to the rest.\n"
                 "The volume stays in use. Options: as of create.\n"
                 "Example:\n"
                 "  mirrorctl target add home c:/dev/vg0/home --mode async");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_add(invocation, *arguments); });
    });
}

void setup_remove(CLI::App& target, Invocation& invocation)
{
    struct Named {
        std::string volume, node;
        DeleteArguments rest;
    };
    auto named = std::make_shared<Named>();
    auto* verb = target.add_subcommand("remove", "Remove the copy on one node; its data stays there");
    verb->add_option("VOLUME", named->volume)->required();
    verb->add_option("NODE", named->node, "Whose copy is removed")->required();
    add_delete_flags(*verb, named->rest);
    add_override(*verb, invocation, [named] { return std::vector{named->volume}; });
    verb->footer("The same as: mirrorctl delete VOLUME@NODE\n"
                 "Example:\n"
                 "  mirrorctl target remove home c");
    verb->callback([&invocation, named] {
        invocation.change([&invocation, named] {
            return run_remove(invocation, named->volume, named->node, named->rest);
        });
    });
}

} // namespace

void setup_target(CLI::App& app, Invocation& invocation)
{
    auto* target = app.add_subcommand("target", "Further targets of a volume");
    target->require_subcommand(1);
    setup_add(*target, invocation);
    setup_replace(*target, invocation);
    setup_remove(*target, invocation);
}

} // namespace mirrornet::ctl
