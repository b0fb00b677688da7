// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/missing.hpp"

#include "ops/clock.hpp"

namespace mirrornet::ops {

namespace {

constexpr std::uint64_t ns_per_second = 1'000'000'000;

// The clock may have been set back.
std::uint64_t seconds_since(std::uint64_t then, std::uint64_t now)
{
    return now > then ? (now - then) / ns_per_second : 0;
}

std::string ago(std::uint64_t seconds, std::uint64_t since)
{
    return "at least " + duration(seconds) + " (since " + local_time(since) + ")";
}

std::string unknown_bytes(const std::string& node)
{
    return "; how many bytes that is, only node " + node + " knows";
}

// A target of this state had everything up to its last contact.
Missing since_contact(const nl::MirrorRecord& mirror, const std::string& node, std::uint64_t now)
{
    const std::uint64_t since = mirror.state == MirrorState::mirroring ? now : mirror.since;
    const auto seconds = seconds_since(since, now);
    const auto before = mirror.mode == Mode::sync
                            ? "every write that had returned before that is here"
                            : "so is what was on its way to this node then (the mirror is async)";
    return {seconds,
            {},
            "there was no contact with node " + node + " for " + ago(seconds, since) +
                ": what was written there after that is missing here; " + before + unknown_bytes(node)};
}

Missing since_recorded(const nl::VolumeRecord& here, const std::string& what, const std::string& node,
                       std::uint64_t now)
{
    const auto seconds = seconds_since(here.data_since, now);
    return {seconds, {}, what + " for " + ago(seconds, here.data_since) + unknown_bytes(node)};
}

} // namespace

Missing missing_in(const nl::VolumeRecord& here, const nl::MirrorRecord& mirror, const std::string& node,
                   bool laid_down, std::uint64_t now)
{
    switch (here.data) {
    case DataState::current:
        return laid_down ? Missing{0, 0, {}} : since_contact(mirror, node, now);
    case DataState::outdated:
        return since_recorded(here, "it lacks what was written to the source", node, now);
    case DataState::inconsistent:
        return since_recorded(here, "a resync into it has not ended, so it is damaged, and lacks what was "
                                    "written to the source", node, now);
    default:
        return {{}, {}, "since when it lacks what was written to the source is not known here" +
                            unknown_bytes(node)};
    }
}

} // namespace mirrornet::ops
