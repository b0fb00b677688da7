// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace mirrornet {

constexpr std::size_t default_file_limit = 1 << 20; // bytes

// The whole file; nothing if it is not there; Error if it is longer than
// `limit`, is no regular file or cannot be read.
std::optional<std::string> find_file(const std::filesystem::path& path,
                                     std::size_t limit = default_file_limit);

// As find_file(), but a missing file is Error(not_found).
std::string read_file(const std::filesystem::path& path,
                      std::size_t limit = default_file_limit);

// After return the new content is durable under `path`; after an error or a
// crash `path` has its old content. Readers never see half of it. What is there
// already is not written again: that can be put back needs no room.
void write_file_atomic(const std::filesystem::path& path, std::string_view content,
                       mode_t mode = 0644);

// Error for the errno of a file that cannot be made or written; where a full or read-only file
// system is why, it says what to do.
[[noreturn]] void throw_write_errno(const std::string& what);

// Removes durably; false if there was nothing.
bool remove_file(const std::filesystem::path& path);

// Makes the directory and its parents where missing.
void make_directory(const std::filesystem::path& path, mode_t mode = 0755);

// Permission bits of the file.
mode_t file_mode(const std::filesystem::path& path);

} // namespace mirrornet
