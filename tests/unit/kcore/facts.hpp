// SPDX-License-Identifier: GPL-2.0-or-later
// Facts of a node as one readable line.
#pragma once

#include "kcore.hpp"

#include <initializer_list>
#include <string>

namespace kcore {

// history: newest first.
mn_facts facts(u8 role, u64 generation, u64 base, std::initializer_list<u64> history, u32 flags = 0);

// The last stream was to give the target a generation which it may not have got.
inline mn_facts with_old_base(mn_facts facts, u64 old_base)
{
    facts.old_base = old_base;
    return facts;
}

// The stream of an earlier link that this side could go on with.
inline mn_facts with_stream(mn_facts facts, u64 stream, u64 applied, u64 sequence)
{
    facts.stream = stream;
    facts.applied = applied;
    facts.sequence = sequence;
    return facts;
}

inline mn_facts source(u64 generation, u64 base, std::initializer_list<u64> history, u32 flags = 0)
{
    return facts(MN_ROLE_SOURCE, generation, base, history, flags);
}

inline mn_facts target(u64 generation, u64 base, std::initializer_list<u64> history, u32 flags = 0)
{
    return facts(MN_ROLE_TARGET, generation, base, history, flags);
}

const char *verdict_text(u8 kind); // enum mn_verdict_kind
// "partial/none source=0"
std::string text(const mn_verdict &verdict);
std::string text(const mn_facts &facts);

}  // namespace kcore
