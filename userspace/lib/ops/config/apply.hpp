// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `config apply`: what was edited in the files of this node takes effect, in the kernel and on all nodes
// that share it, whole or not at all (docs/config.md).
#pragma once

#include "ops/config/diff.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

// One volume as it shall be everywhere.
struct VolumeEdit {
    VolumeConfig after;
    std::map<std::string, VolumeConfig> before; // on the other nodes
    bool is_done() const; // they have it
};

// The same of a job; before.version 0: no other node has it.
struct JobEdit {
    JobConfig before, after;
    bool done = false;
};

struct ApplyPlan {
    std::vector<VolumeEdit> volumes;
    std::vector<JobEdit> jobs;
    std::vector<ConfigDifference> in_kernel;    // options that run otherwise here
    std::vector<ConfigDifference> changes;      // all, for people: from `there` to `here`
    std::vector<ConfigDifference> left;         // no matter of this verb: what is not active, for one
    bool is_empty() const { return changes.empty(); }
};

struct ApplyOptions {
    bool force = false; // also over a newer version on another node
};

// The jobs of another node that have no file here.
std::vector<ConfigDifference> jobs_only_there(const ConfigStore& store, const SharedConfig& there, const std::string& node);

// Changes nothing. Asks every node of every volume; Error(unreachable): one does not answer; refused: the files
// are not right (config check), or something differs that a verb of its own has to change; needs_force: another
// node has a newer version.
ApplyPlan plan_apply(const ConfigStore& store, const ApplyOptions& options);

// Whole or not at all.
void carry_out(const ConfigStore& store, const ApplyPlan& plan);

// Pure. What becomes of the file here, given what the other nodes have.
VolumeEdit edit_of(const VolumeConfig& mine, const std::map<std::string, VolumeConfig>& theirs, bool force);
JobEdit edit_of(const JobConfig& mine, const std::map<std::string, JobConfig>& theirs, bool force);

} // namespace mirrornet::ops
