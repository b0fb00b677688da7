// SPDX-License-Identifier: GPL-2.0-or-later
// Up to which write a target has everything.
#include "kcore.hpp"

namespace kcore {

class CopyMark : public Test {
protected:
    u64 look(u64 sequence, u64 stable, u64 number, bool in_sync = true, u64 stream = 7)
    {
        const mn_copy_now now{in_sync, stream, sequence, stable, number};

        mn_copy_mark_look(&mark_, &now);
        return mark_.as_of;
    }

    mn_copy_mark mark_{};
};

TEST_F(CopyMark, IsTheNumberOfWhenTheMarkWasSet)
{
    EXPECT_EQ(look(10, 4, 100), 0u);
    EXPECT_EQ(look(15, 9, 130), 0u) << "not reached";
    EXPECT_EQ(look(20, 10, 150), 100u);
    EXPECT_EQ(look(30, 19, 170), 100u);
    EXPECT_EQ(look(30, 20, 170), 150u);
}

TEST_F(CopyMark, SaysNothingOfATargetThatIsNotInSync)
{
    look(10, 10, 100);
    EXPECT_EQ(look(10, 10, 100), 100u);
    EXPECT_EQ(look(10, 10, 110, false), 0u);
    EXPECT_EQ(look(12, 12, 120), 0u) << "the mark from before counts no more";
    EXPECT_EQ(look(12, 12, 120), 120u);
}

TEST_F(CopyMark, BelongsToOneStream)
{
    look(10, 0, 100);
    EXPECT_EQ(look(10, 10, 200, true, 8), 0u);
    EXPECT_EQ(look(10, 10, 200, true, 8), 200u);
}

TEST_F(CopyMark, ProvesWhatWasKeptSinceThen)
{
    EXPECT_TRUE(mn_copy_mark_proves(5, 5));
    EXPECT_FALSE(mn_copy_mark_proves(4, 5));
    EXPECT_FALSE(mn_copy_mark_proves(0, 0));
}

}  // namespace kcore
