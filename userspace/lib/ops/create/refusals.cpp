// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/refusals.hpp"

#include "model/records.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

using Refusals = std::vector<Refusal>;

std::string where(const CopyFacts& copy)
{
    return copy.data.path + " on node " + copy.node;
}

void check_name_free(const CopyFacts& copy, const CreateChecks& checks, Refusals& refusals)
{
    if (copy.existing)
        refusals.push_back(
            {ExitStatus::exists, "volume-exists",
             fmt::format("node {} has a volume {} already (data on {}); choose another name, or "
                         "remove that one: mirrorctl delete {} and mirrorctl release {}",
                         copy.node, checks.volume, copy.existing->data_device, checks.volume,
                         checks.volume)});
    if (copy.name_in_use)
        refusals.push_back({ExitStatus::exists, "name-in-use",
                            fmt::format("node {} has a device-mapper device called {} already; "
                                        "choose another name for the volume",
                                        copy.node, checks.volume)});
}

void check_others(const CopyFacts& source, const CopyFacts& target, const CreateChecks& checks,
                  Refusals& refusals)
{
    const ExistingVolume& volume = *source.existing;
    for (const auto& stray : volume.strays)
        refusals.push_back({ExitStatus::refused, "stray-mirror",
                            fmt::format("volume {} has a mirror with node {} that its configuration does "
                                        "not name, left by a delete that did not end; end it first: "
                                        "mirrorctl delete {}@{}",
                                        checks.volume, stray, checks.volume, stray)});
    if (volume.nodes.size() > most_targets)
        refusals.push_back({ExitStatus::refused, "too-many-targets",
                            fmt::format("volume {} has {} targets, and there can be no more; remove one "
                                        "first: mirrorctl target remove {} NODE",
                                        checks.volume, most_targets, checks.volume)});
    for (const auto& node : volume.nodes)
        if (node != source.node && std::ranges::find(target.known_nodes, node) == target.known_nodes.end())
            refusals.push_back({ExitStatus::refused, "unknown-node",
                                fmt::format("node {} does not know node {}, which has a copy of volume {}, and "
                                            "should the source be lost one of them takes over for the other; on "
                                            "node {}: mirrorctl node trust {}",
                                            target.node, node, checks.volume, target.node, node)});
}

void check_further_target(const CopyFacts& source, const CopyFacts& target,
                          const CreateChecks& checks, Refusals& refusals)
{
    const ExistingVolume& volume = *source.existing;
    if (!volume.active || volume.role != Role::source)
        refusals.push_back({ExitStatus::refused, "not-source",
                            fmt::format("volume {} is not an active source on node {}; activate "
                                        "it first: mirrorctl up {}",
                                        checks.volume, source.node, checks.volume)});
    if (std::ranges::find(volume.nodes, target.node) != volume.nodes.end())
        refusals.push_back({ExitStatus::exists, "mirror-exists",
                            fmt::format("volume {} has a mirror on node {} already; see: "
                                        "mirrorctl status {}",
                                        checks.volume, target.node, checks.volume)});
    else
        check_others(source, target, checks, refusals);
}

void check_sizes(const CopyFacts& source, const CopyFacts& target, Refusals& refusals)
{
    const std::uint64_t needed = adds_target(source) ? source.existing->bytes : source.data.bytes;
    if (target.data.bytes < needed)
        refusals.push_back(
            {ExitStatus::refused, "target-smaller",
             fmt::format("the target {} is {} bytes smaller than the source {} ({} against {}); "
                         "choose a target of at least {} bytes",
                         where(target), needed - target.data.bytes, where(source),
                         target.data.bytes, needed, needed)});
    if (target.data.sector_size != source.data.sector_size)
        refusals.push_back(
            {ExitStatus::refused, "sector-size",
             fmt::format("the sector sizes differ: {} has {} bytes, {} has {}; a mirror needs the "
                         "same on both sides: choose another target",
                         where(source), source.data.sector_size, where(target),
                         target.data.sector_size)});
}

bool same_device(const CopyFacts& source, const CopyFacts& target)
{
    const bool same_machine = source.node_id == target.node_id ||
                              (!source.boot_id.empty() && source.boot_id == target.boot_id);
    if (same_machine && source.data.number == target.data.number)
        return true;
    return !source.data.medium.empty() && source.data.medium == target.data.medium &&
           source.data.bytes == target.data.bytes;
}

void check_distinct(const CopyFacts& source, const CopyFacts& target, Refusals& refusals)
{
    if (source.node_id == target.node_id)
        refusals.push_back({ExitStatus::refused, "same-node",
                            "source and target are on the same node (" + source.node +
                                "); the target must be on another one"});
    if (same_device(source, target))
        refusals.push_back({ExitStatus::refused, "same-device",
                            fmt::format("{} and {} are the same device ({}); mirroring it onto "
                                        "itself would destroy it: choose another target",
                                        where(source), where(target),
                                        source.data.medium.empty() ? source.data.number
                                                                   : source.data.medium)});
}

// Of the node as a whole: its copy is not there yet.
void check_role(const CopyFacts& copy, const std::string& wanted, Refusals& refusals)
{
    if (copy.allowed_roles != "both" && copy.allowed_roles != wanted)
        refusals.push_back({ExitStatus::refused, "allowed-roles",
                            fmt::format("node {} may not be {} of any volume (allowed-roles is {}); choose another node, or "
                                        "allow it, on node {}: mirrorctl set --node allowed-roles=both",
                                        copy.node, wanted, copy.allowed_roles, copy.node)});
}

} // namespace

bool adds_target(const CopyFacts& source)
{
    if (!source.existing)
        return false;
    return source.existing->data_id == source.data.id ||
           source.data.id.starts_with("dm:MIRRORNET-" + source.existing->id.to_string() + "-");
}

bool is_created(const CopyFacts& source, const CopyFacts& target)
{
    return adds_target(source) && target.existing && target.existing->id == source.existing->id &&
           target.existing->data_id == target.data.id &&
           std::ranges::find(source.existing->nodes, target.node) != source.existing->nodes.end();
}

std::vector<Refusal> refusals_of_target(const CopyFacts& source, const CopyFacts& target,
                                        const CreateChecks& checks)
{
    Refusals refusals;
    check_name_free(target, checks, refusals);
    check_sizes(source, target, refusals);
    check_target_device(source, target, checks, refusals);
    check_metadata(target, checks, refusals);
    return refusals;
}

std::vector<Refusal> refusals_of_device(const CopyFacts& source, const CopyFacts& target,
                                        const CreateChecks& checks)
{
    Refusals refusals;
    check_distinct(source, target, refusals);
    check_sizes(source, target, refusals);
    check_target_device(source, target, checks, refusals);
    return refusals;
}

std::vector<Refusal> refusals_of_create(const CopyFacts& source, const CopyFacts& target,
                                        const CreateChecks& checks)
{
    Refusals refusals;
    check_distinct(source, target, refusals);
    check_role(source, "source", refusals);
    check_role(target, "target", refusals);
    if (adds_target(source)) {
        check_further_target(source, target, checks, refusals);
    } else {
        check_name_free(source, checks, refusals);
        check_source_device(source, checks, refusals);
        check_metadata(source, checks, refusals);
    }
    for (auto& refusal : refusals_of_target(source, target, checks))
        refusals.push_back(std::move(refusal));
    return refusals;
}

} // namespace mirrornet::ops
