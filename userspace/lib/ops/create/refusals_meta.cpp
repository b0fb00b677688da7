// SPDX-License-Identifier: GPL-2.0-or-later
//
// What speaks against the place of the metadata of one copy.
#include "ops/create/refusals.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

using Refusals = std::vector<Refusal>;

constexpr const char* option_hint = "choose another place with --meta (source) or --peer-meta "
                                    "(target)";

std::string where(const CopyFacts& copy)
{
    return copy.meta->choice.path + " on node " + copy.node;
}

void check_apart_from_data(const CopyFacts& copy, Refusals& refusals)
{
    const auto& under = copy.meta->under;
    const bool rests_on_data =
        std::ranges::find(under, copy.data.number) != under.end();
    const bool data_rests_on_it =
        copy.meta->device &&
        std::ranges::find(copy.data.under, copy.meta->device->number) != copy.data.under.end();
    if (rests_on_data || data_rests_on_it)
        refusals.push_back(
            {ExitStatus::refused, "metadata-on-data",
             fmt::format("the metadata would lie on {}, which is the data device itself or on it; "
                         "metadata must lie outside the data: {}",
                         where(copy), option_hint)});
}

void check_size(const CopyFacts& copy, Refusals& refusals)
{
    const MetaFacts& meta = *copy.meta;
    if (meta.choice.make == MetaMake::make_file && meta.nearly_full)
        refusals.push_back(
            {ExitStatus::refused, "file-system-full",
             fmt::format("the file system {} on node {} would be nearly full with {} bytes of "
                         "metadata in {}; free some space, or {}",
                         meta.file_system, copy.node, meta.bytes_needed, meta.choice.path,
                         option_hint)});
    if (meta.choice.make == MetaMake::use_device && meta.bytes_there < meta.bytes_needed)
        refusals.push_back(
            {ExitStatus::refused, "metadata-too-small",
             fmt::format("the metadata device {} is too small: a volume of {} bytes needs {} "
                         "bytes of metadata, it has {}; {}",
                         where(copy), copy.data.bytes, meta.bytes_needed, meta.bytes_there,
                         option_hint)});
}

void check_meta_device(const CopyFacts& copy, const CreateChecks& checks, Refusals& refusals)
{
    const DeviceFacts& device = *copy.meta->device;
    if (!device.system_use.empty())
        refusals.push_back({ExitStatus::in_use, "metadata-system-device",
                            fmt::format("the metadata device {} holds {}; {}", where(copy),
                                        device.system_use, option_hint)});
    else if (!device.users.empty())
        refusals.push_back({ExitStatus::in_use, "metadata-in-use",
                            fmt::format("the metadata device {} is in use: {}; {}", where(copy),
                                        describe(device.users), option_hint)});
    else if (!copy.meta->owner.empty())
        refusals.push_back({ExitStatus::in_use, "metadata-of-volume",
                            fmt::format("the metadata device {} belongs to volume {}; {}",
                                        where(copy), copy.meta->owner, option_hint)});
    if (device.read_only)
        refusals.push_back({ExitStatus::refused, "metadata-read-only",
                            "the metadata device " + where(copy) + " is read-only"});
    if (!copy.meta->holds_volume.empty() && !checks.force)
        refusals.push_back(
            {ExitStatus::needs_force, "metadata-there",
             fmt::format("the metadata device {} holds the metadata of volume {}; if that volume "
                         "is gone for good, repeat with --force",
                         where(copy), copy.meta->holds_volume)});
    else if (device.signature.any() && !checks.force)
        refusals.push_back(
            {ExitStatus::needs_force, "metadata-device-has-data",
             fmt::format("the metadata device {} holds {}, which would be overwritten; {}, or "
                         "repeat with --force if it is not needed any more",
                         where(copy), device.signature.describe(), option_hint)});
}

void check_meta_file(const CopyFacts& copy, Refusals& refusals)
{
    if (copy.meta->exists)
        refusals.push_back({ExitStatus::exists, "metadata-file-exists",
                            "there is a file " + where(copy) +
                                " already; remove it if it is left over, or " + option_hint});
    if (!copy.meta->direct_io)
        refusals.push_back(
            {ExitStatus::refused, "no-direct-io",
             fmt::format("metadata cannot lie in {}: the file system {} does no direct I/O, so "
                         "that metadata could be lost in a power cut; {}",
                         where(copy), copy.meta->file_system, option_hint)});
}

} // namespace

void check_metadata(const CopyFacts& copy, const CreateChecks& checks, Refusals& refusals)
{
    if (!copy.meta)
        return;
    check_apart_from_data(copy, refusals);
    check_size(copy, refusals);
    if (copy.meta->device)
        check_meta_device(copy, checks, refusals);
    if (copy.meta->choice.make == MetaMake::make_file)
        check_meta_file(copy, refusals);
}

} // namespace mirrornet::ops
