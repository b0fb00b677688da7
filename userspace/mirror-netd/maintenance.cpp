// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/maintenance.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace mirrornet::netd {

namespace {

std::vector<JobConfig> jobs_in(const ConfigStore& store)
{
    std::vector<JobConfig> jobs;
    for (const auto& name : store.job_names())
        if (auto job = store.find_job(name))
            jobs.push_back(std::move(*job));
    return jobs;
}

std::vector<VolumeConfig> volumes_in(const ConfigStore& store)
{
    std::vector<VolumeConfig> volumes;
    for (const auto& name : store.volume_names())
        if (auto volume = store.find_volume(name))
            volumes.push_back(std::move(*volume));
    return volumes;
}

const JobConfig* job_of(const std::vector<JobConfig>& jobs, const std::string& volume)
{
    const auto found = std::ranges::find_if(jobs, [&](const auto& job) { return job.has(volume); });
    return found == jobs.end() ? nullptr : &*found;
}

bool has_record(const NodeConfig& node, const JobConfig* job, const VolumeConfig& volume)
{
    return node.maintenance || (job && job->maintenance) || volume.maintenance;
}

} // namespace

MaintenanceWatch::MaintenanceWatch(const ConfigStore& store, Tell tell, PutInForce put_in_force)
    : store_(store), tell_(std::move(tell)), put_in_force_(std::move(put_in_force))
{
}

// All is read before anything is done: a file that cannot be read ends nothing.
void MaintenanceWatch::look(std::uint64_t now)
{
    const auto node = store_.load_node();
    const auto jobs = jobs_in(store_);
    const auto volumes = volumes_in(store_);
    On before;
    for (const auto& volume : volumes)
        if (auto on = ops::maintenance_of(&node, job_of(jobs, volume.name), &volume, now))
            before.emplace(volume.id.to_string(), std::move(*on));
    on_.swap(before); // from here on it is what was
    for (const auto& volume : volumes)
        compare(volume, has_record(node, job_of(jobs, volume.name), volume), node.name, before);
    looked_ = true;
}

// What ended while nobody looked may hold back options still.
void MaintenanceWatch::compare(const VolumeConfig& volume, bool on_record, const std::string& node, const On& before)
{
    const auto id = volume.id.to_string();
    const auto was = before.find(id);
    const auto is = on_.find(id);
    const bool began = was == before.end() && is != on_.end(), ended = was != before.end() && is == on_.end();
    if (began || ended || (!looked_ && on_record) || not_in_force_.contains(id))
        put_in_force(volume);
    if (looked_ && began)
        tell_(ops::announcement_of_maintenance(ops::maintenance_begun(), node, volume, is->second));
    if (ended)
        tell_(ops::announcement_of_maintenance(ops::maintenance_over(), node, volume, was->second));
}

void MaintenanceWatch::put_in_force(const VolumeConfig& volume)
{
    const auto id = volume.id.to_string();
    auto& complaint = not_in_force_[id];
    const bool done = complaint.about([&] {
        try {
            put_in_force_(volume.name);
        } catch (const Error& error) {
            throw Error(error.status(), volume.name + ": boot-alone is still " +
                                            (is_on(id) ? "in force though it is in maintenance" : "held back, as in maintenance") +
                                            ": " + error.what() + "; it is tried again every few seconds");
        }
    });
    if (done)
        not_in_force_.erase(id);
}

} // namespace mirrornet::netd
