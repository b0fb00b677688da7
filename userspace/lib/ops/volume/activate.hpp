// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `up` and `down`: activation from the configuration, orderly stop.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace mirrornet::ops {

struct UpOptions {
    // Open although a peer was not heard; Error(refused) unless this node is the source.
    bool as_source = false;
    // How long to wait for a missing device; the volume's metadata-wait otherwise.
    std::optional<std::chrono::seconds> wait;
};

struct UpResult {
    bool was_up = false;
    bool barred = false; // it is the source, and may not be: locked
    nl::VolumeRecord volume;
};

// Activates the volume on this node: a target stays locked, a former source opens when its peers
// have answered (the kernel sees to that), unless allowed-roles bars it: then it is locked as by a person. Already active: done.
UpResult up(const ConfigStore& store, const std::string& volume, const UpOptions& options);

struct DownOptions {
    // How long to wait for what the target has not applied; the node's
    // shutdown-drain otherwise. What is left then goes to the bitmap.
    std::optional<std::chrono::seconds> drain;
};

struct DownResult {
    bool was_down = false;
    std::uint64_t not_drained = 0; // writes
};

// Error(in_use) while somebody has the volume open.
DownResult down(const ConfigStore& store, const std::string& volume,
                const DownOptions& options);

} // namespace mirrornet::ops
