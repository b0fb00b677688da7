// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/hooks/directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <unistd.h>

namespace mirrornet::ops {

namespace {

namespace fs = std::filesystem;

// What editors and package managers leave beside a file.
bool is_leftover(const std::string& name)
{
    constexpr std::string_view endings[] = {"~",          ".bak",    ".dpkg-old", ".dpkg-new",
                                            ".dpkg-dist", ".rpmnew", ".rpmsave"};
    return name.starts_with('.') ||
           std::ranges::any_of(endings, [&](auto each) { return name.ends_with(each); });
}

bool is_program(const fs::path& path)
{
    return !is_leftover(path.filename().string()) && !fs::is_directory(path) &&
           ::access(path.c_str(), X_OK) == 0;
}

} // namespace

std::vector<fs::path> HookDirectory::programs()
{
    std::error_code absent;
    if (!fs::is_directory(path_, absent) || !may_run(path_))
        return {};
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(path_))
        if (is_program(entry.path()) && may_run(entry.path()))
            found.push_back(entry.path());
    std::ranges::sort(found);
    return found;
}

// A refusal is said once, until it is over.
bool HookDirectory::may_run(const fs::path& path)
{
    const auto refusal = refusal_of(path, owner_);
    const std::lock_guard lock(mutex_);
    if (!refusal) {
        said_.erase(path.string());
        return true;
    }
    if (said_.insert(path.string()).second)
        log_(Severity::error, fmt::format("{} is not run as a hook, since it {}", path.string(), *refusal));
    return false;
}

} // namespace mirrornet::ops
