// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where the metadata of a volume's copy shall lie: what --meta says.
#pragma once

#include "model/records.hpp"
#include "ops/device/facts.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace mirrornet::ops {

enum class MetaMake { use_device, make_file, make_lv };

struct MetaChoice {
    MetaMake make = MetaMake::use_device;
    std::string path;         // of the device or the file
    std::string volume_group; // of make_lv
    std::string reason;       // of a choice by "auto", for people

    MetaKind kind() const
    {
        return make == MetaMake::make_file ? MetaKind::file : MetaKind::device;
    }
};

// PATH of a device | file:PATH | file | auto. `auto` is an LV beside a data device
// that is one and has room in its group (`free_bytes` of it), else a file.
// Error(usage) if malformed.
MetaChoice choose_meta(std::string_view wish, const std::string& volume,
                       const DeviceFacts& data, std::uint64_t bytes,
                       std::optional<std::uint64_t> free_bytes);

// Of the volume group; nothing if LVM cannot be asked.
std::optional<std::uint64_t> free_in_group(const std::string& group);

std::string group_of(const std::string& logical_volume); // "vg0" of "vg0/home"

} // namespace mirrornet::ops
