// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <string>

namespace mirrornet::ops {

// Mounts the file system read-write where no other process sees it (a mount
// namespace of its own: no automounter, no indexer, no /proc/mounts line), calls
// `work` with its open root directory and unmounts it again. A journal is
// replayed as by any mount. Error(refused) if it cannot be mounted; what `work`
// throws comes out here.
void with_private_mount(const std::string& device, const std::string& type,
                        const std::function<void(int root)>& work);

} // namespace mirrornet::ops
