// SPDX-License-Identifier: GPL-2.0-or-later
#include "dm/device_mapper.hpp"

#include "base/error.hpp"
#include "dm/task.hpp"

#include <algorithm>
#include <libdevmapper.h>
#include <sys/sysmacros.h>

namespace mirrornet::dm {

namespace {

std::vector<std::string> all_names()
{
    Task task(DM_DEVICE_LIST, "");
    task.run("list the devices");
    std::vector<std::string> names;
    const dm_names* entry = dm_task_get_names(task.raw());
    if (!entry || !entry->dev) // a list without entries is one entry without device
        return names;
    for (;;) {
        names.emplace_back(entry->name);
        if (!entry->next)
            return names;
        entry = reinterpret_cast<const dm_names*>(reinterpret_cast<const char*>(entry) +
                                                  entry->next);
    }
}

Table lines_of(int type, const std::string& name, const std::string& what)
{
    Task task(type, name);
    dm_task_no_open_count(task.raw());
    task.run(what + " " + name);
    Table lines;
    void* next = nullptr;
    do {
        TableLine line;
        char* target = nullptr;
        char* parameters = nullptr;
        next = dm_get_next_target(task.raw(), next, &line.start, &line.length, &target,
                                  &parameters);
        if (!target)
            break;
        line.target = target;
        line.parameters = parameters ? parameters : "";
        lines.push_back(line);
    } while (next);
    return lines;
}

} // namespace

std::optional<Device> find(const std::string& name)
{
    Task task(DM_DEVICE_INFO, name);
    if (!task.run_if_there("look up " + name))
        return std::nullopt;
    dm_info info{};
    if (!dm_task_get_info(task.raw(), &info) || !info.exists)
        return std::nullopt;
    Device device;
    device.name = name;
    if (const char* uuid = dm_task_get_uuid(task.raw()))
        device.uuid = uuid;
    device.major = info.major;
    device.minor = info.minor;
    device.open_count = info.open_count;
    device.suspended = info.suspended != 0;
    device.live_table = info.live_table != 0;
    return device;
}

std::vector<Device> all(std::string_view uuid_prefix)
{
    std::vector<Device> devices;
    for (const auto& name : all_names())
        if (auto device = find(name); device && device->uuid.starts_with(uuid_prefix))
            devices.push_back(std::move(*device));
    return devices;
}

void create(const std::string& name, const std::string& uuid, const Table& table)
{
    if (find(name))
        throw Error(ExitStatus::exists,
                    "there is already a device-mapper device called " + name +
                        "; see: dmsetup info " + name);
    Task task(DM_DEVICE_CREATE, name);
    if (!dm_task_set_uuid(task.raw(), uuid.c_str()))
        throw Error(ExitStatus::internal, "device-mapper does not take the uuid " + uuid);
    task.add(table);
    task.run_and_settle("create " + name);
}

void remove(const std::string& name, RemoveHow how)
{
    Task task(DM_DEVICE_REMOVE, name);
    if (how == RemoveHow::deferred)
        dm_task_deferred_remove(task.raw());
    else
        dm_task_retry_remove(task.raw()); // udev looks into every device for a moment
    task.run_and_settle("remove " + name);
}

void reload(const std::string& name, const Table& table)
{
    Task task(DM_DEVICE_RELOAD, name);
    task.add(table);
    task.run("load a new table into " + name);
}

void suspend(const std::string& name, SuspendHow how)
{
    Task task(DM_DEVICE_SUSPEND, name);
    if (!how.flush)
        dm_task_no_flush(task.raw());
    if (!how.freeze)
        dm_task_skip_lockfs(task.raw());
    task.run("suspend " + name);
}

void resume(const std::string& name)
{
    Task task(DM_DEVICE_RESUME, name);
    task.run_and_settle("resume " + name);
}

Table table(const std::string& name)
{
    return lines_of(DM_DEVICE_TABLE, name, "read the table of");
}

Table status(const std::string& name)
{
    return lines_of(DM_DEVICE_STATUS, name, "read the status of");
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> deps(const std::string& name)
{
    Task task(DM_DEVICE_DEPS, name);
    task.run("read what lies under " + name);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> devices;
    if (const dm_deps* found = dm_task_get_deps(task.raw()))
        for (std::uint32_t at = 0; at < found->count; at++)
            devices.emplace_back(gnu_dev_major(found->device[at]),
                                 gnu_dev_minor(found->device[at]));
    return devices;
}

} // namespace mirrornet::dm
