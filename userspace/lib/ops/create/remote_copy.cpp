// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/remote_copy.hpp"

#include "config/files.hpp"
#include "ops/create/create.hpp"
#include "ops/create/json.hpp"
#include "ops/module.hpp"
#include "ops/operation_lock.hpp"
#include "ops/volume/copies.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/role.hpp"

namespace mirrornet::ops {

namespace {

constexpr const char* in_request = "the request of the other node";

// The other side, as far as the request says what it is.
CopyFacts source_of(const TargetRequest& request, const CopyFacts& here,
                    const std::string& source)
{
    CopyFacts facts;
    facts.node = source;
    facts.data.path = "volume " + request.copy.config.name;
    facts.data.bytes = request.copy.config.size;
    facts.data.sector_size = here.data.sector_size; // compared when the link is made
    facts.data.signature = request.source_signature;
    return facts;
}

bool is_same_place(const MetaChoice& a, const MetaChoice& b)
{
    return a.make == b.make && a.path == b.path && a.volume_group == b.volume_group;
}

// What was planned must be what is there now.
void require_as_planned(const TargetRequest& request, const CopyFacts& here)
{
    if (here.data.id != request.copy.local.data_id)
        throw Error(ExitStatus::refused, here.data.path + " on node " + here.node +
                                             " has become another device since the plan was "
                                             "made; repeat");
    if (!here.meta || !is_same_place(here.meta->choice, request.copy.meta))
        throw Error(ExitStatus::refused,
                    "node " + here.node + " would not put the metadata into " +
                        request.copy.meta.path + ", as planned" +
                        (here.meta ? ", but into " + here.meta->choice.path : "") +
                        "; repeat, or choose a place with --peer-meta");
}

ExamineRequest examination(const TargetRequest& request)
{
    const auto region_kib = request.copy.config.options.get(Option::intent_region);
    return {request.copy.config.name, request.copy.local.data_device,
            wish_for(request.copy.meta), static_cast<std::uint32_t>(region_kib * 1024)};
}

void require_consistent(const nl::VolumeRecord& record, const std::string& volume,
                        const std::string& node)
{
    if (record.data == DataState::inconsistent)
        throw Error(ExitStatus::needs_force,
                    "the copy of volume " + volume + " on node " + node +
                        " is inconsistent (a resync of it is not finished), so it would be left "
                        "useless; wait for the resync, or repeat with --force",
                    "--force");
}

// `may_go` has the last word about the role.
void dismantle(const ConfigStore& store, const DismantleRequest& request,
               const std::function<void(std::optional<Role>, const std::string&)>& may_go)
{
    const auto config = store.find_volume(request.volume);
    if (!config || config->id != request.id)
        return; // gone already, or another volume of this name
    const OperationLock lock(request.volume, "delete");
    nl::Kernel kernel = open_kernel();
    const auto self = store.load_node().name;
    const auto record = record_of_copy(store, kernel, *config);
    may_go(role_of(record), self);
    if (record && !request.force)
        require_consistent(*record, request.volume, self);
    dismantle_copy(store, kernel, request.volume);
}

} // namespace

std::string wish_for(const MetaChoice& choice)
{
    switch (choice.make) {
    case MetaMake::use_device:
        return choice.path;
    case MetaMake::make_file:
        return "file:" + choice.path;
    case MetaMake::make_lv:
        return "auto";
    }
    return {};
}

CopySpec checked_target(const TargetRequest& request, const CopyFacts& here,
                        const std::string& source)
{
    const CreateChecks checks{request.copy.config.name, request.copy.force,
                              request.start == nl::MirrorStart::in_sync};
    auto refusals = refusals_of_target(source_of(request, here, source), here, checks);
    if (!refusals.empty())
        throw CreateRefused(std::move(refusals));
    require_as_planned(request, here);
    auto spec = spec_of_copy(request.copy.config, here, request.copy.force);
    spec.clear_target = request.copy.clear_target;
    return spec;
}

json TargetRequest::to_json() const
{
    return {{"config", print(copy.config)},
            {"local", print(copy.local)},
            {"meta", copy.meta},
            {"meta_bytes", copy.meta_bytes},
            {"force", copy.force},
            {"clear", copy.clear_target},
            {"in_sync", start == nl::MirrorStart::in_sync},
            {"source_signature", source_signature}};
}

TargetRequest TargetRequest::from_json(const json& from)
{
    TargetRequest request;
    request.copy.config = parse_volume(from.at("config").get<std::string>(), in_request);
    request.copy.local = parse_volume_local(from.at("local").get<std::string>(), in_request);
    request.copy.meta = from.at("meta").get<MetaChoice>();
    request.copy.meta_bytes = from.at("meta_bytes").get<std::uint64_t>();
    request.copy.force = from.at("force").get<bool>();
    request.copy.clear_target = from.at("clear").get<bool>();
    request.start =
        from.at("in_sync").get<bool>() ? nl::MirrorStart::in_sync : nl::MirrorStart::blank;
    request.source_signature = from.value("source_signature", Signature());
    return request;
}

void build_target(const ConfigStore& store, const TargetRequest& request, const NodeId& source)
{
    const VolumeConfig& config = request.copy.config;
    const auto* from = config.find_node(source);
    const auto self = store.load_node();
    if (!from || !config.find_node(self.id))
        throw Error(ExitStatus::usage, "volume " + config.name + " as requested has no copy on " +
                                           self.name + " and the node that asks");
    const OperationLock lock(config.name, "create");
    const auto spec = checked_target(request, examine_copy(store, examination(request)),
                                     from->name);
    nl::Kernel kernel = open_kernel();
    whole_or_not_at_all([&](Undo& undo) {
        build_copy(store, kernel, spec, undo);
        kernel.set_role(config.id, Role::target);
        kernel.mirror_add(config.id, source, request.start);
        kernel.mirror_set(config.id, source, options_in_force(store, config, from->name));
        add_mirrors_with_others(store, kernel, config, source);
    });
}

void dismantle_target(const ConfigStore& store, const DismantleRequest& request)
{
    dismantle(store, request, [&](std::optional<Role> role, const std::string& self) {
        require_target(role, request.volume, self);
    });
}

void dismantle_here(const ConfigStore& store, const DismantleRequest& request)
{
    dismantle(store, request, [&](std::optional<Role> role, const std::string&) {
        require_no_source(role, request.volume, request.force);
    });
}

} // namespace mirrornet::ops
