// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/records.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace mirrornet::ops {

struct VolumeDevices {
    std::string data; // device
    std::string meta; // device, or the file that holds the metadata
};

// Where the metadata lies now; nothing if its device or file is not there.
std::optional<std::string> find_metadata(const VolumeLocal& local);

// The devices of this node's copy, found by their identity where the paths of the
// configuration changed hands (another order of probing). Waits for missing ones;
// Error(not_found) then names the path.
VolumeDevices wait_for_devices(const std::string& volume, const VolumeLocal& local,
                               std::chrono::seconds wait);

} // namespace mirrornet::ops
