// SPDX-License-Identifier: GPL-2.0-or-later
//
// A source that something keeps from its work, and two of them.
#include "ops/advise/rules.hpp"

namespace mirrornet::ops::rules {

namespace {

bool gave_its_role(const CopyView& copy)
{
    return copy.is(Role::source) && copy.lock == LockReason::handed_over;
}

Advice handed_over_unheard(const PairFacts& facts)
{
    Advice advice{Situation::handed_over,
                  "this node handed its role to node " + facts.other + ", and whether that one took it is not known; "
                  "this copy stays locked, nothing is lost. When node " + facts.other + " answers again, ask anew",
                  {look(facts)}};
    if (facts.reach == Reach::silent)
        advice.steps.push_back(only_if(facts.here, "promote " + facts.volume + " --force",
                                       "node " + facts.other + " is gone for good; if it took the role and was written, "
                                       "and comes back, that is a split brain, and a person decides"));
    return advice;
}

// The other one is known not to be a source, and not to have gone on from here.
bool is_alone(const PairFacts& facts, const CopyView& source)
{
    return facts.there && !other_of(facts, source).is(Role::source) &&
           (facts.relation == Relation::same || is_newer(facts, source));
}

Step unlock(const PairFacts& facts, const CopyView& source)
{
    const auto command = "unlock " + facts.volume;
    if (is_alone(facts, source))
        return safe(source, command);
    return only_if(source, command, "no other node was made source of this volume meanwhile; if one was, that is a "
                                    "split brain");
}

Step as_source(const PairFacts& facts, const CopyView& source, const std::string& condition)
{
    return only_if(source, "up " + facts.volume + " --as-source", condition);
}

std::string what_came_of_boot(const CopyView& source)
{
    if (source.boot == Boot::stays)
        return "; boot-wait is over, and boot-alone does not open it without that";
    if (source.boot == Boot::refused)
        return "; but a node was heard that is no target of this copy";
    return {};
}

Advice waiting(const PairFacts& facts, const CopyView& source)
{
    const std::string text = "node " + source.node + " was the source, and opens by itself when the other node has "
                             "agreed and their link is up" + what_came_of_boot(source);
    if (!facts.there)
        return {Situation::waiting_for_peer, text + ", or: it cannot be asked (" + facts.failure + ")",
                {look(facts), as_source(facts, source, "node " + facts.other + " is gone for good, and nobody has "
                                                       "taken its copy into use")}};
    const bool paused = source.reason == Reason::user || other_of(facts, source).reason == Reason::user;
    if (paused && may_overwrite(facts, source))
        return {Situation::waiting_for_peer, text + "; but the mirror was paused by a person",
                {safe(facts.here, "continue " + volume_at(facts))}};
    return {Situation::waiting_for_peer, text, {look(facts)}};
}

} // namespace

std::optional<Advice> handed_over(const PairFacts& facts)
{
    if (facts.there)
        for (const auto* copy : {&facts.here, &*facts.there})
            if (gave_its_role(*copy))
                return Advice{Situation::handed_over,
                              "node " + copy->node + " handed its role over, and has not heard whether it was taken; its "
                              "copy stays locked, nothing is lost. The same command, repeated, finds out and ends it",
                              {safe(facts.here, "switchover " + facts.volume + "@" + other_of(facts, *copy).node)}};
    if (!facts.there && gave_its_role(facts.here))
        return handed_over_unheard(facts);
    return {};
}

namespace {

Advice saves_first(const PairFacts& facts, const CopyView& old)
{
    return {Situation::old_source,
            "node " + other_of(facts, old).node + " took over from node " + old.node + ", which becomes a target by itself when "
            "what the newer one has not got is saved there (keep-lost-writes). mirror-netd does it; where it cannot, its log "
            "on node " + old.node + " says why. Do not open or use the old copy",
            {look(facts), only_if(old, "set " + facts.volume + " keep-lost-writes=no", "what was written last on node " +
                                       old.node + " is not wanted: it is overwritten then, unsaved")}};
}

} // namespace

std::optional<Advice> two_sources(const PairFacts& facts)
{
    if (!facts.there || !facts.here.is(Role::source) || !facts.there->is(Role::source))
        return {};
    for (const auto* copy : {&facts.here, &*facts.there})
        if (copy->lost_writes == LostWritesState::wanted)
            return saves_first(facts, *copy);
    for (const auto* copy : {&facts.here, &*facts.there})
        if (is_newer(facts, *copy))
            return Advice{Situation::old_source,
                          "node " + copy->node + " took over from node " + other_of(facts, *copy).node +
                              ", which becomes a target by itself when their link is up, if it did not go on; then only "
                              "what differs is sent. Do not open or use the old one",
                          {look(facts)}};
    return Advice{Situation::two_sources,
                  "both nodes are source of this volume. When they meet, who wrote nothing becomes a target by itself; if "
                  "both wrote, that is a split brain, and a person chooses. Nothing is overwritten before. Stop writing on "
                  "the node whose copy is not to be kept",
                  {safe(facts.here, "split-brain show " + facts.volume)}};
}

std::optional<Advice> target_newer(const PairFacts& facts)
{
    const auto* source = find_source(facts);
    if (!source || !facts.there || !is_newer(facts, other_of(facts, *source)))
        return {};
    return Advice{Situation::target_newer,
                  "node " + other_of(facts, *source).node + ", a target, has writes that the source, node " +
                      source->node + ", lacks (an older image of that machine?). Do not resync, and do not open the "
                      "source, before somebody has looked at both copies",
                  {look(facts)}};
}

std::optional<Advice> source_locked(const PairFacts& facts)
{
    const auto* source = find_source(facts);
    if (!source)
        return {};
    switch (source->lock) {
    case LockReason::none:
        return {};
    case LockReason::handing_over:
        return Advice{Situation::changeover_stopped,
                      "a change of roles was begun and did not go through, or is under way; nothing was given away: node " +
                          source->node + " is the source, and locked", {unlock(facts, *source)}};
    case LockReason::wait_peer:
        return waiting(facts, *source);
    case LockReason::foreign_write:
        return Advice{Situation::foreign_write,
                      "the data device on node " + source->node + " was written while the volume was not active, so the "
                      "copies differ in an unknown way",
                      {as_source(facts, *source, "somebody has looked at the data there and it is right, and no other "
                                 "node was made source; the other copy is then overwritten by a full resync")}};
    case LockReason::fenced:
        return Advice{Situation::fenced,
                      "node " + source->node + " closed itself, because nobody confirmed that the lost copy will not be "
                      "promoted",
                      {only_if(*source, "unlock " + facts.volume, "node " + (source == &facts.here ? facts.other : facts.here.node) +
                               " does not use its copy, and will not")}};
    default:
        return Advice{Situation::locked_by_hand, "node " + source->node + " is the source and was locked by a person: "
                                                 "reads and writes fail, nothing is lost", {unlock(facts, *source)}};
    }
}

} // namespace mirrornet::ops::rules
