// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/config/maintain.hpp"

#include "base/error.hpp"
#include "base/time.hpp"
#include "ops/job/job.hpp"
#include "ops/operation_lock.hpp"
#include "ops/volume/everywhere.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/maintenance.hpp"

namespace mirrornet::ops {

namespace {

using Kind = MaintenancePlace::Kind;
using Wanted = std::optional<Maintenance>;

bool is_on(const Wanted& maintenance)
{
    return maintenance && maintenance->is_on(now_s());
}

// What goes on began when it began. One that is over stays on record: nobody has to be asked for it to be over.
Wanted following(const Wanted& before, Wanted wanted)
{
    if (!is_on(before))
        return wanted ? wanted : before;
    if (wanted)
        wanted->since = before->since;
    return wanted;
}

bool of_volume(const ConfigStore& store, const std::string& name, const Wanted& wanted)
{
    const OperationLock lock(name, "maintenance");
    const auto before = store.load_volume(name);
    auto after = before;
    after.maintenance = following(before.maintenance, wanted);
    if (after == before)
        return false;
    after.version++;
    after.check();
    change_everywhere(store, before, after);
    return true;
}

// Of all, whatever one of them does not take; also of what is on record already: it may not have been taken then.
void put_all_in_force(const ConfigStore& store)
{
    std::string left;
    for (const auto& volume : store.volume_names())
        try {
            put_in_force(store, store.load_volume(volume));
        } catch (const Error& error) {
            left += (left.empty() ? "" : "; ") + std::string(error.what());
        }
    if (!left.empty())
        throw Error(ExitStatus::partly_done, "it is on record, but boot-alone of these volumes is not what it shall be: " + left +
                                                 "; mirror-netd tries again; so does the same command");
}

bool of_node(const ConfigStore& store, const Wanted& wanted)
{
    const auto lock = OperationLock::of_node("maintenance");
    auto node = store.load_node();
    const auto before = node;
    node.maintenance = following(before.maintenance, wanted);
    const bool changed = node != before;
    if (changed) {
        node.version++;
        store.save(node);
    }
    put_all_in_force(store);
    return changed;
}

bool of_job(const ConfigStore& store, const std::string& name, const Wanted& wanted)
{
    return job_edit(store, name, "maintenance", [&](JobConfig& job) {
        job.maintenance = following(job.maintenance, wanted);
    }).changed;
}

bool change(const ConfigStore& store, const MaintenancePlace& place, const Wanted& wanted)
{
    switch (place.kind) {
    case Kind::volume: return of_volume(store, place.name, wanted);
    case Kind::job: return of_job(store, place.name, wanted);
    case Kind::node: break;
    }
    return of_node(store, wanted);
}

std::vector<std::string> volumes_in(const ConfigStore& store, const MaintenancePlace& place)
{
    switch (place.kind) {
    case Kind::volume: return {place.name};
    case Kind::job: return store.load_job(place.name).volumes;
    case Kind::node: break;
    }
    return store.volume_names();
}

std::string name_of(const ConfigStore& store, const MaintenancePlace& place)
{
    switch (place.kind) {
    case Kind::volume: return "volume " + place.name;
    case Kind::job: return "job " + place.name;
    case Kind::node: break;
    }
    return "node " + store.load_node().name;
}

} // namespace

MaintenanceResult maintenance_on(const ConfigStore& store, const MaintenancePlace& place,
                                 const MaintenanceRequest& request)
{
    const Maintenance wanted{request.reason, now_s(), request.until};
    if (request.until && request.until <= wanted.since)
        throw Error(ExitStatus::usage, "maintenance would be over already: its end, " + utc_text(request.until) +
                                           ", is past; nothing was changed");
    wanted.check();
    const bool changed = change(store, place, wanted);
    return {changed, name_of(store, place), wanted, {}};
}

MaintenanceResult maintenance_off(const ConfigStore& store, const MaintenancePlace& place)
{
    MaintenanceResult result{change(store, place, std::nullopt), name_of(store, place), {}, {}};
    for (const auto& volume : volumes_in(store, place))
        if (const auto other = maintenance_now(store, volume))
            result.still.insert(other->of);
    return result;
}

} // namespace mirrornet::ops
