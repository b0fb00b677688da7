// SPDX-License-Identifier: GPL-2.0-or-later
//
// What speaks against one of the two data devices.
#include "base/text.hpp"
#include "ops/create/refusals.hpp"

#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

using Refusals = std::vector<Refusal>;

std::string where(const CopyFacts& copy)
{
    return copy.data.path + " on node " + copy.node;
}

// Of the source and the target alike.
void check_kind(const CopyFacts& copy, Refusals& refusals)
{
    const DeviceFacts& data = copy.data;
    if (data.read_only)
        refusals.push_back({ExitStatus::refused, "read-only",
                            where(copy) + " is read-only; make it writable or choose another"});
    if (data.zoned)
        refusals.push_back({ExitStatus::refused, "zoned",
                            where(copy) + " is a zoned device, which cannot be mirrored"});
    if (data.dax)
        refusals.push_back({ExitStatus::refused, "dax",
                            where(copy) + " is persistent memory with DAX, whose writes "
                                          "cannot be seen and so not be mirrored"});
    if (data.bytes == 0)
        refusals.push_back({ExitStatus::refused, "empty", where(copy) + " has no size"});
}

void check_ownership(const CopyFacts& copy, Refusals& refusals)
{
    if (!copy.data_of.empty())
        refusals.push_back({ExitStatus::in_use, "data-of-volume",
                            fmt::format("{} holds the data of volume {}; see: mirrorctl status {}",
                                        where(copy), copy.data_of, copy.data_of)});
    if (!copy.metadata_of.empty())
        refusals.push_back(
            {ExitStatus::in_use, "holds-metadata",
             fmt::format("{} holds the metadata of volume {}, which would be lost; choose "
                         "another device",
                         where(copy), copy.metadata_of)});
}

void check_unused(const CopyFacts& copy, const std::string& advice, Refusals& refusals)
{
    const DeviceFacts& data = copy.data;
    if (!data.system_use.empty())
        refusals.push_back({ExitStatus::in_use, "system-device",
                            fmt::format("{} holds {} of this machine, which cannot be put under a "
                                        "mirror while it runs from there",
                                        where(copy), data.system_use)});
    else if (!data.users.empty() && copy.data_of.empty())
        refusals.push_back({ExitStatus::in_use, "in-use",
                            where(copy) + " is in use: " + describe(data.users) + "; " + advice});
}

} // namespace

std::string umount_create_mount(const CopyFacts& source, const std::string& volume,
                                const std::string& create)
{
    std::string point;
    for (const auto& user : source.data.users)
        if (const auto at = mount_point(user); !at.empty())
            point = shell_quoted(at);
    return "    " + umount_commands(source.data.users) + "\n    " + create +
           "\n    mount /dev/mirror/" + volume + " " + point;
}

void check_source_device(const CopyFacts& source, const CreateChecks& checks,
                         Refusals& refusals)
{
    check_kind(source, refusals);
    check_ownership(source, refusals);
    std::string advice = "stop that first; the data stays where it is";
    if (!umount_commands(source.data.users).empty())
        advice = "the mirror must be put under it, so unmount it for a moment:\n" +
                 umount_create_mount(source, checks.volume, checks.command);
    check_unused(source, advice, refusals);
}

void check_target_device(const CopyFacts& source, const CopyFacts& target,
                         const CreateChecks& checks, Refusals& refusals)
{
    check_kind(target, refusals);
    check_ownership(target, refusals);
    check_unused(target, "stop that first, or choose another target: all of it is overwritten",
                 refusals);
    const Signature& there = target.data.signature;
    const Signature& here = source.data.signature;
    if (checks.trusted && !checks.force && there.describe() != here.describe())
        refusals.push_back(
            {ExitStatus::needs_force, "target-differs",
             fmt::format("--no-initial-sync says that both devices hold the same, but {} holds {}, "
                         "and {} holds {}; leave the option away, or repeat with --force",
                         where(source), here.any() ? here.describe() : "nothing that is known",
                         where(target), there.any() ? there.describe() : "nothing that is known")});
    if (checks.trusted)
        return;
    const bool own = !there.uuid.empty() && there.uuid == here.uuid && there.type == here.type;
    if (there.any() && !own && !checks.force)
        refusals.push_back(
            {ExitStatus::needs_force, "target-has-data",
             fmt::format("the target {} holds {}; all of it would be overwritten: choose another "
                         "target, or repeat with --force if it is not needed any more",
                         where(target), there.describe())});
}

} // namespace mirrornet::ops
