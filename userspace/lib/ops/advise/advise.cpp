// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/advise/rules.hpp"

namespace mirrornet::ops {

namespace rules {

Step safe(const CopyView& copy, const std::string& command)
{
    return {copy.node, command, {}};
}

Step only_if(const CopyView& copy, const std::string& command, const std::string& condition)
{
    return {copy.node, command, condition};
}

Step look(const PairFacts& facts)
{
    return safe(facts.here, "status " + facts.volume + " --verbose");
}

const CopyView& other_of(const PairFacts& facts, const CopyView& copy)
{
    return &copy == &facts.here ? *facts.there : facts.here;
}

const CopyView* find_source(const PairFacts& facts)
{
    if (facts.here.is(Role::source))
        return &facts.here;
    return facts.there && facts.there->is(Role::source) ? &*facts.there : nullptr;
}

bool is_newer(const PairFacts& facts, const CopyView& copy)
{
    return facts.relation == (&copy == &facts.here ? Relation::here_newer : Relation::there_newer);
}

bool may_overwrite(const PairFacts& facts, const CopyView& source)
{
    if (!facts.there)
        return false;
    const auto& target = other_of(facts, source);
    return (facts.relation == Relation::same || is_newer(facts, source)) && target.is(Role::target) &&
           target.lock != LockReason::none && !target.written;
}

std::string volume_at(const PairFacts& facts)
{
    return facts.volume + "@" + facts.other;
}

} // namespace rules

namespace {

// The first that fits.
constexpr rules::Rule order[] = {
    rules::not_active,       rules::no_copy_there,    rules::metadata_failed, rules::split_brain,
    rules::handed_over,      rules::two_sources,      rules::waits_for_person, rules::target_newer,
    rules::source_locked,    rules::source_alone,     rules::no_follower,     rules::target_open,
    rules::mirror_state,     rules::nobody_answers,   rules::nobody_is_source,
};

} // namespace

Advice advise(const PairFacts& facts)
{
    for (const auto& rule : order)
        if (auto advice = rule(facts))
            return *advice;
    return {Situation::unclear, "what the nodes say does not go together; no command is safe without a look",
            {rules::look(facts)}};
}

} // namespace mirrornet::ops
