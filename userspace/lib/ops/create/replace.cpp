// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/replace.hpp"

#include "ops/create/json.hpp"
#include "ops/peer.hpp"
#include "ops/volume/remove.hpp"

namespace mirrornet::ops {

namespace {

void keep_options(OptionSet& wanted, const VolumeConfig& config, const std::string& self, const std::string& node)
{
    const auto* mirror = config.find_mirror(self, node);
    if (!mirror)
        return;
    for (const auto& [option, value] : mirror->options.values())
        if (!wanted.is_set(option))
            wanted.set(option, value);
}

// As a copy of a volume of another name: what there is of this one is about to go, its metadata, too.
CopyFacts examine_device(const ConfigStore& store, const CreateOptions& options, const VolumeConfig& config)
{
    const auto region_kib = config.options.get(Option::intent_region);
    const ExamineRequest request{options.volume + ".new", options.target_device, "file",
                                 static_cast<std::uint32_t>(region_kib * 1024)};
    return Peer(store, options.node).call("copy.examine", request).get<CopyFacts>();
}

} // namespace

void prepare_replace(const ConfigStore& store, CreateOptions& options)
{
    const auto config = store.load_volume(options.volume);
    const auto self = store.load_node().name;
    if (!config.find_node(options.node) || options.node == self)
        throw Error(ExitStatus::not_found, "volume " + options.volume + " has no target on node " + options.node +
                                               " that could be replaced; to add one: mirrorctl target add " +
                                               options.volume + " " + options.node + ":" + options.target_device);
    require_deletable(store, options.volume);
    options.source_device = store.load_local(options.volume).data_device;
    keep_options(options.mirror_options, config, self, options.node);
    const auto source = examine_copy(store, {options.volume, options.source_device, "auto", 0});
    auto refusals = refusals_of_device(source, examine_device(store, options, config),
                                       {options.volume, options.force, !options.copy.initial_sync, options.command});
    if (!refusals.empty())
        throw CreateRefused(std::move(refusals));
}

} // namespace mirrornet::ops
