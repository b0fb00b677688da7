// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a copy has that the one which it follows from now on may lack, kept before it is
// overwritten (docs/split-brain.md). A directory each:
//   blocks      an image of the volume, sparse: these blocks where they were, holes elsewhere
//   saved.json  of what and when it is, and which ranges of the image were saved
#pragma once

#include "base/deadline.hpp"
#include "config/store.hpp"
#include "nl/kernel.hpp"
#include "ops/volume/subjects.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace mirrornet::ops {

inline constexpr const char* saved_directory = "/var/lib/mirror-net/saved";

struct SavedWrites {
    std::string directory; // empty: there was nothing to save
    std::uint64_t bytes = 0;
};

// Of the copy on this node, which is locked and has no link with mirror.node. Durable when it
// returns; nothing is left behind where it throws: Error(refused) where the bitmap proves nothing,
// or `under` has too little room, Error(internal) for a block that cannot be read,
// Error(timed_out) when the deadline has passed or is cancelled.
SavedWrites save_writes(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror,
                        const Deadline& deadline, const std::filesystem::path& under = saved_directory);

// The files: `ranges` of the device or file `from`, past the page cache, and `about` with them in it.
SavedWrites save_ranges(const std::string& from, std::uint64_t volume_bytes, std::span<const mn_range> ranges,
                        nlohmann::json about, const std::filesystem::path& directory, const Deadline& deadline);

} // namespace mirrornet::ops
