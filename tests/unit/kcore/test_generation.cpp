// SPDX-License-Identifier: GPL-2.0-or-later
// Who sends what to whom, told as the stories behind it.
#include "facts.hpp"

#include <cstring>

namespace kcore {

constexpr u32 unlocked = MN_HELLO_F_UNLOCKED;
constexpr u32 full = MN_HELLO_F_FULL_NEEDED;
constexpr u32 blank = MN_HELLO_F_BLANK;
constexpr u32 written = MN_HELLO_F_WRITTEN;
constexpr u32 wait_peer = MN_HELLO_F_WAIT_PEER;
constexpr u32 moved_on = MN_HELLO_F_MOVED_ON;

class Generation : public Test {
protected:
    static std::string verdict(const mn_facts &a, const mn_facts &b) { return text(mn_generation_decide(&a, &b)); }
};

TEST_F(Generation, FirstResyncOfANewTarget)
{
    EXPECT_EQ(verdict(source(1, 0, {}, full), target(0, 0, {}, blank | full)), "full/none source=0");
    EXPECT_EQ(verdict(target(0, 0, {}, full), source(1, 0, {}, full | moved_on)), "full/none source=1");
}

// Cut in the middle: the bitmap of the source holds what is left.
TEST_F(Generation, FirstResyncGoesOnAfterACut)
{
    EXPECT_EQ(verdict(source(1, 0, {}), target(0, 0, {})), "partial/none source=0");
}

TEST_F(Generation, AfterAShortCut)
{
    EXPECT_EQ(verdict(source(1, 1, {}, moved_on), target(1, 1, {})), "partial/none source=0");
}

// The source went on alone in a new generation; an unfinished resync changes nothing.
TEST_F(Generation, AfterALongCut)
{
    mn_facts behind = target(1, 1, {});

    EXPECT_EQ(verdict(source(2, 1, {1}, moved_on), behind), "partial/none source=0");
    behind.data_state = MN_DATA_INCONSISTENT;
    EXPECT_EQ(verdict(source(2, 1, {1}, moved_on), behind), "partial/none source=0");
    EXPECT_EQ(verdict(source(9, 1, {8, 7}, moved_on), behind), "partial/none source=0");
}

// The stream was cut before the target confirmed its new generation.
TEST_F(Generation, TheTargetHasOneOfTwoBases)
{
    EXPECT_EQ(verdict(with_old_base(source(3, 2, {2, 1}), 1), target(1, 1, {})), "partial/none source=0");
    EXPECT_EQ(verdict(with_old_base(source(3, 2, {2, 1}), 1), target(2, 2, {1})), "partial/none source=0");
    EXPECT_EQ(verdict(with_old_base(source(3, 2, {}), 1), target(1, 1, {}, full)), "full/none source=0");
    EXPECT_EQ(verdict(with_old_base(source(4, 3, {3, 2, 1}), 2), target(1, 1, {})), "full/none source=0");
    EXPECT_EQ(verdict(source(1, 0, {}, unlocked), with_old_base(target(2, 0, {}), 1)), "refuse/other-source source=0");
}

// A link came back between two nodes that had kept what they knew of the stream.
TEST_F(Generation, AStreamGoesOn)
{
    const auto kept = with_stream(source(2, 1, {1}, moved_on), 77, 10, 30);

    EXPECT_EQ(verdict(kept, with_stream(target(1, 1, {}), 77, 20, 20)), "resume/none source=0");
    EXPECT_EQ(verdict(with_stream(target(1, 1, {}), 77, 20, 20), kept), "resume/none source=1");
    EXPECT_EQ(verdict(kept, with_stream(target(1, 1, {}), 77, 10, 10)), "resume/none source=0");
    EXPECT_EQ(verdict(kept, with_stream(target(1, 1, {}), 77, 30, 30)), "resume/none source=0");
}

// Its node stored that the source went on without it; what it lacks is in the stream.
TEST_F(Generation, AStreamGoesOnToAnOutdatedTarget)
{
    mn_facts outdated = with_stream(target(1, 1, {}), 77, 20, 20);

    outdated.data_state = MN_DATA_OUTDATED;
    EXPECT_EQ(verdict(with_stream(source(2, 1, {1}, moved_on), 77, 10, 30), outdated),
              "resume/none source=0");
    outdated.data_state = MN_DATA_UNKNOWN;
    EXPECT_EQ(verdict(with_stream(source(2, 1, {1}, moved_on), 77, 10, 30), outdated),
              "partial/none source=0");
}

// A request about an older loss is told by the generation that was taken with it.
TEST_F(Generation, WhatACopyHasHad)
{
    const u64 history[MN_HISTORY] = {3, 2};

    EXPECT_TRUE(mn_generation_was_held(4, 4, history));
    EXPECT_TRUE(mn_generation_was_held(3, 4, history));
    EXPECT_TRUE(mn_generation_was_held(2, 4, history));
    EXPECT_FALSE(mn_generation_was_held(5, 4, history));
    EXPECT_FALSE(mn_generation_was_held(0, 4, history));
    EXPECT_FALSE(mn_generation_was_held(0, 0, history));
}

TEST_F(Generation, AStreamDoesNotGoOn)
{
    const auto kept = with_stream(source(2, 1, {1}, moved_on), 77, 10, 30);
    mn_facts inconsistent = with_stream(target(1, 1, {}), 77, 20, 20);

    inconsistent.data_state = MN_DATA_INCONSISTENT;
    EXPECT_EQ(verdict(kept, inconsistent), "partial/none source=0");
    EXPECT_EQ(verdict(kept, with_stream(target(1, 1, {}), 78, 20, 20)), "partial/none source=0");
    EXPECT_EQ(verdict(kept, target(1, 1, {})), "partial/none source=0");
    EXPECT_EQ(verdict(source(2, 1, {1}), target(1, 1, {})), "partial/none source=0");
    EXPECT_EQ(verdict(kept, with_stream(target(1, 1, {}, full), 77, 20, 20)), "full/none source=0");
    EXPECT_EQ(verdict(kept, with_stream(target(1, 1, {}, written), 77, 20, 20)), "refuse/target-unlocked source=0");
    EXPECT_EQ(verdict(kept, with_stream(target(9, 9, {}), 77, 20, 20)), "refuse/other-source source=0");
}

// A machine that was put back with its memory: it has less than it acknowledged, or was sent less
// than it had sent.
TEST_F(Generation, AStreamThatWentBack)
{
    const auto kept = with_stream(source(2, 1, {1}, moved_on), 77, 10, 30);

    EXPECT_EQ(verdict(kept, with_stream(target(1, 1, {}), 77, 9, 9)), "refuse/rolled-back source=0");
    EXPECT_EQ(verdict(kept, with_stream(target(1, 1, {}), 77, 31, 31)), "refuse/rolled-back source=0");
    EXPECT_EQ(verdict(kept, with_stream(target(1, 1, {}, full), 77, 9, 9)), "full/none source=0");
}

TEST_F(Generation, OnlyInTheHistoryMeansFull)
{
    EXPECT_EQ(verdict(source(3, 2, {2, 1}, moved_on), target(1, 1, {})), "full/none source=0");
    EXPECT_EQ(verdict(source(3, 0, {2, 1}), target(2, 2, {})), "full/none source=0");
}

TEST_F(Generation, APersonAskedForAFullResync)
{
    EXPECT_EQ(verdict(source(1, 1, {}, full), target(1, 1, {})), "full/none source=0");
    EXPECT_EQ(verdict(source(1, 1, {}), target(1, 1, {}, full)), "full/none source=0");
    EXPECT_EQ(verdict(source(2, 1, {1}, full), target(1, 1, {})), "full/none source=0");
    EXPECT_EQ(verdict(source(2, 1, {1}, full), target(9, 0, {})), "refuse/other-source source=0");
}

TEST_F(Generation, SwitchedOver)
{
    EXPECT_EQ(verdict(target(1, 1, {}, moved_on), source(2, 1, {1})), "partial/none source=1");
}

// The other was promoted while this source was down; its writes were mirrored.
TEST_F(Generation, OldSourceComesBackToANewOne)
{
    EXPECT_EQ(verdict(source(1, 1, {}, wait_peer | moved_on), source(2, 1, {1}, moved_on)),
              "refuse/operation source=2");
    const auto old = source(1, 1, {}, wait_peer | moved_on), newer = source(2, 1, {1}, moved_on);
    EXPECT_EQ(mn_generation_yields(&old, &newer), MN_YIELD_REPLACED);
    EXPECT_EQ(mn_generation_yields(&newer, &old), MN_YIELD_NO);
    const auto open = source(1, 1, {}, MN_HELLO_F_UNLOCKED | moved_on), apart = source(3, 1, {1}, moved_on);
    EXPECT_EQ(mn_generation_yields(&open, &newer), MN_YIELD_NO) << "it is in use";
    EXPECT_EQ(mn_generation_yields(&apart, &newer), MN_YIELD_NO) << "it moved on, too";
    const auto lacks = source(2, 1, {1}, moved_on | full);
    EXPECT_EQ(mn_generation_yields(&old, &lacks), MN_YIELD_NO) << "the old one wrote what nobody marked";
    const auto foreign = source(1, 1, {}, wait_peer | moved_on | full);
    EXPECT_EQ(mn_generation_yields(&foreign, &newer), MN_YIELD_NO) << "it was written behind our back";
    EXPECT_EQ(verdict(foreign, newer), "refuse/other-source source=2");
    EXPECT_EQ(verdict(target(1, 1, {}, moved_on), source(2, 1, {1}, moved_on)), "partial/none source=1");
}

// One was promoted and not written; the old source lived, and went on.
TEST_F(Generation, WhoWroteNothingYields)
{
    const auto with_base = [](mn_facts facts) { return with_old_base(facts, facts.base); };
    const auto promoted = with_base(source(3, 1, {1}, MN_HELLO_F_UNLOCKED));
    const auto went_on = with_base(source(2, 1, {1}, moved_on | MN_HELLO_F_UNLOCKED));

    EXPECT_EQ(verdict(promoted, went_on), "refuse/operation source=2");
    EXPECT_EQ(mn_generation_yields(&promoted, &went_on), MN_YIELD_UNWRITTEN);
    EXPECT_EQ(mn_generation_yields(&went_on, &promoted), MN_YIELD_NO);
    auto wrote = promoted;
    wrote.flags |= moved_on;
    EXPECT_EQ(verdict(wrote, went_on), "split-brain/split-brain source=2");
    // what it has is no generation that the other had, or not that alone
    const auto stranger = with_base(source(3, 8, {8})), again = with_base(source(4, 1, {3, 1}));
    EXPECT_EQ(verdict(stranger, went_on), "refuse/other-source source=2");
    EXPECT_EQ(verdict(again, went_on), "refuse/other-source source=2");
    const auto given = with_old_base(source(3, 1, {1}), 3);
    EXPECT_EQ(verdict(given, went_on), "refuse/other-source source=2");
    // as it is afterwards
    EXPECT_EQ(verdict(went_on, with_base(target(1, 1, {}))), "partial/none source=0");
}

// Both were promoted, and neither was written: one of them is the source, the same one at both ends.
TEST_F(Generation, NeitherWrote)
{
    auto one = with_old_base(source(2, 1, {1}), 1), other = with_old_base(source(3, 1, {1}), 1);

    one.node_uuid[0] = 1;
    other.node_uuid[0] = 2;
    EXPECT_EQ(verdict(one, other), "refuse/operation source=2");
    EXPECT_EQ(mn_generation_yields(&one, &other), MN_YIELD_NO);
    EXPECT_EQ(mn_generation_yields(&other, &one), MN_YIELD_UNWRITTEN);
}

TEST_F(Generation, BothWroteOnTheirOwn)
{
    EXPECT_EQ(verdict(source(2, 1, {1}, moved_on), source(3, 1, {1}, moved_on)), "split-brain/split-brain source=2");
    EXPECT_EQ(verdict(source(2, 1, {1}, moved_on), target(3, 1, {1}, moved_on)), "split-brain/split-brain source=0");
    EXPECT_EQ(verdict(source(5, 1, {4, 1}, moved_on), source(3, 0, {2, 1}, moved_on)),
              "split-brain/split-brain source=2");
}

TEST_F(Generation, TwoSourcesOfWhichOneWroteNothing)
{
    EXPECT_EQ(verdict(source(2, 1, {1}), source(3, 1, {1}, moved_on)), "refuse/operation source=2");
    EXPECT_EQ(verdict(source(1, 1, {}), source(1, 1, {})), "refuse/other-source source=2");
}

// Another node took over, and is not there now: one of its targets knows.
TEST_F(Generation, ALockedSourceHearsOfANewerOneFromATarget)
{
    EXPECT_EQ(verdict(source(1, 1, {}), target(2, 1, {1})), "refuse/operation source=2");
    EXPECT_EQ(verdict(source(1, 1, {}), target(2, 1, {1}, MN_HELLO_F_BLANK)), "full/none source=0");
    auto restored = source(1, 1, {}), newer = target(2, 1, {1});
    newer.peer_position = 5;
    restored.position = 4;
    EXPECT_EQ(verdict(restored, newer), "refuse/rolled-back source=0");
}

TEST_F(Generation, StreamsPassedGenerationsOnTheWay)
{
    EXPECT_EQ(verdict(with_old_base(source(5, 4, {4, 3, 2, 1}), 2), target(3, 3, {})), "partial/none source=0");
    EXPECT_EQ(verdict(with_old_base(source(5, 3, {4, 3, 2, 1}), 2), target(4, 4, {})), "full/none source=0");
    EXPECT_EQ(verdict(with_old_base(source(5, 4, {4, 3, 2, 1}), 2), target(1, 1, {})), "full/none source=0");
}

TEST_F(Generation, TheTargetMovedOn)
{
    EXPECT_EQ(verdict(source(1, 1, {}, unlocked), target(2, 1, {1}, moved_on)), "refuse/other-source source=0");
    EXPECT_EQ(verdict(source(1, 1, {}, unlocked), target(2, 0, {1})), "refuse/other-source source=0");
    EXPECT_EQ(verdict(source(2, 1, {1}), target(1, 2, {})), "refuse/other-source source=0") << "each behind the other";
}

TEST_F(Generation, Strangers)
{
    EXPECT_EQ(verdict(source(1, 0, {}), target(2, 0, {})), "refuse/other-source source=0");
    EXPECT_EQ(verdict(source(1, 0, {}, moved_on), target(2, 0, {}, moved_on)), "refuse/other-source source=0");
    EXPECT_EQ(verdict(source(1, 0, {}, moved_on), source(2, 0, {}, moved_on)), "refuse/other-source source=2");
    EXPECT_EQ(verdict(source(1, 0, {}), target(2, 0, {}, blank)), "full/none source=0");
}

TEST_F(Generation, NobodyOrNoTarget)
{
    EXPECT_EQ(verdict(target(1, 1, {}), target(1, 1, {})), "no-source/operation source=2");
    EXPECT_EQ(verdict(facts(MN_ROLE_NONE, 1, 1, {}), target(1, 1, {})), "no-source/operation source=2");
    EXPECT_EQ(verdict(source(1, 1, {}), facts(MN_ROLE_NONE, 1, 1, {})), "refuse/operation source=0");
}

TEST_F(Generation, TheTargetIsOrWasOpen)
{
    EXPECT_EQ(verdict(source(1, 1, {}), target(1, 1, {}, written)), "refuse/target-unlocked source=0");
    EXPECT_EQ(verdict(source(1, 1, {}), target(1, 1, {}, unlocked)), "refuse/target-unlocked source=0");
    EXPECT_EQ(verdict(source(1, 1, {}), target(0, 0, {}, blank | written)), "refuse/target-unlocked source=0");
    EXPECT_EQ(verdict(source(1, 1, {}, unlocked), target(1, 1, {})), "partial/none source=0");
}

TEST_F(Generation, SizesComeFirst)
{
    mn_facts a = source(1, 1, {}), b = target(0, 0, {}, blank);

    b.sectors--;
    b.sector_size = 4096;
    EXPECT_EQ(verdict(a, b), "refuse/size-mismatch source=0");
    b.sectors = a.sectors + 1;
    EXPECT_EQ(verdict(a, b), "refuse/size-mismatch source=0");
    b.sectors = a.sectors;
    EXPECT_EQ(verdict(a, b), "refuse/sector-mismatch source=0");
}

TEST_F(Generation, RolledBack)
{
    mn_facts a = source(1, 1, {}, full), b = target(1, 1, {});

    a.position = 100;
    b.peer_position = 100;
    EXPECT_EQ(verdict(a, b), "full/none source=0");
    b.peer_position = 101;
    EXPECT_EQ(verdict(a, b), "refuse/rolled-back source=0");
    b.peer_position = 0;
    b.position = 50;
    a.peer_position = 51;
    EXPECT_EQ(verdict(a, b), "full/none source=0") << "the witness wants all of it sent";
    a.flags = 0;
    b.flags = full;
    EXPECT_EQ(verdict(a, b), "refuse/rolled-back source=0") << "the older image's flag is no wish";
    b.flags = blank;
    EXPECT_EQ(verdict(a, b), "full/none source=0");
}

TEST_F(Generation, ATargetHasWhatItsSlotNames)
{
    EXPECT_TRUE(mn_generation_may_be_held(7, 7, 3));
    EXPECT_TRUE(mn_generation_may_be_held(7, 3, 7));
    EXPECT_FALSE(mn_generation_may_be_held(7, 3, 4));
    EXPECT_FALSE(mn_generation_may_be_held(0, 0, 0));
}

TEST_F(Generation, AdvancingKeepsTheNewestOfTheHistory)
{
    u64 generation = 0, history[MN_HISTORY]{};

    mn_generation_advance(&generation, history, 1);
    EXPECT_EQ(generation, 1u);
    EXPECT_EQ(history[0], 0u);
    mn_generation_advance(&generation, history, 1);
    EXPECT_EQ(history[0], 0u);
    for (u64 next = 2; next <= 12; next++)
        mn_generation_advance(&generation, history, next);
    EXPECT_EQ(generation, 12u);
    for (u64 i = 0; i < MN_HISTORY; i++)
        EXPECT_EQ(history[i], 11 - i);
}

TEST_F(Generation, FactsComeFromTheHello)
{
    mn_wire_hello hello{};
    mn_facts facts;

    std::memset(hello.node_uuid, 7, MN_UUID_LEN);
    hello.role = 2;
    hello.data_state = 3;
    hello.flags = 0x15;
    hello.sector_size = 4096;
    hello.sectors = 11;
    hello.generation = 12;
    hello.base = 13;
    hello.old_base = 17;
    hello.history[7] = 14;
    hello.position = 15;
    hello.peer_position = 16;
    std::memset(&facts, 0xff, sizeof(facts));
    mn_facts_from_hello(&hello, &facts);
    EXPECT_EQ(text(facts), "target generation 12 base 13 old base 17 history 14 flags 21 position 15/16");
    EXPECT_EQ(facts.node_uuid[15], 7);
    EXPECT_EQ(facts.data_state, 3);
    EXPECT_EQ(facts.sector_size, 4096u);
    EXPECT_EQ(facts.sectors, 11u);
}

}  // namespace kcore
