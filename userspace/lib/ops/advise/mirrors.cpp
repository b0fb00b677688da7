// SPDX-License-Identifier: GPL-2.0-or-later
//
// A source that is open, and what becomes of its target.
#include "ops/advise/rules.hpp"
#include "ops/clock.hpp"
#include "ops/status/report.hpp"

namespace mirrornet::ops::rules {

namespace {

std::string daemon_hint(const PairFacts& facts)
{
    return "; see there: systemctl status mirror-netd, journalctl -u mirror-netd. Asked, it was: " + facts.failure;
}

// Brings the target up to date: at once where nothing but older data is overwritten.
Step bring_up(const PairFacts& facts, const CopyView& source, const std::string& verb)
{
    const auto command = verb + " " + volume_at(facts);
    if (may_overwrite(facts, source))
        return safe(facts.here, command);
    return only_if(facts.here, command, "the copy of node " + source.node + " is the one to keep; where they differ, that "
                                        "of node " + other_of(facts, source).node + " is overwritten");
}

Advice paused(const PairFacts& facts, const CopyView& source)
{
    return {Situation::paused, "the mirror was paused by a person, and stays so until a person ends that. What is written "
                               "on node " + source.node + " is tracked; a partial resync follows",
            {bring_up(facts, source, "continue")}};
}

// After a break the target was open, and nothing was tracked.
Advice broken(const PairFacts& facts, const CopyView& source)
{
    const auto& target = other_of(facts, source);
    return {Situation::broken, "the mirror is broken: nothing is tracked, and node " + target.node + " keeps what it had",
            {only_if(facts.here, "resync " + volume_at(facts),
                     "the copy of node " + source.node + " is the one to keep; that of node " + target.node +
                         " is overwritten as a whole")}};
}

// An async target follows, and how far behind is for a person to judge.
std::string in_sync(const CopyView& source)
{
    const std::string planned = "nothing is to be done. A planned change of roles: switchover";
    if (!source.async || !source.lag_bytes)
        return "in sync: " + planned;
    return "mirroring, and the target is " + amount(source.lag_bytes) + " (" + duration(source.lag_ms / 1000) +
           ") behind, which async allows, and which would be lost with the source: " + planned;
}

bool either(const PairFacts& facts, Reason reason)
{
    return facts.here.reason == reason || facts.there->reason == reason;
}

bool either(const PairFacts& facts, MirrorState state)
{
    return facts.here.state == state || facts.there->state == state;
}

Advice waiting(const PairFacts& facts, const CopyView& source)
{
    const bool linked = source.link == LinkState::up;
    nl::MirrorRecord record;
    record.state = source.state;
    record.reason = source.reason;
    record.link = source.link;
    const auto text = advice_for(record, Role::source, facts.volume, other_of(facts, source).node);
    if (!linked && (text.empty() || source.reason == Reason::link_lost || source.reason == Reason::peer_silent ||
                    source.reason == Reason::shutdown || source.reason == Reason::none))
        return {Situation::link_lost,
                "the daemons hear each other, but the mirror has no link; writes on node " + source.node +
                    " are queued or tracked, and sent by itself when there is one. Why there is none, the log of "
                    "mirror-netd says on both nodes (journalctl -u mirror-netd)",
                {safe(facts.here, "endpoint show " + facts.other)}};
    if (source.state == MirrorState::resync_pending)
        return {Situation::resync_pending, "a resync is to come, and begins by itself" + (text.empty() ? "" : ": " + text),
                {look(facts)}};
    return {Situation::waits, text.empty() ? "the mirror goes on by itself" : text, {look(facts)}};
}

} // namespace

std::optional<Advice> source_alone(const PairFacts& facts)
{
    if (!facts.here.is(Role::source) || facts.there)
        return {};
    const auto& here = facts.here;
    if (facts.reach == Reach::alive) {
        const bool mirrors = here.link == LinkState::up && here.state == MirrorState::mirroring;
        return Advice{Situation::peer_unheard,
                      "node " + facts.other + " lives, but cannot be asked" +
                          (mirrors ? "; the mirror works without its daemon, which links and changes of roles need"
                                   : "; this node goes on as source, and queues or tracks what the other one lacks") +
                          daemon_hint(facts),
                      {safe(here, "endpoint show " + facts.other)}};
    }
    return Advice{Situation::peer_gone,
                  "node " + facts.other + " is silent on every path. This node goes on as source" +
                      (here.state == MirrorState::broken
                           ? "; the mirror is broken, and needs a resync when that node is back"
                           : ", and queues or tracks what the other one lacks, which is sent by itself when it is back") +
                      ". Nothing is to be done here: bring node " + facts.other + " or its network back",
                  {look(facts), only_if(here, "delete " + volume_at(facts) + " --local-only",
                                        "node " + facts.other + " is gone for good, and its copy with it")}};
}

std::optional<Advice> no_follower(const PairFacts& facts)
{
    const auto* source = find_source(facts);
    if (!source || !facts.there || !other_of(facts, *source).is(Role::none))
        return {};
    const auto& other = other_of(facts, *source);
    if (other.data != DataState::current)
        return Advice{Situation::creation_unfinished,
                      "the copy on node " + other.node + " has no role: its creation did not end, or is under way. The "
                      "source, node " + source->node + ", goes on",
                      {look(facts), only_if(facts.here, "delete " + volume_at(facts), "nothing is creating it; then create it again")}};
    if (facts.relation == Relation::same || is_newer(facts, *source))
        return Advice{Situation::no_follower,
                      "node " + source->node + " is the source; node " + other.node + " had laid its role down, and was "
                      "not told to follow", {safe(*source, "promote " + facts.volume)}};
    return Advice{Situation::unclear,
                  "node " + other.node + " laid its role down, and whether it has writes that the source, node " +
                      source->node + ", lacks is not known", {look(facts)}};
}

std::optional<Advice> target_open(const PairFacts& facts)
{
    const auto* source = find_source(facts);
    if (!source || !facts.there)
        return {};
    const auto& target = other_of(facts, *source);
    if (!target.is(Role::target) || (target.lock != LockReason::none && !target.written) ||
        either(facts, MirrorState::broken))
        return {};
    const auto ends = "what was written to that copy may go; the copy of node " + source->node + " overwrites it where they differ";
    Advice advice{Situation::target_open, "a person opened the copy of node " + target.node + ", a target" +
                  (target.written ? " and it may have been written" : "") + "; the mirror stands still, and writes on node " +
                  source->node + " are tracked", {}};
    if (target.lock == LockReason::none)
        advice.steps.push_back(only_if(target, "lock " + facts.volume, "whoever uses that copy is done with it"));
    advice.steps.push_back(only_if(facts.here, "continue " + volume_at(facts), "it is locked, and " + ends));
    return advice;
}

std::optional<Advice> mirror_state(const PairFacts& facts)
{
    const auto* source = find_source(facts);
    if (!source || !facts.there || !other_of(facts, *source).is(Role::target))
        return {};
    if (either(facts, MirrorState::broken))
        return broken(facts, *source);
    if (source->state == MirrorState::mirroring)
        return Advice{Situation::healthy, in_sync(*source), {}};
    if (source->state == MirrorState::resync)
        return Advice{Situation::resyncing, "the target gets what it lacks, and is inconsistent until that has ended; "
                                            "nothing is to be done", {safe(facts.here, "status " + facts.volume + " --watch")}};
    if (either(facts, Reason::user) || either(facts, Reason::maintenance))
        return paused(facts, *source);
    if (source->state == MirrorState::paused || source->state == MirrorState::resync_pending)
        return waiting(facts, *source);
    return {};
}

} // namespace mirrornet::ops::rules
