// SPDX-License-Identifier: GPL-2.0-or-later
// The loser of a split brain: one change of its superblock, after which the verdict with the other
// copy is a partial resync from that one, and never anything else (I7).
#include "kcore.hpp"

#include <cstring>

namespace kcore {

static mn_super source_of(u64 generation, u64 base, u64 old_base)
{
    mn_super super{};

    super.role = MN_ROLE_SOURCE;
    super.locked = MN_LOCK_USER;
    super.data_state = MN_DATA_CURRENT;
    super.flags = MN_SUPER_F_MOVED_ON;
    super.generation = generation;
    super.history[0] = base;
    super.slot[0].used = true;
    super.slot[0].state = MN_STATE_PAUSED;
    super.slot[0].reason = MN_REASON_SPLIT_BRAIN;
    super.slot[0].base = base;
    super.slot[0].old_base = old_base;
    return super;
}

static mn_facts facts_of(const mn_super &super, bool unlocked = false)
{
    mn_facts facts{};
    const mn_slot &slot = super.slot[0];

    facts.sectors = 1024;
    facts.sector_size = 512;
    facts.role = super.role;
    facts.data_state = super.data_state;
    facts.flags = (super.flags & MN_SUPER_F_MOVED_ON ? MN_HELLO_F_MOVED_ON : 0) |
                  (super.flags & MN_SUPER_F_WRITTEN ? MN_HELLO_F_WRITTEN : 0) |
                  (slot.flags & MN_SLOT_F_FULL ? MN_HELLO_F_FULL_NEEDED : 0) |
                  (slot.flags & MN_SLOT_F_BLANK ? MN_HELLO_F_BLANK : 0) | (unlocked ? MN_HELLO_F_UNLOCKED : 0);
    facts.generation = super.generation;
    facts.base = slot.base;
    facts.old_base = slot.old_base;
    memcpy(facts.history, super.history, sizeof(facts.history));
    return facts;
}

static mn_verdict verdict_of(const mn_super &a, const mn_super &b)
{
    const mn_facts of_a = facts_of(a, true), of_b = facts_of(b);

    return mn_generation_decide(&of_a, &of_b);
}

TEST(Split, TheLoserBecomesATargetOfWhatBothHad)
{
    const mn_super winner = source_of(20, 7, 7);
    mn_super loser = source_of(30, 7, 7);

    ASSERT_EQ(verdict_of(winner, loser).kind, MN_VERDICT_SPLIT_BRAIN);
    ASSERT_EQ(mn_split_give_up(&loser, 0, 7), nullptr);
    EXPECT_EQ(loser.role, MN_ROLE_TARGET);
    EXPECT_EQ(loser.locked, MN_LOCK_TARGET);
    EXPECT_EQ(loser.data_state, MN_DATA_OUTDATED);
    EXPECT_EQ(loser.slot[0].state, MN_STATE_NONE);
    EXPECT_EQ(verdict_of(winner, loser).kind, MN_VERDICT_PARTIAL);
    EXPECT_EQ(verdict_of(winner, loser).source, 0);
}

// Cut in a resync that was to give generation 9 to a copy of 7, which was then made source by force.
TEST(Split, EitherSideOfAnUnfinishedResync)
{
    const mn_super old_source = source_of(9, 9, 7), promoted = source_of(30, 7, 7);
    mn_super loser = promoted;

    EXPECT_NE(mn_split_give_up(&loser, 0, 9), nullptr) << "it never had that";
    EXPECT_EQ(memcmp(&loser, &promoted, sizeof(loser)), 0) << "a refusal changes nothing";
    ASSERT_EQ(mn_split_give_up(&loser, 0, 7), nullptr);
    EXPECT_EQ(verdict_of(old_source, loser).kind, MN_VERDICT_PARTIAL);
    loser = old_source;
    ASSERT_EQ(mn_split_give_up(&loser, 0, 7), nullptr);
    EXPECT_EQ(verdict_of(promoted, loser).kind, MN_VERDICT_PARTIAL);
}

// Nobody yields to a copy that was inconsistent when it was made source; it yields with what is marked.
TEST(Split, ADeclaredCopyThatGivesUpGetsWhatDiffers)
{
    const mn_super old_source = source_of(9, 7, 7);
    mn_super declared = source_of(7, 7, 7);

    declared.role = MN_ROLE_TARGET;
    declared.data_state = MN_DATA_INCONSISTENT;
    mn_handover_promote(&declared, 30);
    const mn_facts old = facts_of(source_of(7, 7, 7)), fresh = facts_of(declared);
    EXPECT_EQ(mn_generation_yields(&old, &fresh), MN_YIELD_NO) << "it may have gone on in 7";
    ASSERT_EQ(mn_split_give_up(&declared, 0, 7), nullptr);
    EXPECT_EQ(verdict_of(old_source, declared).kind, MN_VERDICT_PARTIAL);
    declared.slot[0].flags |= MN_SLOT_F_FULL_NEEDED;
    EXPECT_EQ(verdict_of(old_source, declared).kind, MN_VERDICT_FULL) << "what else asks for it, still does";
}

TEST(Split, WhatBothHadIsNotKnown)
{
    const mn_super winner = source_of(20, 7, 7);
    mn_super loser = source_of(30, 7, 7);

    ASSERT_EQ(mn_split_give_up(&loser, 0, 0), nullptr);
    EXPECT_EQ(verdict_of(winner, loser).kind, MN_VERDICT_FULL);
}

TEST(Split, ARoleThatWasHandedOverIsNotGivenUp)
{
    mn_super loser = source_of(30, 7, 7);

    loser.locked = MN_LOCK_HANDED_OVER;
    EXPECT_NE(mn_split_give_up(&loser, 0, 7), nullptr);
    EXPECT_EQ(loser.role, MN_ROLE_SOURCE);
}

TEST(Split, GivingUpTwiceChangesNoGeneration)
{
    mn_super loser = source_of(30, 7, 7), once;

    ASSERT_EQ(mn_split_give_up(&loser, 0, 7), nullptr);
    once = loser;
    ASSERT_EQ(mn_split_give_up(&loser, 0, 7), nullptr);
    EXPECT_EQ(memcmp(&loser, &once, sizeof(loser)), 0);
}

// The wrong generation would leave blocks out: the verdict refuses it, rather than resync too little.
TEST(Split, AGenerationThatTheWinnerNeverHadIsRefusedByTheVerdict)
{
    const mn_super winner = source_of(20, 7, 7);
    mn_super loser = source_of(30, 9, 7);

    ASSERT_EQ(mn_split_give_up(&loser, 0, 9), nullptr);
    EXPECT_EQ(verdict_of(winner, loser).kind, MN_VERDICT_REFUSE);
}

} // namespace kcore
