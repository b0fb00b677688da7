// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/copy.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "dm/front.hpp"
#include "ops/module.hpp"

namespace mirrornet::ops {

namespace {

std::string name_of(const ConfigStore& store, const NodeId& node)
{
    const auto peer = store.find_peer(node);
    return peer ? peer->name : node.to_string();
}

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
        for (const auto& mirror : kernel.mirrors(config->id))
            if (!config->find_node(mirror.peer))
                existing.strays.push_back(name_of(store, mirror.peer));
    }
    return existing;
}

// Of volumes that are not active, too, whose devices nobody has open.
void find_owners(const ConfigStore& store, CopyFacts& facts)
{
    const auto* meta = facts.meta && facts.meta->device ? &*facts.meta->device : nullptr;
    for (const auto& name : store.volume_names()) {
        const auto local = store.find_local(name);
        if (!local)
            continue;
        const auto has_metadata = [&](const DeviceFacts& device) {
            return !local->meta_id.empty() && local->meta_id == device.id;
        };
        if (local->data_id == facts.data.id)
            facts.data_of = name;
        if (has_metadata(facts.data))
            facts.metadata_of = name;
        if (meta && (local->data_id == meta->id || has_metadata(*meta)))
            facts.meta->owner = name;
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
    if (!facts.existing)
        facts.meta = examine_meta_for(kernel, request, facts.data);
    find_owners(store, facts);
    facts.known_nodes = store.peer_names();
    facts.allowed_roles = print_value(spec_of(Option::allowed_roles), self.options.get(Option::allowed_roles));
    return facts;
}

CopySpec spec_of_copy(const VolumeConfig& config, const CopyFacts& facts, bool force)
{
    CopySpec spec;
    spec.config = config;
    spec.force = force;
    spec.local.data_device = facts.data.path;
    spec.local.data_id = facts.data.id;
    if (!facts.meta)
        return spec;
    spec.meta = facts.meta->choice;
    spec.meta_bytes = facts.meta->bytes_needed;
    spec.local.meta_kind = spec.meta.kind();
    spec.local.meta_path = spec.meta.path;
    if (facts.meta->device)
        spec.local.meta_id = facts.meta->device->id;
    return spec;
}

} // namespace mirrornet::ops
