// SPDX-License-Identifier: GPL-2.0-or-later
//
// Nobody is heard who is the source.
#include "ops/advise/rules.hpp"

namespace mirrornet::ops::rules {

namespace {

std::string worth(const CopyView& copy)
{
    switch (copy.data) {
    case DataState::current:
        return "is current";
    case DataState::outdated:
        return "is outdated: the source went on without it";
    case DataState::inconsistent:
        return "is inconsistent: a resync into it has not ended, and a file system on it is damaged";
    default:
        return "is of unknown worth";
    }
}

std::string promote_of(const PairFacts& facts, const CopyView& copy)
{
    return "promote " + facts.volume + (copy.data == DataState::current && !copy.written ? "" : " --force");
}

bool never_had_anything(const CopyView& copy)
{
    return copy.is(Role::none) && copy.data != DataState::current;
}

Advice unheard(const PairFacts& facts)
{
    return {Situation::peer_unheard,
            "node " + facts.other + " lives, but cannot be asked, and may be the source. Nothing is promoted here. See over "
            "there: systemctl status mirror-netd, journalctl -u mirror-netd. Asked, it was: " + facts.failure,
            {safe(facts.here, "endpoint show " + facts.other)}};
}

Advice gone(const PairFacts& facts)
{
    const auto& here = facts.here;
    return {Situation::source_gone,
            "node " + facts.other + " is silent on every path, and nobody else is heard who is the source. This copy " +
                worth(here) + ". When that node is back, the mirror goes on by itself",
            {look(facts),
             only_if(here, promote_of(facts, here),
                     "it shall not be waited for, and node " + facts.other + " is down (one that is merely cut off may go on "
                     "writing, and that is a split brain). This copy " + worth(here) + "; what node " + facts.other +
                         " wrote without it is given up")}};
}

// Whose copy has everything, as far as both say.
const CopyView* best(const PairFacts& facts)
{
    const auto& here = facts.here;
    const auto& there = *facts.there;
    const auto good = [](const CopyView& copy) { return copy.data == DataState::current && !copy.written; };
    if (facts.relation == Relation::here_newer || facts.relation == Relation::there_newer) {
        const auto& newer = is_newer(facts, here) ? here : there;
        return good(newer) ? &newer : nullptr;
    }
    if (facts.relation != Relation::same || (!good(here) && !good(there)))
        return nullptr;
    if (!good(here) || !good(there))
        return good(here) ? &here : &there;
    if (here.write_number != there.write_number)
        return here.write_number > there.write_number ? &here : &there;
    return there.is(Role::none) && !here.is(Role::none) ? &there : &here;
}

Advice choose(const PairFacts& facts, Situation situation, const std::string& text)
{
    Advice advice{situation, text + ". Which copy is to be kept, a person has to say", {look(facts)}};
    for (const auto* copy : {&facts.here, &*facts.there})
        advice.steps.push_back(only_if(*copy, promote_of(facts, *copy),
                                       "the copy of node " + copy->node + " is the one to keep. It " + worth(*copy) +
                                           "; what only node " + other_of(facts, *copy).node + " has is given up"));
    return advice;
}

} // namespace

std::optional<Advice> nobody_answers(const PairFacts& facts)
{
    if (facts.there)
        return {};
    if (facts.reach == Reach::alive)
        return unheard(facts);
    if (never_had_anything(facts.here))
        return Advice{Situation::creation_unfinished,
                      "the copy on this node has no role: its creation did not end, or is under way; node " + facts.other +
                          " is silent",
                      {look(facts), only_if(facts.here, "delete " + facts.volume + " --local-only",
                                            "nothing is creating it; what is on its device is worth nothing then")}};
    return gone(facts);
}

std::optional<Advice> nobody_is_source(const PairFacts& facts)
{
    if (!facts.there || find_source(facts))
        return {};
    const bool laid_down = facts.here.is(Role::none) || facts.there->is(Role::none);
    if (never_had_anything(facts.here) && never_had_anything(*facts.there))
        return Advice{Situation::creation_unfinished, "neither node has a role: a creation did not end, or is under way",
                      {look(facts), only_if(facts.here, "delete " + facts.volume, "nothing is creating it")}};
    const auto situation = laid_down ? Situation::demoted : Situation::no_source;
    const std::string text = laid_down ? "nobody is the source: the role was laid down"
                                       : "both nodes are targets, and nobody is the source";
    const auto* copy = best(facts);
    if (!copy)
        return choose(facts, situation, text);
    const auto command = promote_of(facts, *copy);
    const auto has_all = "; the copy of node " + copy->node + " has everything that either has";
    if (!facts.more_copies)
        return Advice{situation, text + has_all + ", and the other follows it", {safe(*copy, command)}};
    return Advice{situation, text + has_all + " of these two",
                  {look(facts), only_if(*copy, command, "advise says the same with each other node of the volume; promote "
                                                        "looks at all of them, too, and refuses where one has more")}};
}

} // namespace mirrornet::ops::rules
