// SPDX-License-Identifier: GPL-2.0-or-later
//
// The copy of a volume on this node: built and dismantled.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"
#include "ops/meta/choice.hpp"
#include "ops/undo.hpp"

#include <string>

namespace mirrornet::ops {

// Everything that the node needs to know to build its copy.
struct CopySpec {
    VolumeConfig config;
    VolumeLocal local;
    MetaChoice meta;
    std::uint64_t meta_bytes = 0;
    bool force = false;        // over old metadata
    bool clear_target = false; // wipe old signatures and discard the content first
};

// Makes the metadata, writes the configuration, activates the volume: locked,
// role none, without mirrors. Each step is added to `undo`.
void build_copy(const ConfigStore& store, nl::Kernel& kernel, const CopySpec& spec, Undo& undo);

// The opposite: the front goes, the metadata is erased and what was made for it
// removed, the configuration goes. The data stays. Error(in_use) while somebody
// has the volume open; then nothing was changed. Can be repeated.
void dismantle_copy(const ConfigStore& store, nl::Kernel& kernel, const std::string& volume);

// Options of the mirror between two nodes of the volume, defaults where none are set.
OptionSet options_between(const VolumeConfig& config, const std::string& a,
                          const std::string& b);

// Error(in_use) that names who has the volume open.
[[noreturn]] void throw_open(const std::string& volume, const std::string& verb);

} // namespace mirrornet::ops
