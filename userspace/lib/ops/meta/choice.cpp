// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/meta/choice.hpp"

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace mirrornet::ops {

namespace {

constexpr std::string_view file_directory = "/var/lib/mirror-net/";

MetaChoice file_choice(const std::string& path, const std::string& volume, std::string reason)
{
    MetaChoice choice;
    choice.make = MetaMake::make_file;
    choice.path = path.empty() ? std::string(file_directory) + volume + ".meta" : path;
    choice.reason = std::move(reason);
    return choice;
}

MetaChoice lv_choice(const std::string& volume, const std::string& group)
{
    MetaChoice choice;
    choice.make = MetaMake::make_lv;
    choice.volume_group = group;
    choice.path = "/dev/" + group + "/" + volume + ".mirror-meta";
    choice.reason = "a logical volume beside the data";
    return choice;
}

MetaChoice automatic(const std::string& volume, const DeviceFacts& data, std::uint64_t bytes,
                     std::optional<std::uint64_t> free_bytes)
{
    if (data.logical_volume.empty())
        return file_choice("", volume, "a file, since " + data.path +
                                           " is no logical volume beside which one could be made");
    const std::string group = group_of(data.logical_volume);
    // What is free is a whole number of extents, so that rounding up to one fits too.
    if (!free_bytes || *free_bytes < bytes)
        return file_choice("", volume, "a file, since volume group " + group + " has no room");
    return lv_choice(volume, group);
}

} // namespace

std::string group_of(const std::string& logical_volume)
{
    return logical_volume.substr(0, logical_volume.find('/'));
}

MetaChoice choose_meta(std::string_view wish, const std::string& volume,
                       const DeviceFacts& data, std::uint64_t bytes,
                       std::optional<std::uint64_t> free_bytes)
{
    if (wish == "auto" || wish.empty())
        return automatic(volume, data, bytes, free_bytes);
    if (wish == "file")
        return file_choice("", volume, "");
    const bool file = wish.starts_with("file:");
    const std::string path(file ? wish.substr(5) : wish);
    if (!path.starts_with('/'))
        throw Error(ExitStatus::usage,
                    "\"" + printable(wish) + "\" does not say where the metadata shall lie; "
                    "allowed: the absolute path of a device, file:/PATH, file, or auto");
    if (file)
        return file_choice(path, volume, "");
    MetaChoice choice;
    choice.path = path;
    return choice;
}

std::optional<std::uint64_t> free_in_group(const std::string& group)
{
    try {
        const auto asked = run_process({"vgs", "--noheadings", "--nosuffix", "--units", "b",
                                        "-o", "vg_free", group});
        const auto bytes = to_number(trim(asked.out));
        if (asked.ok() && bytes && *bytes >= 0)
            return static_cast<std::uint64_t>(*bytes);
    } catch (const Error& error) {
        if (error.status() != ExitStatus::not_found) // no LVM tools here
            throw;
    }
    return std::nullopt;
}

} // namespace mirrornet::ops
