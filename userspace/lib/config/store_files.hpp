// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the files of the store have in common; for store*.cpp alone.
#pragma once

#include "base/error.hpp"
#include "base/file.hpp"
#include "config/key.hpp"
#include "model/names.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet::config_files {

namespace fs = std::filesystem;

// Names of the files NAME.toml in a directory, sorted. A name that ends in
// ".local" is a volume's node-local part, which is why nothing may be called so.
std::vector<std::string> names_in(const fs::path& dir);

void refuse_local_suffix(const std::string& name);

// Makes the directory too; a secret's is closed to others.
void save_text(const fs::path& path, std::string_view text, mode_t mode = 0644);

// Error(not_permitted): others can read it; Error(usage): it is no key.
std::optional<Key> load_key_file(const fs::path& path);

template <typename T>
std::optional<T> load(const fs::path& path, T (*parse)(std::string_view, const std::string&))
{
    if (const auto text = find_file(path))
        return parse(*text, path.string());
    return std::nullopt;
}

template <typename T> T require(std::optional<T> value, const std::string& what,
                                const fs::path& path)
{
    if (value)
        return std::move(*value);
    throw Error(ExitStatus::not_found, what + " (" + path.string() + " does not exist)");
}

// The first of the named that fits. One malformed file must not hide the others:
// its Error is for those who find nothing.
template <typename Find, typename Fits>
auto first_that_fits(const std::vector<std::string>& names, Find find, Fits fits)
    -> decltype(find(names[0]))
{
    std::optional<Error> trouble;
    for (const auto& name : names)
        try {
            if (auto found = find(name); found && fits(*found))
                return found;
        } catch (const Error& error) {
            trouble = error;
        }
    if (trouble)
        throw Error(*trouble);
    return std::nullopt;
}

// A file renamed by hand would give one object two names.
template <typename T> std::optional<T> named(std::optional<T> value, const std::string& name,
                                             const fs::path& path)
{
    if (value && value->name != name)
        throw Error(ExitStatus::usage, path.string() + ": name: is \"" + value->name +
                                           "\"; allowed: the name of the file, \"" + name +
                                           "\"");
    return value;
}

} // namespace mirrornet::config_files
