// SPDX-License-Identifier: GPL-2.0-or-later
//
// The group `split-brain`.
#include "mirrorctl/managed.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/clock.hpp"
#include "ops/job/split_brain.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace mirrornet::ctl {

namespace {

struct SplitArguments {
    std::string volume;
    std::string keep;
    bool yes = false;
    bool save = false;

    ops::LostWrites lost() const { return save ? ops::LostWrites::saved : ops::LostWrites::overwritten; }
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

std::string next_step(const std::vector<ops::SplitReport>& pairs)
{
    const auto& volume = pairs.front().volume;
    if (!is_split(pairs))
        return "There is no split brain of volume " + volume + " as far as is known here.";
    return "Nothing was changed on either side. To keep the copy of one node, and overwrite what the other\n"
           "wrote: mirrorctl " + std::string(pairs.size() > 1 ? "-H NODE " : "") + "split-brain resolve " + volume +
           " --keep NODE";
}

// This node's copy, with the pair in which it wrote most.
const ops::SplitSide& own_side(const std::vector<ops::SplitReport>& pairs)
{
    return std::ranges::max_element(pairs, {}, [](const auto& pair) { return pair.here.blocks; })->here;
}

json pairs_to_json(const std::vector<ops::SplitReport>& pairs)
{
    json list = json::array();
    for (const auto& pair : pairs)
        list.push_back({{"node", pair.other},
                        {"split_brain", pair.split()},
                        {"here", pair.here},
                        {"there", pair.there ? json(*pair.there) : json(nullptr)},
                        {"failure", pair.failure}});
    return list;
}

int show(const Invocation& invocation, const SplitArguments& arguments)
{
    const auto pairs = ops::split_brain_show(invocation.store, arguments.volume);
    const auto& output = invocation.output;
    Table table({"NODE", "ROLE", "SINCE", "WROTE AT MOST", "NOW", "ITS CLOCK"});
    add_row(table, own_side(pairs));
    for (const auto& pair : pairs)
        if (pair.there)
            add_row(table, *pair.there);
    output.document({{"volume", arguments.volume}, {"split_brain", is_split(pairs)}, {"pairs", pairs_to_json(pairs)}});
    output.line(table.print());
    for (const auto& pair : pairs) {
        if (pair.split())
            output.line("with " + pair.other + ", noticed on " + pair.here.node + ": " + ops::local_time(pair.here.since));
        if (!pair.there)
            output.line("node " + pair.other + " cannot be asked: " + pair.failure);
    }
    output.line("Clocks are shown, never used.");
    output.line(next_step(pairs));
    return 0;
}

json saved_to_json(const ops::SplitResult& result)
{
    json list = json::array();
    for (const auto& one : result.saved)
        list.push_back({{"node", one.node}, {"directory", one.writes.directory}, {"bytes", one.writes.bytes}});
    return list;
}

void tell_saved(const Output& output, const std::string& volume, const ops::SplitResult& result)
{
    for (const auto& [node, writes] : result.saved)
        output.line(volume + ": " + (writes.bytes ? ops::amount(writes.bytes) + " that only node " + node +
                                                        " may have are saved there in " + writes.directory
                                                  : "node " + node + " had nothing of its own to save"));
}

std::string kept_text(const std::string& volume, const std::string& node, bool full)
{
    return volume + ": the copy of node " + node + " is kept; the other one gets " +
           (full ? "every block, because nothing tells any more what differs" : "what differs");
}

int tell(const Invocation& invocation, const std::string& volume, const ops::SplitResult& result)
{
    const auto& output = invocation.output;
    output.document({{"volume", volume}, {"changed", result.changed}, {"kept", result.kept}, {"full", result.full},
                     {"told", result.told}, {"unasked", result.unasked}, {"saved", saved_to_json(result)}});
    tell_saved(output, volume, result);
    for (const auto& node : result.unasked)
        output.line("node " + node + " could not be asked, and was left as it is: repeat this when it is there");
    if (!result.changed && result.told) {
        output.line(volume + ": the copy of node " + result.kept + " is kept already; nothing was changed");
        return 0;
    }
    output.line(kept_text(volume, result.kept, result.full));
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
    const auto results = ops::split_brain_resolve_job(invocation.store, splits, arguments.keep, arguments.lost());
    json volumes = json::array();
    for (std::size_t i = 0; i < results.size(); i++) {
        volumes.push_back({{"volume", splits[i].front().volume}, {"changed", results[i].changed}, {"full", results[i].full},
                           {"saved", saved_to_json(results[i])}});
        tell_saved(invocation.output, splits[i].front().volume, results[i]);
        invocation.output.line(kept_text(splits[i].front().volume, arguments.keep, results[i].full));
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
    const auto pairs = ops::split_brain_show(invocation.store, arguments.volume);
    if (is_split(pairs))
        confirm(ops::split_brain_question(pairs, arguments.keep), arguments.yes);
    return tell(invocation, arguments.volume,
                ops::split_brain_resolve(invocation.store, arguments.volume, arguments.keep, arguments.lost()));
}

int discard_local(const Invocation& invocation, const SplitArguments& arguments)
{
    const auto pairs = ops::split_brain_show(invocation.store, arguments.volume);
    const auto keep = arguments.keep.empty() ? pairs.front().other : arguments.keep;
    confirm(ops::split_brain_question(pairs, keep), arguments.yes);
    return tell(invocation, arguments.volume,
                ops::split_brain_discard_local(invocation.store, arguments.volume, arguments.keep, arguments.lost()));
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

constexpr const char* save_text = "Before, save the blocks that are overwritten on their node, in /var/lib/mirror-net/saved";

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
    one->add_flag("--save", arguments->save, save_text);
    one->add_flag("-y,--yes", arguments->yes, "Do not ask");
    add_override(*one, invocation, [arguments] { return std::vector{arguments->volume}; });
    one->footer("Works on either node; both must be there. Refused while the other copy is in use.\n"
                "With more than two copies: on the node that is kept; every other copy follows it then.\n"
                "Example:\n"
                "  mirrorctl split-brain resolve home --keep a");
    auto* local = add(*group, invocation, "discard-local", "Give up this node's copy, because the other node "
                                                            "cannot be reached", arguments, discard_local);
    local->add_option("--keep", arguments->keep, "NODE whose copy is kept, of more than two");
    local->add_flag("--save", arguments->save, save_text);
    local->add_flag("-y,--yes", arguments->yes, "Do not ask");
    add_override(*local, invocation, [arguments] { return std::vector{arguments->volume}; });
    local->footer("This node becomes a target, and follows the other one when it is there.\n"
                  "Example:\n"
                  "  mirrorctl split-brain discard-local home");
}

} // namespace mirrornet::ctl
