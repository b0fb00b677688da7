// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/fd.hpp"

#include <filesystem>
#include <string>

namespace mirrornet::ops {

// One operation at a time per volume and node, held while the object lives. A
// second one is Error(in_use): told which runs, by whom and since when. Ends with
// its process, however that ends.
class OperationLock {
public:
    OperationLock(const std::string& volume, const std::string& verb,
                  const std::filesystem::path& directory = "/run/mirror-net");

    // The same for what belongs to this node alone: its options, the nodes it knows.
    static OperationLock of_node(const std::string& verb,
                                 const std::filesystem::path& directory = "/run/mirror-net");

    // The same for the configuration of a job.
    static OperationLock of_job(const std::string& job, const std::string& verb,
                                const std::filesystem::path& directory = "/run/mirror-net");

private:
    // `what` is for the message, "volume home" for one; `file` lies in `directory`.
    OperationLock(const std::string& what, const std::string& file, const std::string& verb,
                  const std::filesystem::path& directory);
    UniqueFd fd_;
};

} // namespace mirrornet::ops
