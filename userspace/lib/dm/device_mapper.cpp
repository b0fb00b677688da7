// SPDX-License-Identifier: GPL-2.0-or-later
#include "dm/device_mapper.hpp"

#include "base/error.hpp"
#include "dm/task.hpp"

#include <algorithm>
#include <libdevmapper.h>

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
    device.open_count = info.open_count;
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

void remove(const std::string& name)
{
    Task task(DM_DEVICE_REMOVE, name);
    dm_task_retry_remove(task.raw()); // udev looks into every device for a moment
    task.run_and_settle("remove " + name);
}

Table table(const std::string& name)
{
    Task task(DM_DEVICE_TABLE, name);
    dm_task_no_open_count(task.raw());
    task.run("read the table of " + name);
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

} // namespace mirrornet::dm
