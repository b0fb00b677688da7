// SPDX-License-Identifier: GPL-2.0-or-later
//
// States of volumes and mirrors with the words and codes that users see. The
// codes are part of the interface (kernel, JSON, sysfs) and never change.
#pragma once

#include "base/words.hpp"

#include <string>
#include <string_view>

namespace mirrornet {

enum class Role : int { none = 0, source = 1, target = 2 };

// What a copy is worth.
enum class DataState : int { unknown = 0, current = 1, outdated = 2, inconsistent = 3 };

enum class MirrorState : int {
    invalid = -1,
    none = 0,
    mirroring = 1,
    resync = 2,
    broken = 3,
    paused = 4,
    resync_pending = 5,
};

// Why a mirror is not in `mirroring`. `none` while there is nothing to explain.
enum class Reason : int {
    none = 0,
    user,
    shutdown,
    link_lost,
    peer_silent,
    peer_busy,
    target_error,
    source_error,
    metadata_error,
    queue_limit,
    resync_passes,
    no_memory,
    size_mismatch,
    sector_mismatch,
    target_unlocked,
    rolled_back,
    other_source,
    split_brain,
    not_trusted,
    version,
    config_missing,
    device_removed,
    fenced,
    operation,
    maintenance,
};

// Level of a volume; a greater value is worse.
enum class Level : int { ok, maintenance, resyncing, degraded, unknown, split_brain };

// What a trusted node may ask of this one; bits of Permissions.
enum class Permission : unsigned { status = 1, replicate = 2, operate = 4 };

struct Permissions {
    unsigned bits = 0;
    bool allows(Permission what) const { return (bits & static_cast<unsigned>(what)) != 0; }
    void add(Permission what) { bits |= static_cast<unsigned>(what); }
    Permissions with(Permission what) const { return {bits | static_cast<unsigned>(what)}; }
    bool operator==(const Permissions&) const = default;
};

// "status,replicate": Error(usage) names the word that is none.
Permissions parse_permissions(std::string_view list);
std::string to_string(Permissions permissions);

template <> struct Words<Role> {
    static constexpr std::string_view kind = "role";
    static constexpr Word<Role> table[] = {
        {Role::none, "none"}, {Role::source, "source"}, {Role::target, "target"}};
};

template <> struct Words<DataState> {
    static constexpr std::string_view kind = "data state";
    static constexpr Word<DataState> table[] = {{DataState::unknown, "unknown"},
                                                {DataState::current, "current"},
                                                {DataState::outdated, "outdated"},
                                                {DataState::inconsistent, "inconsistent"}};
};

template <> struct Words<MirrorState> {
    static constexpr std::string_view kind = "mirror state";
    static constexpr Word<MirrorState> table[] = {
        {MirrorState::invalid, "invalid"}, {MirrorState::none, "none"},
        {MirrorState::mirroring, "mirroring"}, {MirrorState::resync, "resync"},
        {MirrorState::broken, "broken"}, {MirrorState::paused, "paused"},
        {MirrorState::resync_pending, "resync-pending"}};
};

template <> struct Words<Reason> {
    static constexpr std::string_view kind = "reason";
    static constexpr Word<Reason> table[] = {
        {Reason::none, "none"},
        {Reason::user, "user"},
        {Reason::shutdown, "shutdown"},
        {Reason::link_lost, "link-lost"},
        {Reason::peer_silent, "peer-silent"},
        {Reason::peer_busy, "peer-busy"},
        {Reason::target_error, "target-error"},
        {Reason::source_error, "source-error"},
        {Reason::metadata_error, "metadata-error"},
        {Reason::queue_limit, "queue-limit"},
        {Reason::resync_passes, "resync-passes"},
        {Reason::no_memory, "no-memory"},
        {Reason::size_mismatch, "size-mismatch"},
        {Reason::sector_mismatch, "sector-mismatch"},
        {Reason::target_unlocked, "target-unlocked"},
        {Reason::rolled_back, "rolled-back"},
        {Reason::other_source, "other-source"},
        {Reason::split_brain, "split-brain"},
        {Reason::not_trusted, "not-trusted"},
        {Reason::version, "version"},
        {Reason::config_missing, "config-missing"},
        {Reason::device_removed, "device-removed"},
        {Reason::fenced, "fenced"},
        {Reason::operation, "operation"},
        {Reason::maintenance, "maintenance"},
    };
};

template <> struct Words<Level> {
    static constexpr std::string_view kind = "level";
    static constexpr Word<Level> table[] = {
        {Level::ok, "ok"},           {Level::maintenance, "maintenance"},
        {Level::resyncing, "resyncing"}, {Level::degraded, "degraded"},
        {Level::unknown, "unknown"}, {Level::split_brain, "split-brain"}};
};

template <> struct Words<Permission> {
    static constexpr std::string_view kind = "permission";
    static constexpr Word<Permission> table[] = {{Permission::status, "status"},
                                                 {Permission::replicate, "replicate"},
                                                 {Permission::operate, "operate"}};
};

} // namespace mirrornet
