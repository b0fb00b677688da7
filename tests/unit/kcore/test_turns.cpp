// SPDX-License-Identifier: GPL-2.0-or-later
// So many at a time, the others in the order in which they asked.
#include "kcore.hpp"

#include <algorithm>
#include <array>
#include <deque>

namespace kcore {

class Turns : public Test {
protected:
    void SetUp() override
    {
        Test::SetUp();
        mn_turns_init(&turns);
    }

    bool take(int which) { return mn_turns_take(&turns, &all[which]); }

    // Gives it, and says who comes next; -1: nobody.
    int give(int which)
    {
        mn_turns_give(&turns, &all[which]);
        return next();
    }

    int next()
    {
        const mn_turn *turn = mn_turns_next(&turns);

        return turn ? static_cast<int>(turn - all.data()) : -1;
    }

    mn_turns turns{};
    std::array<mn_turn, 6> all{};
};

TEST_F(Turns, WithoutALimitNobodyWaits)
{
    for (int i = 0; i < 6; i++)
        EXPECT_TRUE(take(i));
    EXPECT_EQ(turns.held, 6u);
    EXPECT_EQ(give(3), -1);
}

TEST_F(Turns, FirstComeFirstServed)
{
    turns.limit = 1;
    EXPECT_TRUE(take(2));
    EXPECT_TRUE(take(2)) << "asked once more";
    for (int i : {4, 0, 3})
        EXPECT_FALSE(take(i));
    EXPECT_FALSE(take(4)) << "asked once more, in its old place";
    EXPECT_EQ(next(), -1);
    EXPECT_EQ(give(2), 4);
    EXPECT_TRUE(take(4));
    EXPECT_FALSE(take(2)) << "behind the others";
    EXPECT_EQ(give(4), 0);
    EXPECT_EQ(give(0), 3);
    EXPECT_EQ(give(3), 2);
    EXPECT_EQ(give(2), -1);
    EXPECT_EQ(turns.held, 0u);
}

TEST_F(Turns, WhoLeavesTheQueueIsNotCalled)
{
    turns.limit = 1;
    EXPECT_TRUE(take(0));
    EXPECT_FALSE(take(1));
    EXPECT_FALSE(take(2));
    EXPECT_EQ(give(1), -1);
    EXPECT_EQ(give(1), -1) << "twice";
    EXPECT_EQ(give(0), 2);
}

TEST_F(Turns, ALimitThatIsRaisedLetsAsManyGo)
{
    turns.limit = 1;
    for (int i = 0; i < 6; i++)
        EXPECT_EQ(take(i), i == 0);
    turns.limit = 3;
    EXPECT_EQ(next(), 1);
    EXPECT_EQ(next(), 2);
    EXPECT_EQ(next(), -1);
    turns.limit = 0;
    for (int i = 3; i < 6; i++)
        EXPECT_EQ(next(), i);
    EXPECT_EQ(next(), -1);
}

TEST_F(Turns, ALimitThatIsLoweredEndsNothing)
{
    for (int i = 0; i < 3; i++)
        EXPECT_TRUE(take(i));
    turns.limit = 1;
    EXPECT_TRUE(take(0));
    EXPECT_FALSE(take(3));
    EXPECT_EQ(give(0), -1);
    EXPECT_EQ(give(1), -1);
    EXPECT_EQ(give(2), 3);
}

// Against a model: the order is that of asking, nobody waits while there is room.
TEST_F(Turns, RandomWalk)
{
    Random random{7};
    std::deque<int> waiting;
    std::array<bool, 6> held{};

    for (int step = 0; step < 200000; step++) {
        const int which = static_cast<int>(random.range(0, 5));
        const auto held_now = static_cast<u32>(std::count(held.begin(), held.end(), true));

        if (random.one_in(10))
            turns.limit = static_cast<u32>(random.range(0, 4));
        if (random.one_in(2)) {
            mn_turns_give(&turns, &all[which]);
            held[which] = false;
            std::erase(waiting, which);
        } else if (!held[which] && std::find(waiting.begin(), waiting.end(), which) == waiting.end()) {
            held[which] = waiting.empty() && (!turns.limit || held_now < turns.limit);
            ASSERT_EQ(take(which), held[which]);
            if (!held[which])
                waiting.push_back(which);
        }
        for (int called; (called = next()) >= 0;) {
            ASSERT_FALSE(waiting.empty());
            ASSERT_EQ(called, waiting.front());
            waiting.pop_front();
            held[called] = true;
        }
        const auto count = static_cast<u32>(std::count(held.begin(), held.end(), true));
        ASSERT_EQ(turns.held, count);
        ASSERT_TRUE(waiting.empty() || (turns.limit && count >= turns.limit));
    }
}

}  // namespace kcore
