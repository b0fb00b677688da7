// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/create.hpp"
#include "mirrorctl/delete.hpp"

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
    setup_remove(*target, invocation);
}

} // namespace mirrornet::ctl
