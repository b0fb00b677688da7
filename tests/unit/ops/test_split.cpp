// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which generation the two copies of a split brain had in common, and what is said of it.
#include "expect_error.hpp"
#include "ops/volume/split_brain.hpp"

#include <gtest/gtest.h>

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

SplitSide side(std::uint64_t generation, std::uint64_t base, std::uint64_t old_base)
{
    SplitSide side;
    side.node = "b";
    side.role = Role::source;
    side.generation = generation;
    side.base = base;
    side.old_base = old_base;
    return side;
}

} // namespace

TEST(Split, TheCommonGenerationIsTheOneThatBothName)
{
    EXPECT_EQ(common_generation(side(20, 7, 7), side(30, 7, 7)), 7);
    EXPECT_EQ(common_generation(side(9, 9, 7), side(30, 7, 7)), 7) << "a resync to 9 was cut";
    EXPECT_EQ(common_generation(side(30, 7, 7), side(9, 9, 7)), 7);
    EXPECT_EQ(common_generation(side(30, 7, 7), side(7, 5, 5)), 7) << "the other still has it";
}

TEST(Split, NothingInCommonIsNoGeneration)
{
    EXPECT_EQ(common_generation(side(20, 7, 7), side(30, 8, 8)), 0);
    EXPECT_EQ(common_generation(side(20, 0, 0), side(0, 0, 0)), 0) << "0 names none";
    EXPECT_EQ(common_generation(side(20, 7, 7), side(7 + 1, 20, 20)), 0)
        << "what the loser has now is not what both had";
}

TEST(Split, WhereNothingProvesWhatDiffersEverythingIsSent)
{
    const auto winner = side(20, 7, 7), loser = side(30, 7, 7);
    EXPECT_FALSE(has_to_be_full(loser, winner));
    EXPECT_TRUE(has_to_be_full(loser, side(20, 8, 8))) << "nothing in common";
    for (const bool of_winner : {true, false}) {
        auto kept = winner, lost = loser;
        (of_winner ? kept : lost).blocks_known = false;
        EXPECT_TRUE(has_to_be_full(lost, kept)) << "a full resync was asked for before";
    }
}

// Of three copies: who has to give up for the one that is kept.
TEST(Split, WhoFollowsAnotherLineHasSomethingElse)
{
    const auto kept = side(20, 7, 5);
    auto target = side(30, 7, 7);
    target.role = Role::target;
    EXPECT_FALSE(has_nothing_else(target, kept)) << "another source went on with it";
    for (const auto generation : {20, 7, 5}) {
        target.generation = generation;
        EXPECT_TRUE(has_nothing_else(target, kept)) << generation;
    }
    target.generation = target.base = 6;
    EXPECT_TRUE(has_nothing_else(target, kept)) << "it never left what it got from there";
    target.waits_for_person = true;
    EXPECT_FALSE(has_nothing_else(target, kept));
    target.waits_for_person = false;
    target.role = Role::source;
    EXPECT_FALSE(has_nothing_else(target, kept));
}

TEST(Split, ASideSurvivesTheWire)
{
    auto before = side(0xfedcba9876543210, 7, 5);
    before.reason = Reason::split_brain;
    before.state = MirrorState::paused;
    before.waits_for_person = true;
    before.blocks = 12;
    before.blocks_known = false;
    before.clock = 99;
    const auto after = nlohmann::json(before).get<SplitSide>();
    EXPECT_EQ(nlohmann::json(after), nlohmann::json(before));
    EXPECT_EQ(after.generation, before.generation);
    EXPECT_EQ(after.reason, Reason::split_brain);
}

TEST(Split, TheQuestionNamesWhoLosesHowMuch)
{
    std::vector<SplitReport> pairs{{"home", side(20, 7, 7), "c", side(30, 7, 7), {}}};
    auto& report = pairs.front();
    report.here.node = "a";
    report.here.blocks = 16;
    report.there->blocks = 32;
    EXPECT_NE(split_brain_question(pairs, "c").find("on node a since the two parted (at most 1.0 MiB)"), std::string::npos);
    EXPECT_NE(split_brain_question(pairs, "a").find("on node c since the two parted (at most 2.0 MiB)"), std::string::npos);
    report.there.reset();
    EXPECT_NE(split_brain_question(pairs, "a").find("of unknown amount"), std::string::npos);
    expect_error(ExitStatus::not_found, {"node x has no copy", "a, c", "nothing was changed"}, [&] { split_brain_question(pairs, "x"); });
}
