// SPDX-License-Identifier: GPL-2.0-or-later
//
// The state of this node's volumes: configuration and kernel side by side. Asked
// anew every time, never cached.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"
#include "ops/volume/allowed.hpp"
#include "ops/volume/maintenance.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mirrornet::ops {

// Would a partial resync do; as far as this node knows, for the other one may have been
// written, or have lost its metadata, while nobody looked.
enum class Partial { unknown, yes, no };

struct MirrorStatus {
    std::string node; // the other one; its id where the configuration has no name
    nl::MirrorRecord record;
    Level level = Level::unknown;
    std::string advice; // what to do, if anything; one sentence
    bool disconnected = false; // a target that is cut off from its source
    Partial partial = Partial::unknown;
    std::string full_because; // of Partial::no; completes "will be full because"

    // Of a resync under way.
    std::uint64_t blocks_left() const { return record.dirty_blocks; }
    std::optional<double> percent() const;
    std::optional<std::uint64_t> bytes_per_second() const;
    std::optional<std::uint64_t> seconds_left() const;
};

struct VolumeStatus {
    std::string name;
    VolumeId id;
    bool configured = false;
    std::uint64_t bytes = 0;
    std::string data_device, meta_path; // as configured
    std::optional<nl::VolumeRecord> record; // nothing: not active
    std::vector<MirrorStatus> mirrors;
    Level level = Level::unknown;
    std::string advice;
    std::string error; // why its configuration cannot be read; empty: it can
    AllowedRoles allowed; // of this node
    std::optional<InMaintenance> maintenance = std::nullopt; // that is on now
    std::string manager; // who decides about its roles; empty: people
};

struct StatusReport {
    std::string node;
    std::vector<VolumeStatus> volumes;
    std::vector<std::string> errors; // what cannot be read besides
    std::optional<InMaintenance> maintenance = std::nullopt; // of the node
    bool daemon = true; // mirror-netd runs here
    Level level() const; // the worst
    ExitStatus unreadable() const; // `unknown` where something cannot be read, else `done`
};

// All volumes, or those named as VOLUME or VOLUME@NODE (of the volume that mirror
// alone); Error(not_found) for a name that is none. A file that cannot be read hides
// nothing but what is in it.
StatusReport status(const ConfigStore& store, const std::vector<std::string>& names = {});

// Pure: what the records mean.
Level level_of(const nl::MirrorRecord& mirror);
Level level_of(const VolumeStatus& volume);
// role: of this node; locked: nobody can write to the volume here.
std::string advice_for(const nl::MirrorRecord& mirror, Role role, const std::string& volume,
                       const std::string& node, bool locked = false);
std::string advice_for(const VolumeStatus& volume);
// Of a source that came up, locked as wait-peer.
std::string advice_for_boot(const VolumeStatus& volume);
std::string advice_for_saving(const VolumeStatus& volume); // empty: nothing is to be saved first
ExitStatus exit_status_of(Level level);
// Why the next resync of the mirror has to be full, as far as this node knows; completes
// "will be full because"; empty: a partial one will do.
std::string full_because(const nl::MirrorRecord& mirror, const nl::VolumeRecord& volume);
// Cut off because the mirror is paused on the other node, as that one said when it ended the link: no link comes before a
// person continues it.
bool is_paused_there(const nl::MirrorRecord& mirror);
// A target without its source, so that nobody here knows what was written since.
bool is_disconnected(const nl::MirrorRecord& mirror, Role role);
// Fills in what follows from the record and the volume (of which nothing is known where
// it is not active).
void judge(MirrorStatus& mirror, const std::string& volume,
           const std::optional<nl::VolumeRecord>& record);

} // namespace mirrornet::ops

namespace mirrornet {

template <> struct Words<ops::Partial> {
    static constexpr std::string_view kind = "answer";
    static constexpr Word<ops::Partial> table[] = {{ops::Partial::unknown, "unknown"},
                                                   {ops::Partial::yes, "yes"},
                                                   {ops::Partial::no, "no"}};
};

} // namespace mirrornet
