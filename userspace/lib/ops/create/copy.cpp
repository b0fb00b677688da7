// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/copy.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "dm/front.hpp"
#include "ops/module.hpp"

namespace mirrornet::ops {

namespace {

std::optional<ExistingVolume> find_existing(const ConfigStore& store, nl::Kernel& kernel,
                                            const std::string& name)
{
    const auto config = store.find_volume(name);
    if (!config)
        return std::nullopt;
    ExistingVolume existing;
    existing.id = config->id;
    existing.bytes = config->size;
    for (const auto& node : config->nodes)
        existing.nodes.push_back(node.name);
    if (const auto local = store.find_local(name)) {
        existing.data_device = local->data_device;
        existing.data_id = local->data_id;
    }
    if (const auto record = kernel.find_volume(config->id)) {
        existing.active = record->minor.has_value();
        existing.role = record->role;
    }
    return existing;
}

void find_owners(const ConfigStore& store, CopyFacts& facts)
{
    for (const auto& name : store.volume_names()) {
        const auto local = store.find_local(name);
        if (!local)
            continue;
        if (local->data_id == facts.data.id)
            facts.data_of = name;
        if (!local->meta_id.empty() && local->meta_id == facts.data.id)
            facts.metadata_of = name;
    }
}

MetaFacts examine_meta_for(nl::Kernel& kernel, const ExamineRequest& request,
                           const DeviceFacts& data)
{
    const auto bytes = kernel.meta_size(data.bytes / 512, request.region_bytes);
    std::optional<std::uint64_t> room;
    if (!data.logical_volume.empty())
        room = free_in_group(group_of(data.logical_volume));
    const auto choice = choose_meta(request.meta, request.volume, data, bytes, room);
    return examine_meta(kernel, choice, bytes, room);
}

} // namespace

CopyFacts examine_copy(const ConfigStore& store, const ExamineRequest& request)
{
    nl::Kernel kernel = open_kernel();
    const NodeConfig self = store.load_node();
    CopyFacts facts;
    facts.node = self.name;
    facts.node_id = self.id;
    facts.boot_id = trim(find_file("/proc/sys/kernel/random/boot_id").value_or(""));
    facts.data = examine_device(request.device);
    facts.existing = find_existing(store, kernel, request.volume);
    facts.name_in_use = !facts.existing && dm::find(request.volume).has_value();
    find_owners(store, facts);
    if (!facts.existing)
        facts.meta = examine_meta_for(kernel, request, facts.data);
    return facts;
}

} // namespace mirrornet::ops
