// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/clock.hpp"
#include "ops/peer.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/split_brain.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

SplitSide look_there(const ConfigStore& store, const MirrorName& mirror)
{
    return Peer(store, mirror.node).call("split.show", {{"volume", mirror.volume}}).get<SplitSide>();
}

SplitReport look_at_pair(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror)
{
    SplitReport report{mirror.volume, split_side_here(store, kernel, mirror), mirror.node, {}, {}};
    try {
        report.there = look_there(store, mirror);
    } catch (const Error& error) {
        report.failure = error.what();
    }
    return report;
}

} // namespace

SplitSide split_side_here(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror)
{
    require_active(kernel, mirror.volume, mirror.id);
    const auto volume = kernel.volume(mirror.id);
    const auto record = kernel.mirror(mirror.id, mirror.peer);
    SplitSide side;
    side.node = store.load_node().name;
    side.role = volume.role;
    side.locked = volume.locked();
    side.openers = volume.openers;
    side.data = volume.data;
    side.data_since = volume.data_since;
    side.state = record.state;
    side.reason = record.reason;
    side.waits_for_person = waits_for_person(record);
    side.since = record.since;
    side.clock = now_ns();
    side.blocks = record.dirty_blocks;
    side.blocks_known = !record.full_needed;
    side.generation = volume.generation;
    side.base = record.base_generation;
    side.old_base = record.old_base;
    return side;
}

SplitSide split_side(const ConfigStore& store, const std::string& volume, const std::string& other)
{
    const auto mirror = mirrors_of(store, {Subject::Kind::mirror, volume, other}).front();
    nl::Kernel kernel;
    return split_side_here(store, kernel, mirror);
}

std::vector<SplitReport> split_brain_show(const ConfigStore& store, const std::string& volume)
{
    nl::Kernel kernel;
    std::vector<SplitReport> pairs;
    for (const auto& mirror : mirrors_of(store, {Subject::Kind::volume, volume, {}}))
        pairs.push_back(look_at_pair(store, kernel, mirror));
    return pairs;
}

bool is_split(const std::vector<SplitReport>& pairs)
{
    return std::ranges::any_of(pairs, [](const SplitReport& pair) { return pair.split(); });
}

} // namespace mirrornet::ops
