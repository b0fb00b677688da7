// SPDX-License-Identifier: GPL-2.0-or-later
#include "facts.hpp"

#include <algorithm>
#include <iterator>

namespace kcore {

mn_facts facts(u8 role, u64 generation, u64 base, std::initializer_list<u64> history, u32 flags)
{
    mn_facts facts{};

    facts.sectors = 1 << 20;
    facts.sector_size = 512;
    facts.role = role;
    facts.data_state = MN_DATA_CURRENT;
    facts.flags = flags;
    facts.generation = generation;
    facts.base = base;
    std::copy(history.begin(), history.end(), facts.history);
    return facts;
}

const char *verdict_text(u8 kind)
{
    static constexpr const char *texts[] = {"refuse", "no-source", "partial", "full", "split-brain", "resume"};
    static_assert(std::size(texts) == __MN_VERDICT_MAX);

    return texts[kind];
}

std::string text(const mn_verdict &verdict)
{
    return std::string(verdict_text(verdict.kind)) + "/" + mn_reason_text(verdict.reason) +
           " source=" + std::to_string(verdict.source);
}

std::string text(const mn_facts &facts)
{
    std::string line = std::string(mn_role_text(facts.role)) + " generation " + std::to_string(facts.generation) +
                       " base " + std::to_string(facts.base) +
                       " old base " + std::to_string(facts.old_base) + " history";

    for (u64 generation : facts.history)
        if (generation)
            line += " " + std::to_string(generation);
    return line + " flags " + std::to_string(facts.flags) + " position " + std::to_string(facts.position) +
           "/" + std::to_string(facts.peer_position);
}

}  // namespace kcore
