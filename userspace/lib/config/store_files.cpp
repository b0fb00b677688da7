// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/store_files.hpp"

#include <algorithm>

namespace mirrornet::config_files {

namespace {

constexpr std::string_view toml_suffix = ".toml";
constexpr std::string_view local_suffix = ".local";

} // namespace

std::vector<std::string> names_in(const fs::path& dir)
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(dir, error)) {
        const auto file = entry.path().filename().string();
        const auto stem = entry.path().stem().string();
        if (file.ends_with(toml_suffix) && is_name(stem) && !stem.ends_with(local_suffix))
            names.push_back(stem);
    }
    if (error && error != std::errc::no_such_file_or_directory)
        throw_errno("cannot read directory " + dir.string(), error.value());
    std::sort(names.begin(), names.end());
    return names;
}

std::optional<Key> load_key_file(const fs::path& path)
{
    const auto text = find_file(path, 1024);
    if (!text)
        return std::nullopt;
    if (file_mode(path) & 0077)
        throw Error(ExitStatus::not_permitted,
                    path.string() + " can be read by others than its owner, so the key "
                                    "counts as known; chmod 0600 alone does not make it secret again, a new one is needed");
    try {
        return Key::parse(*text);
    } catch (const Error& error) {
        throw Error(ExitStatus::usage, path.string() + ": " + error.what());
    }
}

void save_text(const fs::path& path, std::string_view text, mode_t mode)
{
    make_directory(path.parent_path(), mode == 0600 ? 0700 : 0755);
    write_file_atomic(path, text, mode);
}

void refuse_local_suffix(const std::string& name)
{
    if (name.ends_with(local_suffix))
        throw Error(ExitStatus::usage,
                    "\"" + name + "\" cannot be a name here: it ends in \".local\"");
}

} // namespace mirrornet::config_files
