// SPDX-License-Identifier: GPL-2.0-or-later
// May a source that comes up be opened: every combination of what it may know.
#include "kcore.hpp"

#include <string>

namespace kcore {

enum Peer { no_mirror, silent, agreed, refused };

static mn_boot_facts facts_of(Peer first, Peer second)
{
    mn_boot_facts facts{};
    const Peer peer[] = {first, second};

    facts.role = MN_ROLE_SOURCE;
    facts.lock_reason = MN_LOCK_WAIT_PEER;
    for (u32 i = 0; i < 2; i++) {
        facts.mirrors |= (peer[i] != no_mirror) << i;
        facts.agreed |= (peer[i] == agreed) << i;
        facts.refused |= (peer[i] == refused) << i;
    }
    return facts;
}

static std::string text_of(const mn_boot_facts &facts)
{
    return "role " + std::to_string(facts.role) + " lock " + std::to_string(facts.lock_reason) + " mirrors " +
           std::to_string(facts.mirrors) + " agreed " + std::to_string(facts.agreed) + " refused " +
           std::to_string(facts.refused) + " outdated " + std::to_string(facts.outdated) + " yields " +
           std::to_string(facts.yields) + " waited " + std::to_string(facts.waited) + " alone " +
           std::to_string(facts.alone);
}

// What SPEC 6 says, in another order than the code.
static u8 expected(const mn_boot_facts &facts)
{
    const u32 missing = facts.mirrors & ~(facts.agreed | facts.refused);
    const bool any_refused = facts.refused || facts.yields;

    if (facts.role != MN_ROLE_SOURCE || facts.lock_reason != MN_LOCK_WAIT_PEER)
        return MN_BOOT_NONE;
    if (!missing && !any_refused)
        return MN_BOOT_OPENS;
    if (any_refused)
        return MN_BOOT_REFUSED;
    if (!facts.waited)
        return MN_BOOT_WAITS;
    if (facts.alone == MN_BOOT_ALONE_SOURCE ||
        (facts.alone == MN_BOOT_ALONE_SAFE && (missing & facts.outdated) == missing))
        return MN_BOOT_ALONE;
    return MN_BOOT_STAYS;
}

// Each lock, what became of the handover, two nodes that each said something or nothing, both
// clocks, each option and one that no version has.
TEST(Alone, EveryCombination)
{
    unsigned count = 0, opened = 0;

    for (int first = no_mirror; first <= refused; first++)
    for (int second = no_mirror; second <= refused; second++)
    for (u8 role = 0; role <= MN_ROLE_TARGET; role++)
    for (u8 lock = 0; lock <= MN_LOCK_HANDING_OVER; lock++)
    for (u32 rest = 0; rest < 4 * 2 * 2 * 4; rest++) {
        mn_boot_facts facts = facts_of(static_cast<Peer>(first), static_cast<Peer>(second));

        facts.role = role;
        facts.lock_reason = lock;
        facts.outdated = rest & 3;
        facts.yields = rest & 4;
        facts.waited = rest & 8;
        facts.alone = rest >> 4;
        EXPECT_EQ(mn_boot_decide(&facts), expected(facts)) << text_of(facts);
        count++;
        opened += mn_boot_decide(&facts) == MN_BOOT_ALONE;
    }
    EXPECT_EQ(count, 4u * 4 * 3 * 9 * 64);
    EXPECT_GT(opened, 0u);
}

TEST(Alone, NobodyIsOverruled)
{
    mn_boot_facts facts = facts_of(refused, silent);

    facts.waited = true;
    facts.outdated = 3;
    facts.alone = MN_BOOT_ALONE_SOURCE;
    EXPECT_EQ(mn_boot_decide(&facts), MN_BOOT_REFUSED);
    facts = facts_of(agreed, agreed);
    facts.yields = true;
    EXPECT_EQ(mn_boot_decide(&facts), MN_BOOT_REFUSED) << "it is about to be a target";
}

TEST(Alone, ASourceWithoutMirrorsHasNobodyToAsk)
{
    const mn_boot_facts facts = facts_of(no_mirror, no_mirror);

    EXPECT_EQ(mn_boot_decide(&facts), MN_BOOT_OPENS);
}

// A copy is outdated on record if its slot names no generation that is the present one, and something was written.
TEST(Alone, OutdatedIsWhatLacksThePresentGeneration)
{
    mn_super super{};

    super.role = MN_ROLE_SOURCE;
    super.generation = 9;
    super.flags = MN_SUPER_F_MOVED_ON;
    for (int i : {0, 1, 2, 4})
        super.slot[i].used = true;
    super.slot[0].base = super.slot[0].old_base = 7; // lost, on record
    super.slot[1].base = super.slot[1].old_base = 9; // in sync when this node stopped
    super.slot[2].base = 9;                          // a resync into it had begun
    super.slot[2].old_base = 7;                      // slot 4: it never had anything
    EXPECT_EQ(mn_boot_outdated(&super), 1u << 0 | 1u << 4);
    super.flags = 0;
    EXPECT_EQ(mn_boot_outdated(&super), 0u) << "nothing was written that they lack";
    super.flags = MN_SUPER_F_MOVED_ON;
    super.role = MN_ROLE_TARGET;
    EXPECT_EQ(mn_boot_outdated(&super), 0u);
}

}  // namespace kcore
