// SPDX-License-Identifier: GPL-2.0-or-later
// The buckets of a histogram: their bounds, that each number falls into one, and the sum.
#include "kcore.hpp"

#include <numeric>

namespace kcore {

class Latency : public Test {
protected:
    u64 counted() const { return std::accumulate(std::begin(latency_.writes), std::end(latency_.writes), u64{0}); }

    struct mn_latency latency_ = {};
};

TEST_F(Latency, ABucketHoldsWhatIsUpToItsBoundAndAboveTheOneBefore)
{
    EXPECT_EQ(mn_latency_bucket(0), 0u);
    EXPECT_EQ(mn_latency_bucket(1), 0u);
    for (unsigned int i = 1; i + 1 < MN_LATENCY_BUCKETS; i++) {
        EXPECT_EQ(mn_latency_bucket(u64{1} << i), i);
        EXPECT_EQ(mn_latency_bucket((u64{1} << i) + 1), i + 1) << i;
        EXPECT_EQ(mn_latency_bucket((u64{1} << (i - 1)) + 1), i) << i;
    }
}

TEST_F(Latency, TheLastOneHoldsEverythingElse)
{
    const u64 longest = u64{1} << (MN_LATENCY_BUCKETS - 2);
    EXPECT_EQ(mn_latency_bucket(longest), MN_LATENCY_BUCKETS - 2u);
    for (const u64 us : {longest + 1, 2 * longest + 1, u64{1} << 40, ~u64{0}})
        EXPECT_EQ(mn_latency_bucket(us), MN_LATENCY_BUCKETS - 1u) << us;
}

TEST_F(Latency, EveryWriteIsCountedOnceAndSummedUp)
{
    Random random(4711);
    u64 sum = 0;
    for (unsigned int n = 1; n <= 10000; n++) {
        const u64 began = random.range(1, u64{1} << 50), us = random.any() >> random.range(30, 63);
        const u64 before = latency_.writes[mn_latency_bucket(us)];
        mn_latency_add(&latency_, began, began + 1000 * us + random.range(0, 999));
        sum += us;
        ASSERT_EQ(latency_.writes[mn_latency_bucket(us)], before + 1) << us;
        ASSERT_EQ(counted(), n);
        ASSERT_EQ(latency_.sum, sum);
    }
}

TEST_F(Latency, AClockThatWentBackIsNoTime)
{
    mn_latency_add(&latency_, 5000, 4000);
    EXPECT_EQ(latency_.writes[0], 1u);
    EXPECT_EQ(latency_.sum, 0u);
}

}  // namespace kcore
