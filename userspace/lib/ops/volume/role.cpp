// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/role.hpp"

#include "ops/meta/store.hpp"
#include "ops/volume/devices.hpp"

namespace mirrornet::ops {

namespace {

// The status of a refusal by META_GET that is an answer: nothing there, or nothing
// that can be read.
bool is_no_metadata(const Error& error)
{
    return error.status() == ExitStatus::not_found || error.status() == ExitStatus::refused;
}

std::optional<nl::VolumeRecord> read_metadata(nl::Kernel& kernel, const std::string& device,
                                              const VolumeId& id)
{
    try {
        auto record = kernel.meta_get(device);
        return record.id == id ? std::optional(std::move(record)) : std::nullopt;
    } catch (const Error& error) {
        if (!is_no_metadata(error))
            throw;
        return std::nullopt;
    }
}

} // namespace

std::optional<nl::VolumeRecord> record_of_copy(const ConfigStore& store, nl::Kernel& kernel,
                                               const VolumeConfig& config)
{
    if (auto record = kernel.find_volume(config.id))
        return record;
    const auto local = store.find_local(config.name);
    const auto place = local ? find_metadata(*local) : std::nullopt;
    if (!place)
        return std::nullopt;
    const OpenMetaStore meta(local->meta_kind, *place);
    return read_metadata(kernel, meta.device(), config.id);
}

std::optional<Role> role_of(const std::optional<nl::VolumeRecord>& record)
{
    return record ? std::optional(record->role) : std::nullopt;
}

void require_target(std::optional<Role> role, const std::string& volume, const std::string& node)
{
    if (role == Role::target)
        return;
    if (role == Role::source)
        throw Error(ExitStatus::refused, "node " + node + " is the source of volume " + volume +
                                             "; its copy is never removed from outside");
    throw Error(ExitStatus::refused,
                "node " + node + " cannot tell that its copy of volume " + volume +
                    " is a target, so it keeps it; over there, activate it first (mirrorctl up " +
                    volume + "), or remove it there (mirrorctl delete " + volume +
                    " --local-only)");
}

void require_no_source(std::optional<Role> role, const std::string& volume, bool force)
{
    if (role == Role::target)
        return;
    if (role == Role::source)
        throw Error(ExitStatus::refused,
                    "this node is the source of volume " + volume +
                        ", which is not active; activate it first: mirrorctl up " + volume);
    if (!force)
        throw Error(ExitStatus::needs_force,
                    "volume " + volume + " is not active, and its metadata does not say which "
                    "role this node has; activate it first: mirrorctl up " + volume +
                        "; if that cannot be done any more and this copy is not needed, repeat "
                        "with --force",
                    "--force");
}

void require_source(Role role, const std::string& volume)
{
    if (role == Role::target)
        throw Error(ExitStatus::refused, "this node holds a target of volume " + volume +
                                             "; to make this node the source: mirrorctl takeover " + volume);
    if (role != Role::source)
        throw Error(ExitStatus::refused,
                    "volume " + volume + " has no role on this node: its creation did not end; "
                    "remove what is there: mirrorctl delete " + volume +
                        " and mirrorctl release " + volume);
}

} // namespace mirrornet::ops
