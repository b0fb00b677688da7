// SPDX-License-Identifier: GPL-2.0-or-later
//
// The rules of advise(), each for one kind of situation. Pure; nothing: it is none of those.
#pragma once

#include "ops/advise/advise.hpp"

#include <optional>

namespace mirrornet::ops::rules {

using Rule = std::optional<Advice> (*)(const PairFacts&);

// What the rules have in common.
Step safe(const CopyView& copy, const std::string& command);
Step only_if(const CopyView& copy, const std::string& command, const std::string& condition);
Step look(const PairFacts& facts); // `status`, on this node
const CopyView& other_of(const PairFacts& facts, const CopyView& copy); // both are heard
const CopyView* find_source(const PairFacts& facts); // that is heard
bool is_newer(const PairFacts& facts, const CopyView& copy); // than the other one
// What the target holds may be overwritten with what the source has: it is the same, or older.
bool may_overwrite(const PairFacts& facts, const CopyView& source);
std::string volume_at(const PairFacts& facts); // VOLUME@NODE as this node names it

// trouble.cpp: what comes before any question of roles.
std::optional<Advice> not_active(const PairFacts& facts);
std::optional<Advice> no_copy_there(const PairFacts& facts);
std::optional<Advice> metadata_failed(const PairFacts& facts);
std::optional<Advice> split_brain(const PairFacts& facts);
std::optional<Advice> waits_for_person(const PairFacts& facts);

// sources.cpp: one source at least is heard, and something keeps it from its work.
std::optional<Advice> handed_over(const PairFacts& facts);
std::optional<Advice> two_sources(const PairFacts& facts);
std::optional<Advice> target_newer(const PairFacts& facts);
std::optional<Advice> source_locked(const PairFacts& facts);

// mirrors.cpp: a source that is open.
std::optional<Advice> source_alone(const PairFacts& facts);
std::optional<Advice> no_follower(const PairFacts& facts);
std::optional<Advice> target_open(const PairFacts& facts);
std::optional<Advice> mirror_state(const PairFacts& facts);

// no_source.cpp: no source is heard.
std::optional<Advice> nobody_answers(const PairFacts& facts);
std::optional<Advice> nobody_is_source(const PairFacts& facts);

} // namespace mirrornet::ops::rules
