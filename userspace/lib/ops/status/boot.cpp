// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a source says that came up and is not open yet: whom or what it waits for, and what to do.
#include "ops/status/report.hpp"

#include "ops/clock.hpp"
#include "ops/create/used_blocks.hpp"

#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

// The other nodes that have said this, or nothing, for people; empty: none.
std::string nodes_that(const VolumeStatus& volume, Heard heard)
{
    std::vector<std::string> names;
    for (const auto& mirror : volume.mirrors)
        if (mirror.record.heard == heard)
            names.push_back(mirror.node);
    if (names.empty())
        return {};
    return (names.size() == 1 ? "node " : "nodes ") + fmt::format("{}", fmt::join(names, ", "));
}

const nl::MirrorRecord* any_silent(const VolumeStatus& volume)
{
    for (const auto& mirror : volume.mirrors)
        if (mirror.record.heard == Heard::nothing)
            return &mirror.record;
    return nullptr;
}

constexpr const char* why_silent =
    "Why it is not heard: is it up, does mirror-netd run on both nodes, what does its log say "
    "(journalctl -u mirror-netd), is the mirror paused?";

std::string as_source(const VolumeStatus& volume)
{
    return "mirrorctl up --as-source " + volume.name;
}

std::string waits(const VolumeStatus& volume, const std::string& silent, const nl::MirrorRecord& record)
{
    return fmt::format("was the source, and waits for {}, which may have taken over: it opens by itself when that is heard. "
                       "After {} s (boot-wait) without it, boot-alone ({}) decides. {} Only if it is gone for good, and "
                       "nobody has used its copy: {}",
                       silent, record.boot_wait_s, to_string(record.boot_alone), why_silent, as_source(volume));
}

std::string stays(const VolumeStatus& volume, const std::string& silent, const nl::MirrorRecord& record)
{
    const std::string because = record.boot_alone == BootAlone::locked
                                    ? "boot-alone is locked"
                                    : "boot-alone is safe, and nothing on record here says that its copy is the older one";
    return fmt::format("was the source, and stays locked: {}, which may have taken over, was not heard within {} s (boot-wait), "
                       "and {}. No data was touched; it opens by itself when {} is heard, or becomes a target if that one took "
                       "over. {} Only if it is gone for good, and nobody has used its copy: {}",
                       silent, record.boot_wait_s, because, silent, why_silent, as_source(volume));
}

std::string refused(const VolumeStatus& volume, const std::string& who)
{
    return fmt::format("was the source, and stays locked: {} was heard, and is no target of this copy (it took over, or one of "
                       "the two has another history). Nothing is overwritten. What is the case, and the next step: mirrorctl "
                       "advise {}; to open this copy in spite of that, which may end in a split brain: {}",
                       who.empty() ? "another node" : who, volume.name, as_source(volume));
}

} // namespace

std::string advice_for_saving(const VolumeStatus& volume)
{
    for (const auto& mirror : volume.mirrors)
        if (mirror.record.lost_writes == LostWritesState::wanted)
            return fmt::format("was replaced by a newer source, and stays locked until what that one has not got (with node {}: "
                               "at most {}) is saved in /var/lib/mirror-net/saved (keep-lost-writes); then it becomes a target "
                               "by itself. mirror-netd saves it, and says in its log why it cannot: journalctl -u "
                               "mirror-netd. To give that up unsaved: mirrorctl set {} keep-lost-writes=no",
                               mirror.node, amount(mirror.record.dirty_blocks * block_bytes), volume.name);
    return {};
}

std::string advice_for_boot(const VolumeStatus& volume)
{
    const auto silent = nodes_that(volume, Heard::nothing);
    const auto* record = any_silent(volume);
    const auto boot = volume.record->boot;
    if (boot == Boot::refused)
        return refused(volume, nodes_that(volume, Heard::refused));
    if (boot == Boot::alone && record)
        return "opens as soon as nobody holds its device, without " + silent + ", which was not heard (boot-alone)";
    if (!record)
        return "opens as soon as nobody holds its device";
    return boot == Boot::stays ? stays(volume, silent, *record) : waits(volume, silent, *record);
}

} // namespace mirrornet::ops
