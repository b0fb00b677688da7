// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/delete.hpp"
#include "mirrorctl/managed.hpp"

#include "mirrorctl/undisturbed.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

std::string told(const std::string& volume, const std::string& node, bool asked)
{
    if (asked)
        return "the mirror of " + volume + " on node " + node +
               " is gone; the data there is a plain device again";
    return "the mirror of " + volume + " on node " + node + " is forgotten here; node " + node +
           " was not asked: if its copy still exists, remove it there with: mirrorctl delete " +
           volume + " --local-only";
}

std::string worth(const Invocation& invocation, const Subject& subject)
{
    std::string text;
    for (const auto& volume : ops::status(invocation.store, {subject.name}).volumes)
        text += ops::worth_without_mirror(volume, subject.node);
    return text;
}

} // namespace

int run_delete_verb(const Invocation& invocation, DeleteArguments& arguments)
{
    const auto subject = Subject::parse(arguments.subject);
    if (subject.kind == Subject::Kind::job)
        throw Error(ExitStatus::usage, "name the volumes; the mirrors of a whole job: mirrorctl job delete " + subject.name +
                                           " --with-mirrors");
    arguments.options.volume = subject.name;
    arguments.options.node = subject.node;
    invocation.store.load_volume(subject.name); // nothing to ask about where there is none
    confirm("The mirror of " + arguments.subject + " will be removed; both copies of the data "
                                                   "stay, but are not kept equal any more." +
                worth(invocation, subject),
            arguments.yes);
    const Undisturbed undisturbed;
    const auto result = ops::delete_mirror(invocation.store, arguments.options);
    invocation.output.document({{"volume", subject.name}, {"deleted", result.nodes}});
    for (const auto& node : result.nodes)
        invocation.output.line(told(subject.name, node, result.asked));
    if (result.nodes.empty())
        invocation.output.line("volume " + subject.name + " has no mirror; nothing was changed");
    return 0;
}

void add_delete_flags(CLI::App& verb, DeleteArguments& arguments)
{
    verb.add_flag("--force", arguments.options.force,
                  "Also if the target's copy is inconsistent and so left useless, or, of a target with "
                  "--local-only, if its source is there");
    verb.add_flag("--local-only", arguments.options.local_only,
                  "Only on this node, because the other one does not answer");
    verb.add_flag("-y,--yes", arguments.yes, "Do not ask");
}

void setup_delete(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<DeleteArguments>();
    auto* verb = app.add_subcommand("delete", "Remove a mirror; the data stays on both sides");
    verb->add_option("VOLUME[@NODE]", arguments->subject, "All its mirrors, or one")->required();
    add_delete_flags(*verb, *arguments);
    add_override(*verb, invocation, [arguments] { return std::vector{arguments->subject}; });
    verb->footer("The source goes on as a volume without this mirror; \"mirrorctl release\"\n"
                 "makes it a plain device again.\n"
                 "Examples:\n"
                 "  mirrorctl delete home@b\n"
                 "  mirrorctl delete home --local-only --yes");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_delete_verb(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
