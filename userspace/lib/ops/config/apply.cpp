// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/config/apply.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "nl/kernel.hpp"
#include "ops/change_there.hpp"
#include "ops/config/whole.hpp"
#include "ops/job/job.hpp"
#include "ops/operation_lock.hpp"
#include "ops/undo.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/everywhere.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

using Shared = std::map<std::string, SharedConfig>; // by node

void require_right(const ConfigStore& store)
{
    const auto findings = check_config(store, false);
    const auto bad = std::ranges::find_if(findings, [](const auto& finding) { return finding.error; });
    if (bad != findings.end())
        throw Error(ExitStatus::refused, "the configuration is not right, nothing was changed: " + bad->place() + ": " +
                                             bad->what + "; " + bad->step + "; all that is wrong: mirrorctl config check");
}

VolumeEdit edit_volume(const VolumeConfig& mine, const Shared& shared, const std::string& self, bool force)
{
    std::map<std::string, VolumeConfig> theirs;
    for (const auto& node : mine.nodes) {
        if (node.name == self)
            continue;
        const auto& volumes = shared.at(node.name).volumes;
        const auto found = volumes.find(mine.name);
        if (found == volumes.end())
            throw Error(ExitStatus::refused, "node " + node.name + " has no volume " + mine.name +
                                                 " together with this one; nothing was changed; see: mirrorctl config diff " +
                                                 node.name);
        theirs.emplace(node.name, found->second);
    }
    return edit_of(mine, theirs, force);
}

JobEdit edit_job(const ConfigStore& store, const JobConfig& mine, const Shared& shared, const NodeId& self, bool force)
{
    std::map<std::string, JobConfig> theirs;
    for (const auto& [node, config] : shared)
        for (const auto& [name, job] : config.jobs)
            if (job.id == mine.id)
                theirs.emplace(node, job);
    bool missing = false;
    for (const auto& volume : mine.volumes)
        for (const auto& node : store.load_volume(volume).nodes)
            missing |= node.id != self && !theirs.contains(node.name);
    auto edit = edit_of(mine, theirs, force);
    edit.done = (edit.done || theirs.empty()) && !missing && edit.after == mine;
    return edit;
}

void add(std::vector<ConfigDifference>& to, const std::vector<ConfigDifference>& more)
{
    to.insert(to.end(), more.begin(), more.end());
}

// A mirror's options run here otherwise; all else is no matter of the files.
bool is_option(const ConfigDifference& difference)
{
    return std::ranges::any_of(all_options(), [&](const auto& spec) { return spec.name == difference.key; });
}

void plan_kernel(const ConfigStore& store, ApplyPlan& plan)
{
    for (auto& difference : diff_with_kernel(store))
        (is_option(difference) ? plan.in_kernel : plan.left).push_back(std::move(difference));
    add(plan.changes, plan.in_kernel);
}

// The other nodes first: what they refuse is known before anything changes here.
void tell_others(const ConfigStore& store, const VolumeEdit& edit, Undo& undo)
{
    for (const auto& [node, before] : edit.before) {
        if (before == edit.after)
            continue;
        change_there(
            undo, "put the options of volume " + edit.after.name + " on node " + node + " back",
            [&, to = node, from = before.version] { tell_options(store, to, edit.after, from); },
            [&store, node = node, before = before, from = edit.after.version] { tell_options(store, node, before, from); });
    }
}

// What was edited is never lost, whatever fails.
void keep_text(const std::filesystem::path& file, Undo& undo)
{
    undo.add("put " + file.string() + " back as it was edited",
             [file, text = read_file(file)] { write_file_atomic(file, text); });
}

void change_here(const ConfigStore& store, const VolumeEdit& edit, Undo& undo)
{
    keep_text(store.directory() / "volumes" / (edit.after.name + ".toml"), undo);
    if (!edit.before.empty())
        undo.add("put the options in the kernel back", [&store, &edit] { put_in_force(store, edit.before.begin()->second); });
    store.save(edit.after);
    put_in_force(store, edit.after);
}

void change_job(const ConfigStore& store, const JobEdit& edit, Undo& undo)
{
    keep_text(store.directory() / "jobs" / (edit.after.name + ".toml"), undo);
    change_job_everywhere(store, edit.before, edit.after);
    undo.add("put job " + edit.after.name + " back", [&] { change_job_everywhere(store, edit.after, edit.before); });
}

// Between the plan and the lock somebody may have gone on editing.
template <typename Config> void require_as_planned(Config now, const Config& after, const std::string& what)
{
    now.version = after.version;
    if (now != after)
        throw Error(ExitStatus::refused, "the file of " + what + " was changed meanwhile; nothing was changed; repeat");
}

std::vector<OperationLock> lock_all(const ApplyPlan& plan)
{
    std::vector<OperationLock> locks;
    locks.push_back(OperationLock::of_node("config apply"));
    for (const auto& edit : plan.volumes)
        locks.emplace_back(edit.after.name, "config apply");
    for (const auto& edit : plan.jobs)
        locks.push_back(OperationLock::of_job(edit.after.name, "config apply"));
    return locks;
}

} // namespace

std::vector<ConfigDifference> jobs_only_there(const ConfigStore& store, const SharedConfig& there, const std::string& node)
{
    std::vector<ConfigDifference> found;
    for (const auto& [name, job] : there.jobs)
        if (!store.find_job(job.id)) // it may have another name here
            found.push_back({node, "job " + name, "job", "not configured", "configured"});
    return found;
}

ApplyPlan plan_apply(const ConfigStore& store, const ApplyOptions& options)
{
    require_right(store);
    const auto self = store.load_node();
    Shared shared;
    for (const auto& node : nodes_of_volumes(store))
        shared[node] = ask_config(store, node);
    ApplyPlan plan;
    for (const auto& name : store.volume_names()) {
        const auto mine = store.load_volume(name);
        plan.volumes.push_back(edit_volume(mine, shared, self.name, options.force));
        const auto& edit = plan.volumes.back();
        for (const auto& [node, before] : edit.before)
            add(plan.changes, diff_volume(edit.after, before, node));
        if (edit.is_done()) // at most the version: what was interrupted comes to its end
            add(plan.changes, diff_volume(edit.after, mine, "this node"));
    }
    for (const auto& name : store.job_names()) {
        auto edit = edit_job(store, store.load_job(name), shared, self.id, options.force);
        if (edit.done)
            continue;
        if (edit.before.version == 0)
            plan.changes.push_back({"the other nodes", "job " + name, "job", "configured", "not configured"});
        else
            add(plan.changes, diff_job(edit.after, edit.before, "the other nodes"));
        plan.jobs.push_back(std::move(edit));
    }
    for (const auto& [node, theirs] : shared) // a file that is missing is no order to delete: its verb is
        add(plan.left, jobs_only_there(store, theirs, node));
    plan_kernel(store, plan);
    return plan;
}

void carry_out(const ConfigStore& store, const ApplyPlan& plan)
{
    const auto locks = lock_all(plan);
    for (const auto& edit : plan.volumes)
        require_as_planned(store.load_volume(edit.after.name), edit.after, "volume " + edit.after.name);
    for (const auto& edit : plan.jobs)
        require_as_planned(store.load_job(edit.after.name), edit.after, "job " + edit.after.name);
    const auto self = store.load_node();
    whole_or_not_at_all([&](Undo& undo) {
        for (const auto& edit : plan.volumes)
            tell_others(store, edit, undo);
        for (const auto& edit : plan.volumes)
            if (!edit.is_done() || store.load_volume(edit.after.name) != edit.after || !plan.in_kernel.empty())
                change_here(store, edit, undo);
        for (const auto& edit : plan.jobs)
            change_job(store, edit, undo);
        if (std::ranges::any_of(plan.in_kernel, [](const auto& difference) { return difference.object == "this node"; }))
            nl::Kernel().node_set(self.options);
    });
}

} // namespace mirrornet::ops
