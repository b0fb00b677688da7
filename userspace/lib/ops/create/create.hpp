// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `create`, in two parts: plan_create() finds out and checks everything
// on both nodes and changes nothing; run_create() does it, whole or not at all.
#pragma once

#include "config/store.hpp"
#include "ops/create/copy.hpp"
#include "ops/create/initial_copy.hpp"
#include "ops/create/refusals.hpp"
#include "ops/volume/copy_steps.hpp"

#include <functional>
#include <string>

namespace mirrornet::ops {

struct CreateOptions {
    std::string volume;
    std::string source_device; // on this node
    std::string node;          // of the target
    std::string target_device;
    std::string meta = "auto", peer_meta = "auto"; // see choose_meta()
    CopyWishes copy;
    bool force = false;
    OptionSet mirror_options{scope_mirror}; // win over the defaults of this node
    OptionSet volume_options{scope_volume};
    std::string command; // as it was typed, for messages that say what to repeat
};

struct CreatePlan {
    CopyFacts source, target;
    CopyMethod method;
    CopySpec source_copy, target_copy;
    std::vector<Option> from_defaults; // set because they are the defaults of this node
    bool further_target = false; // the source is a volume already
    bool created = false;        // this very mirror is there: nothing to do
};

// All reasons at once; the status is that of the first.
class CreateRefused : public Error {
public:
    explicit CreateRefused(std::vector<Refusal> refusals);
    const std::vector<Refusal>& refusals() const { return refusals_; }

private:
    std::vector<Refusal> refusals_;
};

CreatePlan plan_create(const ConfigStore& store, const CreateOptions& wished);

struct CreateResult {
    VolumeId volume;
    NodeId peer;
    CopyMethod method; // may have become every_block since the plan; the reason says why
    std::uint64_t blocks_to_send = 0, total_blocks = 0;
};

// `step` is told what is being done, for people.
CreateResult run_create(const ConfigStore& store, const CreatePlan& plan,
                        const std::function<void(const std::string&)>& step);

} // namespace mirrornet::ops
