// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/meta/facts.hpp"

#include "base/fd.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/statvfs.h>
#include <unistd.h>

namespace mirrornet::ops {

namespace fs = std::filesystem;

namespace {

// Whose metadata it is; a damaged one, or one of a newer version, counts too.
std::string volume_of_metadata(nl::Kernel& kernel, const std::string& path)
{
    try {
        return kernel.meta_get(path).name;
    } catch (const Error& error) {
        switch (error.status()) {
        case ExitStatus::not_found: // no metadata here
        case ExitStatus::in_use:    // whoever uses it is named among the users
            return {};
        case ExitStatus::refused:
            return "(unreadable)";
        default:
            throw;
        }
    }
}

void examine_meta_device(nl::Kernel& kernel, MetaFacts& facts)
{
    facts.device = examine_device(facts.choice.path);
    facts.bytes_there = facts.device->bytes;
    facts.under = facts.device->under;
    if (facts.device->users.empty())
        facts.holds_volume = volume_of_metadata(kernel, facts.choice.path);
}

fs::path first_that_exists(fs::path path)
{
    std::error_code ignored;
    while (!fs::exists(path, ignored) && path.has_relative_path())
        path = path.parent_path();
    return path;
}

// Tried with a file that goes at once: some file systems let a file be opened for
// direct I/O and then do none (overlays of tmpfs).
bool does_direct_io(const fs::path& directory)
{
    constexpr std::size_t block = 4096;
    std::string name = (directory / ".mirror-net.XXXXXX").string();
    const UniqueFd fd(::mkostemp(name.data(), O_DIRECT | O_CLOEXEC));
    if (!fd) // where a plain file cannot be made either, making the real one says why
        return errno != EINVAL;
    ::unlink(name.c_str());
    alignas(block) static const char zeroes[block] = {};
    return ::pwrite(fd.get(), zeroes, block, 0) == static_cast<ssize_t>(block);
}

void examine_meta_file(MetaFacts& facts)
{
    std::error_code ignored;
    facts.exists = fs::exists(facts.choice.path, ignored);
    const fs::path directory = first_that_exists(fs::path(facts.choice.path).parent_path());
    struct statvfs space {};
    if (::statvfs(directory.c_str(), &space) != 0)
        throw_errno(directory.string());
    const std::uint64_t total = space.f_blocks * space.f_frsize;
    facts.bytes_there = space.f_bavail * space.f_frsize;
    facts.nearly_full = facts.bytes_there < facts.bytes_needed + total / 10;
    facts.direct_io = does_direct_io(directory);
    const Mount mount = mount_of(directory);
    facts.file_system = mount.point;
    if (const auto device = backing_device(mount))
        for (DeviceNumber each : Sysfs().everything_under(*device))
            facts.under.push_back(each.to_string());
}

} // namespace

MetaFacts examine_meta(nl::Kernel& kernel, const MetaChoice& choice, std::uint64_t bytes_needed,
                       std::optional<std::uint64_t> free_in_group)
{
    MetaFacts facts;
    facts.choice = choice;
    facts.bytes_needed = bytes_needed;
    switch (choice.make) {
    case MetaMake::use_device:
        examine_meta_device(kernel, facts);
        break;
    case MetaMake::make_file:
        examine_meta_file(facts);
        break;
    case MetaMake::make_lv: // choose_meta() has seen that there is room
        facts.bytes_there = free_in_group.value_or(0);
        break;
    }
    return facts;
}

} // namespace mirrornet::ops
