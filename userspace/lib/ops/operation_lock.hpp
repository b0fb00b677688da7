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

private:
    UniqueFd fd_;
};

} // namespace mirrornet::ops
