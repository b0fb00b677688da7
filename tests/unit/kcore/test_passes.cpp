// SPDX-License-Identifier: GPL-2.0-or-later
// What follows a pass of a resync.
#include "kcore.hpp"

namespace kcore {

class Passes : public Test {
protected:
    mn_pass pass{.dirty = 1000, .failed = 0, .number = 1, .most = 200, .low_water = 150, .block_timeout = 15000};
};

TEST_F(Passes, NothingLeftIsTheEnd)
{
    pass.dirty = 0;
    for (u32 number : {1u, 199u, 200u, 4000000000u}) {
        pass.number = number;
        EXPECT_EQ(mn_pass_next(&pass), MN_PASS_DONE);
    }
}

TEST_F(Passes, WhatCannotBeReadIsNotTriedForEver)
{
    pass.failed = 999;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_AGAIN);
    pass.failed = 1000;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_HOPELESS);
    pass.number = 200;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_HOPELESS);
}

TEST_F(Passes, TheLastOneIsTheLastOne)
{
    pass.number = 199;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_AGAIN);
    pass.number = 200;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_TOO_MANY);
    pass.most = 1;
    pass.number = 1;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_TOO_MANY);
}

TEST_F(Passes, WritersAreDelayedForAFewBlocksAfterATenth)
{
    pass.dirty = 150;
    pass.number = 19;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_AGAIN);
    pass.number = 20;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_DELAY_WRITERS);
    pass.dirty = 151;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_AGAIN);
}

TEST_F(Passes, EitherOptionSaysNever)
{
    pass.dirty = 1;
    pass.number = 100;
    pass.low_water = 0;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_AGAIN);
    pass.low_water = 150;
    pass.block_timeout = 0;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_AGAIN);
}

// No sum overflows: 1000000 passes are allowed, and a counter may stand anywhere.
TEST_F(Passes, LargeNumbers)
{
    pass.dirty = 1;
    pass.most = 4294967295u;
    pass.number = 4294967294u;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_DELAY_WRITERS);
    pass.number = 429496728u;
    EXPECT_EQ(mn_pass_next(&pass), MN_PASS_AGAIN);
}

} // namespace kcore
