// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `advise`: what situation two copies are in, and the next safe command (docs/advise.md).
#pragma once

#include "config/store.hpp"
#include "ops/advise/facts.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

enum class Situation {
    healthy,
    resyncing,
    resync_pending,
    paused,
    broken,
    link_lost,
    waits,         // for something that ends by itself
    needs_person,  // the mirror waits, for the reason that it names
    not_active,
    no_copy_there,
    metadata_failed,
    split_brain,
    two_sources,
    old_source,    // of two, one is to become a target by itself
    handed_over,
    changeover_stopped,
    locked_by_hand,
    waiting_for_peer,
    foreign_write,
    fenced,
    target_open,
    target_newer,
    no_follower,
    creation_unfinished,
    demoted,
    no_source,
    source_gone,
    peer_gone,
    peer_unheard,
    unclear,
};

// A command of mirrorctl, on one node.
struct Step {
    std::string node;    // where it is to be given
    std::string command; // what follows "mirrorctl"
    // What a person has to make sure of, or decide, before; empty: it is safe as it is. Several
    // steps with a condition are a choice.
    std::string condition;
};

struct Advice {
    Situation situation = Situation::unclear;
    std::string text; // what it means for the data; one or two sentences
    std::vector<Step> steps;
};

// Pure; defined for every combination of facts. A step without a condition overwrites nothing that
// is newer or not known elsewhere, opens no second source, and promotes no copy that is not current.
Advice advise(const PairFacts& facts);

// Pure. The same under a cluster manager, if its name is not empty: what changes a role, or deletes, is only for when that
// one cannot, and needs --override-cluster.
Advice under_manager(Advice advice, const std::string& manager);
// Pure. The command is one of those; without "mirrorctl".
bool changes_role_or_deletes(const std::string& command);

struct AdviceOfPair {
    PairFacts facts;
    Advice advice;
};

struct AdviceOfVolume {
    std::string volume;
    std::string trouble; // of a volume that cannot be looked at, or has no mirror; completes "VOLUME: "
    std::vector<AdviceOfPair> pairs;
    std::string manager = {}; // who decides about its roles; empty: people
};

struct AdviceReport {
    std::string node;
    std::vector<AdviceOfVolume> volumes;
    bool daemon = true; // mirror-netd runs on this node
};

// Asks the kernel, and the other nodes; changes nothing. All volumes, or those named as VOLUME or
// VOLUME@NODE. A node that does not answer is tried for as long as a link may be silent.
// Error(not_found).
AdviceReport advise(const ConfigStore& store, const std::vector<std::string>& names);

// As it is typed on the node of the report.
std::string command_line(const AdviceReport& report, const Step& step);

json to_json(const AdviceReport& report);

} // namespace mirrornet::ops

namespace mirrornet {

template <> struct Words<ops::Situation> {
    static constexpr std::string_view kind = "situation";
    using S = ops::Situation;
    static constexpr Word<ops::Situation> table[] = {
        {S::healthy, "healthy"},
        {S::resyncing, "resyncing"},
        {S::resync_pending, "resync-pending"},
        {S::paused, "paused"},
        {S::broken, "broken"},
        {S::link_lost, "link-lost"},
        {S::waits, "waits"},
        {S::needs_person, "needs-person"},
        {S::not_active, "not-active"},
        {S::no_copy_there, "no-copy-there"},
        {S::metadata_failed, "metadata-failed"},
        {S::split_brain, "split-brain"},
        {S::two_sources, "two-sources"},
        {S::old_source, "old-source"},
        {S::handed_over, "handed-over"},
        {S::changeover_stopped, "changeover-stopped"},
        {S::locked_by_hand, "locked-by-hand"},
        {S::waiting_for_peer, "waiting-for-peer"},
        {S::foreign_write, "foreign-write"},
        {S::fenced, "fenced"},
        {S::target_open, "target-open"},
        {S::target_newer, "target-newer"},
        {S::no_follower, "no-follower"},
        {S::creation_unfinished, "creation-unfinished"},
        {S::demoted, "demoted"},
        {S::no_source, "no-source"},
        {S::source_gone, "source-gone"},
        {S::peer_gone, "peer-gone"},
        {S::peer_unheard, "peer-unheard"},
        {S::unclear, "unclear"},
    };
};

} // namespace mirrornet
