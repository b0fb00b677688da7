// SPDX-License-Identifier: GPL-2.0-or-later
// A resync over links of all kinds: the depth that it finds fills them and queues little more.
#include "kcore.hpp"

#include <deque>

namespace kcore {

constexpr u64 us = 1000, ms = 1000 * us, second = 1000 * ms;
constexpr u64 block_bits = (65536 + 64) * 8;

class Depth : public Test {
protected:
    struct Sent {
        u64 queued, acknowledged;
    };

    // A link of so many kbit/s; blocks are taken from a disk that is never the limit.
    void link(u64 kbit, u64 round_trip)
    {
        block_ns_ = block_bits * 1'000'000 / kbit;
        round_trip_ = round_trip;
    }

    void fill(u32 least, u32 most)
    {
        while (under_way_.size() < mn_depth_blocks(&depth_, least, most)) {
            free_ = std::max(free_, now_) + block_ns_;
            under_way_.push_back({now_, free_ + round_trip_});
        }
    }

    // Blocks acknowledged in that time.
    u64 run(u64 ns, u32 least = 20, u32 most = 1024)
    {
        const u64 end = now_ + ns;
        u64 blocks = 0;

        for (fill(least, most); under_way_.front().acknowledged < end; blocks++) {
            const Sent sent = under_way_.front();
            under_way_.pop_front();
            now_ = sent.acknowledged;
            // the kernel's clock of legs is that of jiffies
            mn_depth_acked(&depth_, (now_ - sent.queued) / (4 * ms) * (4 * ms), now_);
            fill(least, most);
        }
        now_ = end;
        return blocks;
    }

    u64 product() const { return round_trip_ / block_ns_ + 1; }
    u32 depth() const { return mn_depth_blocks(&depth_, 1, ~0u); }

    mn_depth depth_{};
    std::deque<Sent> under_way_;
    u64 now_ = 5 * second, free_ = 0, block_ns_ = 0, round_trip_ = 0;
};

TEST_F(Depth, AsksForNothingInTheBeginning)
{
    EXPECT_EQ(mn_depth_blocks(&depth_, 20, 1024), 20u);
    EXPECT_EQ(mn_depth_blocks(&depth_, 1, 1024), 1u);
    EXPECT_EQ(mn_depth_blocks(&depth_, 1024, 1024), 1024u);
}

TEST_F(Depth, FillsEveryLinkAndQueuesLittle)
{
    for (u64 kbit : {1500, 10'000, 45'000, 100'000, 1'000'000, 10'000'000}) {
        for (u64 round_trip : {0 * ms, 1 * ms, 10 * ms, 50 * ms, 100 * ms, 300 * ms}) {
            depth_ = {};
            under_way_.clear();
            free_ = 0;
            link(kbit, round_trip);
            run(20 * second);
            const u64 possible = 20 * second / block_ns_;
            const u64 wanted = std::min<u64>(possible, 1024 * (20 * second) / (round_trip + 1));
            EXPECT_GE(run(20 * second), wanted * 97 / 100) << kbit << " kbit/s, " << round_trip / ms << " ms";
            // jiffies count for 4 ms at least
            const u64 most = 3 * (product() + 4 * ms / block_ns_) + 4;
            EXPECT_LE(depth(), most) << kbit << " kbit/s, " << round_trip / ms << " ms";
        }
    }
}

TEST_F(Depth, GrowsFromOneWithinAFewRoundTrips)
{
    link(1'000'000, 100 * ms);
    run(2 * second, 1);
    EXPECT_GE(run(second, 1), second / block_ns_ * 97 / 100);
}

TEST_F(Depth, FollowsALinkThatBecomesFasterAndSlower)
{
    link(10'000, 50 * ms);
    run(10 * second);
    link(1'000'000, 50 * ms);
    run(3 * second);
    EXPECT_GE(run(second), second / block_ns_ * 97 / 100);
    link(10'000, 50 * ms);
    run(60 * second);
    EXPECT_EQ(mn_depth_blocks(&depth_, 20, 1024), 20u);
}

TEST_F(Depth, StaysWithinItsBounds)
{
    link(10'000'000, 300 * ms);
    run(10 * second, 20, 64);
    EXPECT_LE(under_way_.size(), 64u);
}

// What cannot be does no harm: nothing divides by zero or overflows.
TEST_F(Depth, StrangeClocks)
{
    mn_depth_acked(&depth_, ~0ull, 1);
    mn_depth_acked(&depth_, 0, 1);
    mn_depth_acked(&depth_, ~0ull, ~0ull);
    for (int i = 0; i < 3'000'000; i++)
        mn_depth_acked(&depth_, 0, ~0ull);
    EXPECT_LE(depth_.blocks, 1u << 20);
    EXPECT_LE(depth(), 1u << 22);
}

}  // namespace kcore
