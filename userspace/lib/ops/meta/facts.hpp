// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "nl/kernel.hpp"
#include "ops/meta/choice.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mirrornet::ops {

// What a check asks about the place for the metadata of one copy.
struct MetaFacts {
    MetaChoice choice;
    std::uint64_t bytes_needed = 0;
    std::uint64_t bytes_there = 0;       // size of the device; free space for a file or LV
    bool exists = false;                 // the file to be made is there already
    bool nearly_full = false;            // the file's file system would be
    bool direct_io = true;               // of the file's file system
    std::optional<DeviceFacts> device;   // of a device
    std::string holds_volume;            // the metadata of this one lies there already
    std::string owner;                   // the configured volume that the device belongs to
    std::string file_system;             // that holds the file: where it is mounted
    std::vector<std::string> under;      // numbers of all devices that it rests on
};

MetaFacts examine_meta(nl::Kernel& kernel, const MetaChoice& choice, std::uint64_t bytes_needed,
                       std::optional<std::uint64_t> free_in_group);

} // namespace mirrornet::ops
