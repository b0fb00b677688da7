// SPDX-License-Identifier: GPL-2.0-or-later
//
// What comes before any question of roles.
#include "ops/advise/rules.hpp"
#include "ops/status/report.hpp"

namespace mirrornet::ops::rules {

namespace {

template <typename Is> const CopyView* first_of(const PairFacts& facts, Is is)
{
    if (is(facts.here))
        return &facts.here;
    return facts.there && is(*facts.there) ? &*facts.there : nullptr;
}

// What `status` says of it.
std::string text_of(const PairFacts& facts, const CopyView& copy)
{
    nl::MirrorRecord record;
    record.state = copy.state;
    record.reason = copy.reason;
    record.link = copy.link;
    const bool here = &copy == &facts.here;
    return "node " + copy.node + " says of the mirror: " +
           advice_for(record, copy.role, facts.volume, here ? facts.other : facts.here.node);
}

// The mirror goes on, and the target is overwritten: a person has to know that.
std::vector<Step> go_on(const PairFacts& facts, const std::string& option, const std::string& but)
{
    const auto* source = find_source(facts);
    if (!source || !facts.there || is_newer(facts, other_of(facts, *source)))
        return {look(facts)};
    return {only_if(facts.here, "continue " + volume_at(facts) + option,
                    but + "the copy of node " + source->node + " is the one to keep; the other one is overwritten "
                          "where they differ")};
}

std::vector<Step> steps_of(const PairFacts& facts, const CopyView& copy)
{
    switch (copy.reason) {
    case Reason::rolled_back:
        return go_on(facts, " --yes", "");
    case Reason::source_error:
        return go_on(facts, "", "the disk of the source was checked (dmesg), and ");
    case Reason::version:
        return go_on(facts, "", "both nodes have the same version now, and ");
    case Reason::config_missing:
        return {only_if(facts.here, "delete " + volume_at(facts), "the copy on node " + facts.other + " is gone for good")};
    case Reason::device_removed:
        return {only_if(copy, "up " + facts.volume, "the device is back")};
    case Reason::not_trusted:
        return {safe(facts.here, "node show")};
    default:
        return {look(facts)};
    }
}

bool needs_person(const CopyView& copy)
{
    switch (copy.reason) {
    case Reason::rolled_back:
    case Reason::other_source:
    case Reason::source_error:
    case Reason::size_mismatch:
    case Reason::sector_mismatch:
    case Reason::not_trusted:
    case Reason::version:
    case Reason::config_missing:
    case Reason::device_removed:
    case Reason::fenced:
        return copy.active && copy.state != MirrorState::mirroring && copy.state != MirrorState::resync;
    default:
        return false;
    }
}

void add_choices(const PairFacts& facts, std::vector<Step>& steps)
{
    if (!facts.there) {
        if (facts.here.is(Role::source))
            steps.push_back(only_if(facts.here, "split-brain discard-local " + facts.volume +
                                                    (facts.more_copies ? " --keep " + facts.other : ""),
                                    "node " + facts.other + " stays out of reach, and its copy is the one to keep; "
                                    "what was written here since the two parted is given up"));
        return;
    }
    for (const auto* copy : {&facts.here, &*facts.there})
        if (copy->is(Role::source))
            steps.push_back(only_if(facts.more_copies ? *copy : facts.here,
                                    "split-brain resolve " + facts.volume + " --keep " + copy->node,
                                    "the copy of node " + copy->node + " is the one to keep; what node " +
                                        other_of(facts, *copy).node + " wrote since the two parted is overwritten"));
}

} // namespace

std::optional<Advice> not_active(const PairFacts& facts)
{
    Advice advice{Situation::not_active, {}, {}};
    for (const auto* copy : {&facts.here, facts.there ? &*facts.there : nullptr})
        if (copy && !copy->active) {
            advice.text += (advice.text.empty() ? "not active on node " : " and node ") + copy->node;
            advice.steps.push_back(safe(*copy, "up " + facts.volume));
        }
    if (advice.steps.empty())
        return {};
    advice.text += ", so nothing reaches that copy; no data was touched. A volume comes up locked, and finds out itself "
                   "whether another node has taken over";
    return advice;
}

std::optional<Advice> no_copy_there(const PairFacts& facts)
{
    if (facts.reach != Reach::without)
        return {};
    const auto text = "node " + facts.other + " answers, and knows no volume " + facts.volume +
                      ": what it had of it is gone or was removed there. This node's copy is not touched by that";
    if (!facts.here.is(Role::source))
        return Advice{Situation::no_copy_there, text, {look(facts)}};
    return Advice{Situation::no_copy_there, text,
                  {only_if(facts.here, "delete " + volume_at(facts) + " --local-only",
                           "the copy on node " + facts.other + " is gone for good; a new one is made with create")}};
}

std::optional<Advice> metadata_failed(const PairFacts& facts)
{
    const auto* copy = first_of(facts, [](const CopyView& each) {
        return each.active && (each.meta_failed || each.lock == LockReason::metadata);
    });
    if (!copy)
        return {};
    return Advice{Situation::metadata_failed,
                  "the metadata on node " + copy->node + " cannot be written, so nothing can be recorded there: roles "
                  "do not change, and what was written is safe. How writes fare, says status over there",
                  {only_if(*copy, "down " + facts.volume, "the metadata device was mended (dmesg), and nobody has the "
                                                          "volume open"),
                   only_if(*copy, "up " + facts.volume, "it was taken down for that")}};
}

std::optional<Advice> split_brain(const PairFacts& facts)
{
    if (!first_of(facts, [](const CopyView& each) { return each.active && each.reason == Reason::split_brain; }))
        return {};
    const std::string text = "both copies were written independently of each other; nothing is overwritten before a "
                             "person has chosen, and both go on as they are";
    Advice advice{Situation::split_brain, text, {safe(facts.here, "split-brain show " + facts.volume)}};
    add_choices(facts, advice.steps);
    return advice;
}

std::optional<Advice> waits_for_person(const PairFacts& facts)
{
    const auto* copy = first_of(facts, needs_person);
    if (!copy)
        return {};
    return Advice{Situation::needs_person, text_of(facts, *copy), steps_of(facts, *copy)};
}

} // namespace mirrornet::ops::rules
