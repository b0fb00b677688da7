// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/create.hpp"
#include "ops/create/json.hpp"
#include "ops/module.hpp"
#include "ops/peer.hpp"
#include "ops/volume/copies.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

std::string join(const std::vector<Refusal>& refusals)
{
    std::string text;
    for (const auto& refusal : refusals)
        text += (text.empty() ? "" : "\n") + refusal.text;
    return text;
}

bool only_force_is_missing(const std::vector<Refusal>& refusals)
{
    return std::ranges::all_of(refusals, [](const Refusal& refusal) {
        return refusal.status == ExitStatus::needs_force;
    });
}

ExamineRequest request_for(const CreateOptions& options, const std::string& device,
                           const std::string& meta)
{
    const auto region_kib = options.volume_options.get(Option::intent_region);
    return {options.volume, device, meta, static_cast<std::uint32_t>(region_kib * 1024)};
}

// A target on this very node is refused later, with all other reasons.
CopyFacts examine_target(const ConfigStore& store, const CreateOptions& options,
                         const std::string& self)
{
    const auto request = request_for(options, options.target_device, options.peer_meta);
    if (options.node == self)
        return examine_copy(store, request);
    return Peer(store, options.node).call("copy.examine", request).get<CopyFacts>();
}

// Without the way back the daemons could not keep the mirror connected.
void check_way_back(const Peer& peer, const std::string& self)
{
    try {
        peer.call("node.call-back", json::object(), 2 * Peer::answer_time);
    } catch (const Error& error) {
        throw CreateRefused(
            {{ExitStatus::unreachable, "one-way",
              "this node reaches node " + peer.config().name +
                  ", but the connection back to this node (" + self + ") fails: " + error.what() +
                  "; a mirror needs both directions: compare the addresses in mirrorctl node "
                  "show on both nodes"}});
    }
}

void require_no_volume_options(const CreateOptions& options)
{
    for (const auto& [option, value] : options.volume_options.values())
        throw Error(ExitStatus::usage, std::string(spec_of(option).name) +
                                           ": belongs to volume " + options.volume + ", which is there already, "
                                           "and not to its new mirror; nothing was changed; use: mirrorctl set " +
                                           options.volume + " " + std::string(spec_of(option).name) + "=VALUE");
}

// A volume that is there already keeps its options; only its new mirror begins with defaults.
CreateOptions with_defaults(const ConfigStore& store, CreateOptions options,
                            const NodeConfig& self, std::vector<Option>& taken)
{
    taken = options.mirror_options.take_defaults(self.defaults);
    if (const auto volume = store.find_volume(options.volume)) {
        require_no_volume_options(options);
        options.volume_options = volume->options;
        return options;
    }
    const auto more = options.volume_options.take_defaults(self.defaults);
    taken.insert(taken.end(), more.begin(), more.end());
    return options;
}

VolumeConfig new_volume(const CreateOptions& options, const CopyFacts& source)
{
    VolumeConfig config;
    config.name = options.volume;
    config.id = Uuid::random();
    config.size = source.data.bytes / 512 * 512;
    config.nodes = {{source.node, source.node_id}};
    config.options = options.volume_options;
    return config;
}

void add_target(VolumeConfig& config, const CreateOptions& options, const CopyFacts& target)
{
    // with every node that has a copy: whichever is the source one day
    for (const auto& node : config.nodes)
        config.mirrors.push_back({node.name, target.node, options.mirror_options});
    config.nodes.push_back({target.node, target.node_id});
}

VolumeConfig config_for(const ConfigStore& store, const CreateOptions& options,
                        const CreatePlan& plan)
{
    VolumeConfig config = plan.further_target
                              ? store.load_volume(options.volume)
                              : new_volume(options, plan.source);
    if (plan.further_target)
        config.version++;
    add_target(config, options, plan.target);
    config.check();
    return config;
}

} // namespace

CreateRefused::CreateRefused(std::vector<Refusal> refusals)
    : Error(refusals.front().status, join(refusals),
            only_force_is_missing(refusals) ? "--force" : ""),
      refusals_(std::move(refusals))
{
}

CreatePlan plan_create(const ConfigStore& store, const CreateOptions& wished)
{
    check_name("volume", wished.volume);
    const NodeConfig self = store.load_node();
    CreatePlan plan;
    const auto options = with_defaults(store, wished, self, plan.from_defaults);
    plan.source =
        examine_copy(store, request_for(options, options.source_device, options.meta));
    plan.target = examine_target(store, options, self.name);
    plan.created = is_created(plan.source, plan.target);
    if (plan.created)
        return plan;
    auto refusals =
        refusals_of_create(plan.source, plan.target,
                           {options.volume, options.force, !options.copy.initial_sync,
                            options.command});
    if (!refusals.empty())
        throw CreateRefused(std::move(refusals));
    check_way_back(Peer(store, options.node), self.name);
    plan.further_target = adds_target(plan.source);
    plan.method = choose_copy_method(plan.source.data.signature, options.copy);
    const auto config = config_for(store, options, plan);
    if (plan.further_target)
        ask_copies(store, store.load_volume(options.volume), config);
    plan.source_copy = spec_of_copy(config, plan.source, options.force);
    plan.target_copy = spec_of_copy(config, plan.target, options.force);
    plan.target_copy.clear_target = plan.method.how != InitialCopy::none;
    return plan;
}

} // namespace mirrornet::ops
