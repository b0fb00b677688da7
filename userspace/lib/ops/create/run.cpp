// SPDX-License-Identifier: GPL-2.0-or-later
//
// DESIGN 3, "Creation by used blocks": metadata, both copies locked, roles and
// mirrors on both sides, tracking on (BITMAP_BEGIN), only then the volume opens;
// what the file system says after that is durable before the slot becomes valid.
#include "dm/front.hpp"
#include "ops/create/create.hpp"
#include "ops/create/remote_copy.hpp"
#include "ops/device/mounts.hpp"
#include "ops/module.hpp"
#include "ops/operation_lock.hpp"
#include "ops/volume/copies.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/managed.hpp"
#include "ops/volume/unlock.hpp"

namespace mirrornet::ops {

namespace {

using Step = std::function<void(const std::string&)>;

class Creation {
public:
    Creation(const ConfigStore& store, const CreatePlan& plan, const Step& step)
        : store_(store), plan_(plan), step_(step), peer_(store, plan.target.node),
          kernel_(open_kernel()), config_(plan.source_copy.config), id_(config_.id),
          peer_id_(plan.target.node_id)
    {
        result_.volume = id_;
        result_.peer = peer_id_;
        result_.method = plan.method;
        result_.total_blocks = count_blocks(config_.size);
    }

    CreateResult run(Undo& undo)
    {
        if (plan_.further_target)
            extend_volume(undo);
        else
            build_source_copy(undo);
        build_target_copy(undo); // as late as can be: it erases what is there
        add_mirror(undo);
        open_source();
        return result_;
    }

private:
    void build_target_copy(Undo& undo)
    {
        step_("building the copy on node " + plan_.target.node);
        const TargetRequest request{plan_.target_copy, start(nl::MirrorStart::blank),
                                    plan_.source.data.signature};
        undo.add("remove the copy on node " + plan_.target.node, [this] {
            peer_.call("copy.dismantle",
                       with_managers(store_, {config_.name},
                                     {{"volume", config_.name}, {"id", id_.to_string()}, {"force", true}}),
                       Peer::work_time);
        });
        peer_.call("copy.build", request.to_json(), Peer::work_time);
        if (plan_.target_copy.clear_target)
            undo.lose("the content of " + plan_.target.data.path + " on node " +
                      plan_.target.node + " is erased");
    }

    void build_source_copy(Undo& undo)
    {
        step_("building the metadata of the source");
        build_copy(store_, kernel_, plan_.source_copy, undo);
    }

    void extend_volume(Undo& undo)
    {
        const auto before = store_.load_volume(config_.name);
        if (before.version + 1 != config_.version)
            throw Error(ExitStatus::refused, "the configuration of volume " + config_.name +
                                                 " has changed since the plan was made; nothing was "
                                                 "changed; repeat");
        tell_copies(store_, before, config_, undo);
        undo.add("put the configuration back", [this, before] { store_.save(before); });
        store_.save(config_);
    }

    // The role first: once there is a mirror, a link may come at any time, and with a
    // link no role is changed.
    void add_mirror(Undo& undo)
    {
        if (!plan_.further_target)
            kernel_.set_role(id_, Role::source);
        kernel_.mirror_add(id_, peer_id_, start(nl::MirrorStart::full));
        undo.add("remove the mirror", [this] { kernel_.mirror_del(id_, peer_id_); });
        kernel_.mirror_set(id_, peer_id_, options_in_force(store_, config_, plan_.target.node));
    }

    void open_source()
    {
        const bool tracked = plan_.method.how == InitialCopy::used_blocks;
        if (tracked)
            kernel_.bitmap_begin(id_, peer_id_);
        if (!plan_.further_target)
            unlock_when_free(kernel_, id_);
        if (tracked)
            mark_used_blocks();
        else
            result_.blocks_to_send =
                plan_.method.how == InitialCopy::none ? 0 : result_.total_blocks;
    }

    void mark_used_blocks()
    {
        step_("asking the file system which blocks it uses");
        const auto ranges = find_used_blocks();
        std::vector<mn_range> request;
        for (const auto& range : ranges)
            request.push_back({range.start, range.length});
        kernel_.bitmap_add(id_, peer_id_, request);
        kernel_.bitmap_commit(id_, peer_id_);
        result_.blocks_to_send = count_blocks(ranges);
    }

    std::vector<ByteRange> find_used_blocks()
    {
        const std::string path = dm::front_node(config_.name);
        try {
            const auto number = block_device_at(path);
            if (!number)
                throw Error(ExitStatus::refused, "there is no " + path);
            return blocks_in_use(path, *number, plan_.source.data.signature.type, config_.size);
        } catch (const Error& error) {
            if (error.status() != ExitStatus::refused)
                throw;
            result_.method = {InitialCopy::every_block, error.what()};
            return {{0, config_.size}};
        }
    }

    nl::MirrorStart start(nl::MirrorStart otherwise) const
    {
        return plan_.method.how == InitialCopy::none ? nl::MirrorStart::in_sync : otherwise;
    }

    const ConfigStore& store_;
    const CreatePlan& plan_;
    const Step& step_;
    Peer peer_;
    nl::Kernel kernel_;
    VolumeConfig config_;
    VolumeId id_;
    NodeId peer_id_;
    CreateResult result_;
};

} // namespace

CreateResult run_create(const ConfigStore& store, const CreatePlan& plan, const Step& step)
{
    const OperationLock lock(plan.source_copy.config.name, "create");
    Creation creation(store, plan, step);
    CreateResult result;
    whole_or_not_at_all([&](Undo& undo) { result = creation.run(undo); });
    return result;
}

} // namespace mirrornet::ops
