// SPDX-License-Identifier: GPL-2.0-or-later
//
// The group `split-brain`.
#include "mirrorctl/verbs.hpp"
#include "ops/clock.hpp"
#include "ops/job/split_brain.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct SplitArguments {
    std::string volume;
    std::string keep;
    bool yes = false;
};

std::string written(const ops::SplitSide& side)
{
    if (!side.blocks_known)
        return "not known";
    return ops::amount(side.bytes()) + ", " + std::to_string(side.blocks) + " blocks";
}

void add_row(Table& table, const ops::SplitSide& side)
{
    table.add({side.node, std::string(to_string(side.role)), ops::local_time(side.data_since), written(side),
               side.locked ? "locked" : side.openers ? "in use" : "open", ops::local_time(side.clock)});
}

std::string next_step(const ops::SplitReport& report)
{
    if (!report.split())
        return "There is no split brain of volume " + report.volume + " as far as is known here.";
    return "Nothing was changed on either side. To keep the copy of one node, and overwrite what the other\n"
           "wrote: mirrorctl split-brain resolve " + report.volume + " --keep NODE";
}

int show(const Invocation& invocation, const SplitArguments& arguments)
{
    const auto report = ops::split_brain_show(invocation.store, arguments.volume);
    Table table({"NODE", "ROLE", "SINCE", "WROTE AT MOST", "NOW", "ITS CLOCK"});
    add_row(table, report.here);
    if (report.there)
        add_row(table, *report.there);
    json document{{"volume", report.volume}, {"split_brain", report.split()}, {"here", report.here}};
    document["there"] = report.there ? json(*report.there) : json(nullptr);
    document["failure"] = report.failure;
    invocation.output.document(document);
    invocation.output.line(table.print());
    if (report.split())
        invocation.output.line("noticed on " + report.here.node + ": " + ops::local_time(report.here.since));
    if (!report.there)
        invocation.output.line("node " + report.other + " cannot be asked: " + report.failure);
    invocation.output.line("Clocks are shown, never used.");
    invocation.output.line(next_step(report));
    return 0;
}

int tell(const Invocation& invocation, const std::string& volume, const ops::SplitResult& result)
{
    const auto& output = invocation.output;
    output.document({{"volume", volume}, {"changed", result.changed}, {"kept", result.kept},
                     {"full", result.full}, {"told", result.told}});
    if (!result.changed && result.told) {
        output.line(volume + ": the copy of node " + result.kept + " is kept already; nothing was changed");
        return 0;
    }
    output.line(volume + ": the copy of node " + result.kept + " is kept; the other one gets what differs" +
                (result.full ? ", by a full resync, because what both had in common is not known" : ""));
    if (!result.told)
        output.line("node " + result.kept + " could not be told. If it noticed the split brain, too, it waits: over "
                    "there, mirrorctl continue " + volume);
    return 0;
}

// All its volumes, or none.
int resolve_job(const Invocation& invocation, const std::string& job, const SplitArguments& arguments)
{
    const auto splits = ops::split_brains_of_job(invocation.store, job, arguments.keep);
    std::string question;
    for (const auto& split : splits)
        question += (question.empty() ? "" : "\n") + ops::split_brain_question(split, arguments.keep);
    if (!splits.empty())
        confirm(question, arguments.yes);
    const auto results = ops::split_brain_resolve_job(invocation.store, splits, arguments.keep);
    json volumes = json::array();
    for (std::size_t i = 0; i < results.size(); i++) {
        volumes.push_back({{"volume", splits[i].volume}, {"changed", results[i].changed}, {"full", results[i].full}});
        invocation.output.line(splits[i].volume + ": the copy of node " + arguments.keep +
                               " is kept; the other one gets what differs");
    }
    if (results.empty())
        invocation.output.line("job:" + job + ": no volume has a split brain; nothing was changed");
    invocation.output.document({{"job", job}, {"kept", arguments.keep}, {"volumes", volumes}});
    return 0;
}

int resolve(const Invocation& invocation, const SplitArguments& arguments)
{
    if (const auto subject = Subject::parse(arguments.volume); subject.kind == Subject::Kind::job)
        return resolve_job(invocation, subject.name, arguments);
    const auto report = ops::split_brain_show(invocation.store, arguments.volume);
    if (report.split())
        confirm(ops::split_brain_question(report, arguments.keep), arguments.yes);
    return tell(invocation, arguments.volume,
                ops::split_brain_resolve(invocation.store, arguments.volume, arguments.keep));
}

int discard_local(const Invocation& invocation, const SplitArguments& arguments)
{
    const auto report = ops::split_brain_show(invocation.store, arguments.volume);
    confirm(ops::split_brain_question(report, report.other), arguments.yes);
    return tell(invocation, arguments.volume,
                ops::split_brain_discard_local(invocation.store, arguments.volume));
}

using Run = int (*)(const Invocation&, const SplitArguments&);

CLI::App* add(CLI::App& group, Invocation& invocation, const char* name, const char* text,
              const std::shared_ptr<SplitArguments>& arguments, Run run)
{
    auto* verb = group.add_subcommand(name, text);
    verb->add_option("VOLUME", arguments->volume, "Name of the volume")->required();
    verb->callback([&invocation, arguments, run] {
        invocation.change([&invocation, arguments, run] { return run(invocation, *arguments); });
    });
    return verb;
}

} // namespace

void setup_split_brain(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<SplitArguments>();
    auto* group = app.add_subcommand("split-brain", "Both nodes wrote on their own: see what, and choose");
    group->require_subcommand(1);
    add(*group, invocation, "show", "What each node wrote since the two parted", arguments, show)
        ->footer("Changes nothing. Blocks are of 64 KiB.\n"
                 "Example:\n"
                 "  mirrorctl split-brain show home");
    auto* one = add(*group, invocation, "resolve", "Keep one node's copy, overwrite what the other wrote",
                    arguments, resolve);
    one->add_option("--keep", arguments->keep, "NODE whose copy is kept")->required();
    one->add_flag("-y,--yes", arguments->yes, "Do not ask");
    one->footer("Works on either node; both must be there. Refused while the other copy is in use.\n"
                "Example:\n"
                "  mirrorctl split-brain resolve home --keep a");
    auto* local = add(*group, invocation, "discard-local", "Give up this node's copy, because the other node "
                                                            "cannot be reached", arguments, discard_local);
    local->add_flag("-y,--yes", arguments->yes, "Do not ask");
    local->footer("This node becomes a target, and follows the other one when it is there.\n"
                  "Example:\n"
                  "  mirrorctl split-brain discard-local home");
}

} // namespace mirrornet::ctl
