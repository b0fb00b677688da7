// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `job`: which volumes belong together (docs/jobs.md).
#pragma once

#include "config/store.hpp"

#include <functional>
#include <string>
#include <vector>

namespace mirrornet::ops {

struct JobResult {
    bool changed = false; // false: it was so already
    JobConfig job;
};

// Error(exists) if there is one of that name.
JobResult job_create(const ConfigStore& store, const std::string& name, const std::string& description,
                     const std::vector<std::string>& volumes);
// In the order of opening: behind those that are in it. Error(refused): a volume is in another job, or its
// copies are on other nodes than those of the rest.
JobResult job_add(const ConfigStore& store, const std::string& name, const std::vector<std::string>& volumes);
JobResult job_remove(const ConfigStore& store, const std::string& name, const std::vector<std::string>& volumes);
JobResult job_describe(const ConfigStore& store, const std::string& name, const std::string& description);
JobResult job_rename(const ConfigStore& store, const std::string& name, const std::string& new_name);
// Any other change, in the same way; `verb` is for whoever finds the job locked.
JobResult job_edit(const ConfigStore& store, const std::string& name, const std::string& verb,
                   const std::function<void(JobConfig&)>& edit);
// The volumes and their mirrors stay.
JobResult job_delete(const ConfigStore& store, const std::string& name);

// A job as another node has it now; what it missed is made up for. Error(refused) where this node has a newer
// version, lacks a volume, or has one in another job.
struct JobChange {
    JobConfig job;
    std::uint64_t from = 0; // the version before; 0: there was none
    bool gone = false;      // it is deleted, or none of its volumes is on this node any more
};
void take_over_job(const ConfigStore& store, const JobChange& change, const std::string& caller);

// The job on every node that has, or had, copies of its volumes, in the place of `before` (version 0: there was
// none); whole or not at all.
void change_job_everywhere(const ConfigStore& store, const JobConfig& before, const JobConfig& after);

// Pure. Error(refused) where the volumes are not on the same nodes.
void require_same_nodes(const std::vector<VolumeConfig>& volumes);

} // namespace mirrornet::ops
