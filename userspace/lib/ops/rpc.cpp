// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/rpc.hpp"

#include "base/error.hpp"
#include "config/files.hpp"
#include "ops/create/json.hpp"
#include "ops/create/remote_copy.hpp"
#include "ops/job/job.hpp"
#include "ops/job/switchover.hpp"
#include "ops/node/endpoint_json.hpp"
#include "ops/peer.hpp"
#include "ops/status/json.hpp"
#include "ops/volume/copies.hpp"
#include "ops/volume/managed.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/open_target.hpp"
#include "ops/volume/everywhere.hpp"
#include "ops/volume/promote.hpp"
#include "ops/volume/switchover.hpp"

namespace mirrornet::ops {

namespace {

json call_back(const ConfigStore& store, const RpcPeer& caller)
{
    Peer(store, caller.name).call("node.info");
    return json::object();
}

json tell_status(const ConfigStore& store, const json& params)
{
    return to_json(status(store, params.value("volumes", std::vector<std::string>())));
}

json examine(const ConfigStore& store, const json& params)
{
    return examine_copy(store, params.get<ExamineRequest>());
}

json build(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    build_target(store, TargetRequest::from_json(params), caller.id);
    return json::object();
}

// A node may take away only what it shares with us.
json dismantle(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    const DismantleRequest request{params.at("volume").get<std::string>(),
                                   params.at("id").get<VolumeId>(),
                                   params.at("force").get<bool>()};
    const auto config = store.find_volume(request.volume);
    if (config && config->id == request.id && !config->find_node(caller.id))
        throw Error(ExitStatus::not_permitted,
                    "node " + caller.name + " has no copy of volume " + request.volume);
    require_managers_known(store, {request.volume}, params, caller.name);
    dismantle_target(store, request);
    return json::object();
}

json continue_with(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    const Subject subject{Subject::Kind::mirror, params.at("volume").get<std::string>(),
                          caller.name};
    // the person was asked where the verb was given
    const auto result = continue_(store, subject, {.confirmed = true,
                                                   .pass_on = false,
                                                   .broken_too = params.value("broken", false)});
    return {{"was_paused", result.was_paused}};
}

json pause_of(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    return {{"changed", pause_for(store, params.at("volume").get<std::string>(), caller.name)}};
}

json break_of(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    require_managers_known(store, {params.at("volume").get<std::string>()}, params, caller.name);
    return {{"changed", break_for(store, params.at("volume").get<std::string>(), caller.name)}};
}

json unlock_of(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    const nl::Unlock how{params.at("read_only").get<bool>(), params.at("force").get<bool>()};
    if (!how.read_only)
        require_managers_known(store, {params.at("volume").get<std::string>()}, params, caller.name);
    return {{"changed",
             unlock_for(store, params.at("volume").get<std::string>(), caller.name, how)}};
}

json resync_to(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    const Subject subject{Subject::Kind::mirror, params.at("volume").get<std::string>(),
                          caller.name};
    // a node of an earlier version does not know the word
    resync(store, subject, {params.at("full").get<bool>(), params.value("verify", false), true, false});
    return json::object();
}

json options_of(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    const auto text = params.at("config").get<std::string>();
    take_over_options(store, parse_volume(text, "the request of node " + caller.name),
                      params.at("from").get<std::uint64_t>(), caller.name);
    return json::object();
}

json copies_of(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    const auto text = params.at("config").get<std::string>();
    take_over_copies(store, {parse_volume(text, "the request of node " + caller.name),
                             params.at("from").get<std::uint64_t>(), params.at("only_ask").get<bool>()},
                     caller.name);
    return json::object();
}

json job_of(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    const auto text = params.at("job").get<std::string>();
    take_over_job(store, {parse_job(text, "the request of node " + caller.name),
                          params.at("from").get<std::uint64_t>(), params.at("gone").get<bool>()}, caller.name);
    return json::object();
}

// A node may say where it is reached itself.
json endpoint_of(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    EndpointSetOptions options{caller.name, {}, params.at("force").get<bool>(),
                               params.at("reconnect").get<bool>()};
    for (const auto& text : params.at("addresses"))
        options.addresses.push_back(Address::parse(text.get<std::string>()));
    return endpoint_set(store, options);
}

nl::Kernel::Handover handover_in(const json& params)
{
    return {params.at("number").get<std::uint64_t>(), params.at("generation").get<std::uint64_t>()};
}

// Whatever this node does with the volume just now: the kernel takes it, or refuses it, at once.
json take(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    take_handover(store, params.at("volume").get<std::string>(), caller.id, handover_in(params));
    return json::object();
}

json refuse(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    refuse_handover(store, params.at("volume").get<std::string>(), caller.id, handover_in(params));
    return json::object();
}

ChangeoverOptions times_in(const json& params)
{
    return {std::chrono::seconds(params.at("wait").get<std::uint32_t>()),
            std::chrono::seconds(params.at("drain").get<std::uint32_t>())};
}

json switchover_to(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    const Subject subject{Subject::Kind::mirror, params.at("volume").get<std::string>(),
                          params.value("to", caller.name)};
    require_managers_known(store, {subject.name}, params, caller.name);
    return {{"changed", switchover(store, subject, times_in(params)).changed}};
}

json switchover_job_to(const ConfigStore& store, const json& params, const RpcPeer& caller)
{
    const Subject subject{Subject::Kind::job, params.at("job").get<std::string>(),
                          params.at("to").get<std::string>()};
    require_managers_known(store, store.load_job(subject.name).volumes, params, caller.name);
    return {{"changed", switchover_job(store, subject, times_in(params)).changed}};
}

// Bounded, and whatever this node does with the volume just now: writes wait over there.
json outdate(const json& params, const RpcPeer& caller)
{
    nl::Kernel().mirror_outdate(params.at("id").get<VolumeId>(), caller.id,
                                params.at("generation").get<std::uint64_t>());
    return json::object();
}

} // namespace

void register_ops_methods(RpcDispatcher& methods, const ConfigStore& store)
{
    using P = const json&;
    using C = const RpcPeer&;
    methods.add("node.call-back", Permission::status,
                [&store](P, C caller) { return call_back(store, caller); });
    methods.add("status", Permission::status,
                [&store](P params, C) { return tell_status(store, params); });
    methods.add("copy.examine", Permission::operate,
                [&store](P params, C) { return examine(store, params); });
    methods.add("copy.build", Permission::operate,
                [&store](P params, C caller) { return build(store, params, caller); });
    methods.add("copy.outdate", Permission::replicate,
                [](P params, C caller) { return outdate(params, caller); });
    methods.add("copy.dismantle", Permission::operate,
                [&store](P params, C caller) { return dismantle(store, params, caller); });
    methods.add("node.endpoint", Permission::operate,
                [&store](P params, C caller) { return endpoint_of(store, params, caller); });
    methods.add("volume.options", Permission::operate,
                [&store](P params, C caller) { return options_of(store, params, caller); });
    methods.add("volume.copies", Permission::operate,
                [&store](P params, C caller) { return copies_of(store, params, caller); });
    methods.add("job.set", Permission::operate,
                [&store](P params, C caller) { return job_of(store, params, caller); });
    methods.add("job.switchover", Permission::operate,
                [&store](P params, C caller) { return switchover_job_to(store, params, caller); });
    methods.add("mirror.pause", Permission::operate,
                [&store](P params, C caller) { return pause_of(store, params, caller); });
    methods.add("mirror.break", Permission::operate,
                [&store](P params, C caller) { return break_of(store, params, caller); });
    methods.add("handover.take", Permission::operate,
                [&store](P params, C caller) { return take(store, params, caller); });
    methods.add("handover.refuse", Permission::operate,
                [&store](P params, C caller) { return refuse(store, params, caller); });
    methods.add("volume.switchover", Permission::operate,
                [&store](P params, C caller) { return switchover_to(store, params, caller); });
    methods.add("volume.follow", Permission::operate, [&store](P params, C) {
        follow(store, params.at("volume").get<std::string>());
        return json::object();
    });
    methods.add("volume.unlock", Permission::operate,
                [&store](P params, C caller) { return unlock_of(store, params, caller); });
    methods.add("mirror.continue", Permission::operate,
                [&store](P params, C caller) { return continue_with(store, params, caller); });
    methods.add("mirror.resync", Permission::operate,
                [&store](P params, C caller) { return resync_to(store, params, caller); });
}

} // namespace mirrornet::ops
