// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/job/job.hpp"

#include "base/error.hpp"
#include "config/files.hpp"
#include "ops/change_there.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"
#include "ops/volume/in_force.hpp"

#include <algorithm>
#include <set>

namespace mirrornet::ops {

namespace {

using Names = std::vector<std::string>;
using Edit = std::function<void(JobConfig&)>;

// A volume that is not there any more must not keep anybody from taking it out.
std::set<std::string> nodes_of(const ConfigStore& store, const JobConfig& job)
{
    std::set<std::string> nodes;
    for (const auto& name : job.volumes)
        if (const auto volume = store.find_volume(name))
            for (const auto& node : volume->nodes)
                nodes.insert(node.name);
    return nodes;
}

void require_in_no_other(const ConfigStore& store, const JobConfig& job)
{
    for (const auto& volume : job.volumes)
        if (const auto other = store.job_of(volume); other && other->id != job.id)
            throw Error(ExitStatus::refused, "volume " + volume + " is in job " + other->name +
                                                 ", and a volume is in one job at most; nothing was changed; first: "
                                                 "mirrorctl job remove " + other->name + " " + volume);
}

// What it is for one node: a job whose volumes have no copy there is none.
JobChange change_for(const std::set<std::string>& nodes_after, const std::string& node, const JobConfig& before,
                     const JobConfig& after, bool gone)
{
    return {after, before.version, gone || !nodes_after.contains(node)};
}

void tell(const ConfigStore& store, const std::string& node, const JobChange& change)
{
    Peer(store, node).call("job.set", {{"job", print(change.job)}, {"from", change.from}, {"gone", change.gone}});
}

void put_all_in_force(const ConfigStore& store, const Names& volumes)
{
    for (const auto& name : volumes)
        if (const auto volume = store.find_volume(name))
            put_in_force(store, *volume);
}

// Without those that cannot be read: they must not keep anybody from changing this one.
Names names_of(const ConfigStore& store, const Uuid& id)
{
    Names found;
    for (const auto& name : store.job_names())
        try {
            if (const auto job = store.find_job(name); job && job->id == id)
                found.push_back(name);
        } catch (const Error&) {
            continue;
        }
    return found;
}

// Volumes that come and go change what is in force for them, and for the others. The old name goes last:
// where there is no room for the new file, or the machine dies between them, the job stays.
void install(const ConfigStore& store, const JobConfig& job, bool gone)
{
    const auto mine = store.find_job(job.id);
    if (!gone)
        store.save(job);
    for (const auto& name : names_of(store, job.id))
        if (gone || name != job.name)
            store.remove_job(name);
    put_all_in_force(store, job.volumes);
    if (mine)
        put_all_in_force(store, mine->volumes);
}

// A volume that does not take it leaves this node with the job that it had.
void install(Undo& undo, const ConfigStore& store, const JobConfig& job, bool gone)
{
    undo.add("put job " + job.name + " back", [&store, job, mine = store.find_job(job.id)] {
        install(store, mine ? *mine : job, !mine);
    });
    install(store, job, gone);
}

// On every node that has, or had, copies of its volumes; whole or not at all. before.version 0: there was none.
void install_everywhere(const ConfigStore& store, const JobConfig& before, const JobConfig& after, bool gone)
{
    const auto self = store.load_node().name;
    const auto nodes_before = nodes_of(store, before), nodes_after = nodes_of(store, after);
    auto nodes = nodes_before;
    nodes.insert(nodes_after.begin(), nodes_after.end());
    nodes.erase(self);
    const bool was_none = before.version == 0; // then what is taken back is the new one, and not a job without a version
    whole_or_not_at_all([&](Undo& undo) {
        for (const auto& node : nodes) {
            change_there(
                undo, "put job " + before.name + " on node " + node + " back",
                [&] { tell(store, node, change_for(nodes_after, node, before, after, gone)); },
                [&, node] { tell(store, node, {was_none ? after : before, after.version, was_none || !nodes_before.contains(node)}); });
        }
        install(undo, store, after, gone);
    });
}

std::vector<VolumeConfig> volumes_of(const ConfigStore& store, const Names& names)
{
    std::vector<VolumeConfig> volumes;
    for (const auto& name : names)
        volumes.push_back(store.load_volume(name));
    return volumes;
}

// `renamed`: a renaming that was cut off left both names.
void require_no_job(const ConfigStore& store, const std::string& name, const std::optional<JobConfig>& renamed = {})
{
    if (const auto there = store.find_job(name); there && !(renamed && renamed->id == there->id && name != renamed->name))
        throw Error(ExitStatus::exists, "there is a job " + name + " already; see: mirrorctl job show " + name);
}

} // namespace

void change_job_everywhere(const ConfigStore& store, const JobConfig& before, const JobConfig& after)
{
    install_everywhere(store, before, after, after.version == 0);
}

void require_same_nodes(const std::vector<VolumeConfig>& volumes)
{
    const auto ids = [](const VolumeConfig& volume) {
        std::set<NodeId> found;
        for (const auto& node : volume.nodes)
            found.insert(node.id);
        return found;
    };
    for (const auto& volume : volumes)
        if (ids(volume) != ids(volumes.front()))
            throw Error(ExitStatus::refused, "volumes " + volumes.front().name + " and " + volume.name +
                                                 " have copies on different nodes, so they could not switch over "
                                                 "together; nothing was changed; see: mirrorctl status");
}

JobResult job_edit(const ConfigStore& store, const std::string& name, const std::string& verb, const Edit& edit)
{
    const auto lock = OperationLock::of_job(name, verb);
    const auto before = store.load_job(name);
    auto after = before;
    edit(after);
    if (after == before)
        return {false, before};
    after.version++;
    after.check();
    require_in_no_other(store, after);
    install_everywhere(store, before, after, false);
    return {true, after};
}

JobResult job_create(const ConfigStore& store, const std::string& name, const std::string& description,
                     const Names& volumes)
{
    JobConfig job{check_name("job", name), Uuid::random(), 1, description, volumes};
    job.check();
    const auto lock = OperationLock::of_job(name, "job create");
    require_no_job(store, name);
    require_same_nodes(volumes_of(store, volumes));
    require_in_no_other(store, job);
    auto none = job;
    none.version = 0;
    install_everywhere(store, none, job, false);
    return {true, job};
}

JobResult job_add(const ConfigStore& store, const std::string& name, const Names& volumes)
{
    return job_edit(store, name, "job add", [&](JobConfig& job) {
        for (const auto& volume : volumes)
            if (!job.has(volume))
                job.volumes.push_back(volume);
        require_same_nodes(volumes_of(store, job.volumes));
    });
}

JobResult job_remove(const ConfigStore& store, const std::string& name, const Names& volumes)
{
    return job_edit(store, name, "job remove", [&](JobConfig& job) {
        for (const auto& volume : volumes)
            std::erase(job.volumes, check_name("volume", volume));
    });
}

JobResult job_describe(const ConfigStore& store, const std::string& name, const std::string& description)
{
    return job_edit(store, name, "job describe", [&](JobConfig& job) { job.description = description; });
}

JobResult job_rename(const ConfigStore& store, const std::string& name, const std::string& new_name)
{
    const auto lock = OperationLock::of_job(check_name("job", new_name), "job rename");
    require_no_job(store, new_name, store.find_job(name));
    return job_edit(store, name, "job rename", [&](JobConfig& job) { job.name = new_name; });
}

JobResult job_delete(const ConfigStore& store, const std::string& name)
{
    const auto lock = OperationLock::of_job(name, "job delete");
    const auto before = store.load_job(name);
    auto after = before;
    after.version++;
    install_everywhere(store, before, after, true);
    return {true, after};
}

void take_over_job(const ConfigStore& store, const JobChange& change, const std::string& caller)
{
    const auto lock = OperationLock::of_job(change.job.name, "job");
    const auto self = store.load_node().name;
    const auto mine = store.find_job(change.job.id);
    if (mine && mine->version > change.from && *mine != change.job) // else taken before, and its caller died then
        throw Error(ExitStatus::refused, "node " + self + " has version " + std::to_string(mine->version) + " of job " +
                                             mine->name + ", which is newer than the " + std::to_string(change.from) +
                                             " of node " + caller + "; nothing was changed; change it on node " + self);
    if (change.gone)
        return whole_or_not_at_all([&](Undo& undo) { install(undo, store, change.job, true); });
    if (const auto same = store.find_job(change.job.name); same && same->id != change.job.id)
        throw Error(ExitStatus::exists, "node " + self + " has another job of the name " + same->name +
                                            "; nothing was changed; choose another name");
    for (const auto& volume : change.job.volumes) {
        const auto config = store.find_volume(volume);
        if (!config || !config->find_node(caller))
            throw Error(ExitStatus::refused, "node " + self + " has no volume " + volume + " together with node " +
                                                 caller + "; nothing was changed");
    }
    require_in_no_other(store, change.job);
    whole_or_not_at_all([&](Undo& undo) { install(undo, store, change.job, false); });
}

} // namespace mirrornet::ops
