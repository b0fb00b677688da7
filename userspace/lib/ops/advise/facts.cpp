// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/advise/facts.hpp"

namespace mirrornet::ops {

namespace {

template <Worded E> E word_in(const json& document, const char* key)
{
    return parse_word<E>(document.at(key).get<std::string>());
}

std::uint64_t generation_in(const json& document, const char* key)
{
    return std::stoull(document.value(key, std::string("0")), nullptr, 16);
}

// The slot of `copy` names what the other one has: it went on from there.
bool went_on_from(const CopyView& copy, const CopyView& other)
{
    return other.generation && (copy.base == other.generation || copy.old_base == other.generation);
}

bool have_something_in_common(const CopyView& here, const CopyView& there)
{
    for (const auto mine : {here.base, here.old_base})
        if (mine && (mine == there.base || mine == there.old_base))
            return true;
    return false;
}

void add_mirror(CopyView& facts, const json& mirror)
{
    facts.state = word_in<MirrorState>(mirror, "state");
    facts.reason = word_in<Reason>(mirror, "reason");
    facts.link = word_in<LinkState>(mirror, "link");
    facts.async = mirror.value("mode", std::string()) == "async";
    facts.lag_bytes = mirror.value("lag_bytes", std::uint64_t{0});
    facts.lag_ms = mirror.value("lag_ms", std::uint64_t{0});
    facts.base = generation_in(mirror, "base_generation");
    // a node of an earlier version does not say these
    if (mirror.contains("lost_writes"))
        facts.lost_writes = word_in<LostWritesState>(mirror, "lost_writes");
    facts.old_base = generation_in(mirror, "old_base_generation");
}

} // namespace

Relation relation_of(const CopyView& here, const CopyView& there)
{
    if (!here.active || !there.active || !here.generation || !there.generation)
        return Relation::unknown;
    if (here.generation == there.generation)
        return Relation::same;
    const bool mine = went_on_from(here, there), other = went_on_from(there, here);
    if (mine != other)
        return mine ? Relation::here_newer : Relation::there_newer;
    return !mine && have_something_in_common(here, there) ? Relation::parted : Relation::unknown;
}

CopyView copy_view(const json& volume, const std::string& node, const std::string& peer)
{
    CopyView facts;
    facts.node = node;
    facts.active = volume.at("active").get<bool>();
    if (!facts.active)
        return facts;
    facts.role = word_in<Role>(volume, "role");
    facts.lock = word_in<LockReason>(volume, "lock_reason");
    facts.boot = volume.contains("boot") ? word_in<Boot>(volume, "boot") : Boot::none; // not said by older versions
    facts.data = word_in<DataState>(volume, "data_state");
    facts.generation = generation_in(volume, "generation");
    facts.write_number = volume.at("write_number").get<std::uint64_t>();
    facts.written = volume.at("written").get<bool>();
    facts.meta_failed = volume.at("meta_error").get<int>() != 0;
    for (const auto& mirror : volume.at("mirrors"))
        if (mirror.at("node").get<std::string>() == peer)
            add_mirror(facts, mirror);
    return facts;
}

} // namespace mirrornet::ops
