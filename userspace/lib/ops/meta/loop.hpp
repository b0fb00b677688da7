// SPDX-License-Identifier: GPL-2.0-or-later
//
// Metadata in a file: a loop device with direct I/O, so that what the kernel
// module wrote is on the disk when it says so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace mirrornet::ops {

// The loop device over the file, an existing one or a new one. Error(refused) if
// the file's file system cannot do direct I/O.
std::string attach_loop(const std::string& file, std::uint32_t sector_size);
std::optional<std::string> find_loop(const std::string& file);
void detach_loop(const std::string& device);

} // namespace mirrornet::ops
