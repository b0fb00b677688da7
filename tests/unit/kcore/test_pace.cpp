// SPDX-License-Identifier: GPL-2.0-or-later
// The arithmetic of a limit: rates as they are measured, pauses, changes, and no overflow.
#include "kcore.hpp"

namespace kcore {

constexpr u64 ms = 1'000'000, second = 1000 * ms;

class Pace : public Test {
protected:
    void limit(u32 kbit) { mn_pace_set(&pace_, kbit, now_); }

    // One that always has something to send, and wakes up late by up to `late` ns. Bytes sent.
    u64 send_for(u64 ns, u64 late = 0)
    {
        const u64 end = now_ + ns;
        u64 sent = 0;

        while (now_ < end) {
            const u64 wait = mn_pace_wait(&pace_, now_);

            if (wait) {
                now_ += wait + (late ? random_.range(0, late) : 0);
                continue;
            }
            const u32 bytes = static_cast<u32>(random_.range(1, mn_pace_piece(&pace_, now_)));
            mn_pace_charge(&pace_, bytes, now_);
            sent += bytes;
        }
        return sent;
    }

    static u64 share(u32 kbit, u64 ns) { return kbit * 125ull * (ns / ms) / 1000; }

    mn_pace pace_{};
    u64 now_ = 7 * second;
    Random random_{4711};
};

TEST_F(Pace, NoLimitNoWait)
{
    mn_pace_charge(&pace_, ~0u, now_);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), 0u);
    EXPECT_EQ(mn_pace_piece(&pace_, now_), 65536u);
    mn_pace_refund(&pace_, 1000);
    EXPECT_EQ(mn_pace_wait(&pace_, 0), 0u);
}

// SPEC: within 3 % over 10 s; a clock that is as coarse as jiffies changes nothing.
TEST_F(Pace, RateHoldsOverTenSeconds)
{
    for (u32 kbit : {64u, 256u, 1000u, 1500u, 10'000u, 45'000u, 100'000u, 1'000'000u}) {
        for (u64 late : {u64{0}, 8 * ms, 400 * ms}) {
            limit(0);
            limit(kbit);
            const double sent = static_cast<double>(send_for(10 * second, late));
            const double wanted = static_cast<double>(share(kbit, 10 * second));
            // the last piece may still be owed
            EXPECT_LE(sent, wanted * 1.001 + mn_pace_piece(&pace_, now_)) << kbit << " " << late;
            // nor has the last wake-up that was late been made up for
            const double at_end = static_cast<double>(share(kbit, late)) + mn_pace_piece(&pace_, now_);
            EXPECT_GE(sent, wanted * 0.999 - at_end) << kbit << " " << late;
        }
    }
}

// 1 byte a time costs as much as all at once, at rates that divide badly.
TEST_F(Pace, NothingIsLostToRounding)
{
    for (u32 kbit : {64u, 77u, 1'000'003u, 999'999'937u}) {
        mn_pace once{};
        limit(0);
        limit(kbit);
        mn_pace_set(&once, kbit, now_);
        for (int i = 0; i < 100'000; i++)
            mn_pace_charge(&pace_, 1, now_);
        mn_pace_charge(&once, 100'000, now_);
        EXPECT_EQ(mn_pace_wait(&pace_, now_), mn_pace_wait(&once, now_)) << kbit;
    }
}

TEST_F(Pace, APauseSavesUpNoMoreThanAHundredMilliseconds)
{
    for (u64 pause : {1 * second, 3600 * second, 1'000'000 * second}) {
        limit(0);
        limit(1000);
        send_for(second);
        now_ += pause;
        mn_pace_idle(&pace_, now_);
        u64 burst = 0;
        while (!mn_pace_wait(&pace_, now_)) {
            mn_pace_charge(&pace_, 100, now_);
            burst += 100;
        }
        EXPECT_GE(burst, share(1000, 100 * ms));
        EXPECT_LE(burst, share(1000, 100 * ms) + 100);
    }
}

// A machine that wakes a sender late costs it nothing, unless it was very late.
TEST_F(Pace, BeingLateIsMadeUpFor)
{
    for (u64 late : {100 * ms, 400 * ms, 3600 * second}) {
        limit(0);
        limit(1000);
        send_for(second);
        now_ += late;
        u64 burst = 0;
        while (!mn_pace_wait(&pace_, now_)) {
            mn_pace_charge(&pace_, 100, now_);
            burst += 100;
        }
        EXPECT_NEAR(static_cast<double>(burst), static_cast<double>(share(1000, std::min(late, 500 * ms))), 2600);
    }
}

TEST_F(Pace, ALimitBeginsWithNothingSavedUp)
{
    now_ = 1'000'000 * second;
    limit(1000);
    mn_pace_charge(&pace_, 125, now_);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), 1 * ms);
}

TEST_F(Pace, RatesChangeLive)
{
    limit(256);
    EXPECT_NEAR(static_cast<double>(send_for(10 * second)), 320'000, 9600);
    limit(100'000);
    EXPECT_NEAR(static_cast<double>(send_for(10 * second)), 125e6, 125e6 * 0.03);
    limit(64);
    EXPECT_NEAR(static_cast<double>(send_for(100 * second)), 800'000, 24'000);
    limit(0);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), 0u);
}

// What was sent on credit is paid at the rate that holds: nobody waits out a limit that was lifted.
TEST_F(Pace, WhatIsOwedIsBytes)
{
    limit(64);
    mn_pace_charge(&pace_, 80'000, now_);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), 10 * second);
    limit(64);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), 10 * second);
    limit(6400);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), 100 * ms);
    limit(640);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), second);
}

TEST_F(Pace, WhatWasSavedIsGivenBack)
{
    limit(1000);
    mn_pace_charge(&pace_, 65'600, now_);
    mn_pace_refund(&pace_, 65'536);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), 512'000u);
    mn_pace_refund(&pace_, ~0u);
    EXPECT_EQ(mn_pace_wait(&pace_, 0), 0u);
    // and is no more than a pause would have saved up
    mn_pace_idle(&pace_, now_);
    mn_pace_charge(&pace_, 12'500 + 125, now_);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), 1 * ms);
}

TEST_F(Pace, PiecesLastTwentyMillisecondsWithinBounds)
{
    for (auto [kbit, bytes] : {std::pair{64u, 1024u}, {256u, 1024u}, {1000u, 2500u}, {10'000u, 25'000u},
                               {45'000u, 65'536u}}) {
        limit(kbit);
        EXPECT_EQ(mn_pace_piece(&pace_, now_), bytes) << kbit;
        // and one that was late does not need as many wake-ups again
        EXPECT_EQ(mn_pace_piece(&pace_, now_ + 20 * ms), std::clamp(kbit * 5, 1024u, 65536u)) << kbit;
    }
}

// Whatever is asked: no overflow (the sanitizer watches), no moment that goes back.
TEST_F(Pace, NothingOverflows)
{
    limit(64);
    for (int i = 0; i < 100'000; i++) {
        const u64 before = mn_pace_wait(&pace_, now_);
        mn_pace_charge(&pace_, ~0u, now_);
        EXPECT_GE(mn_pace_wait(&pace_, now_), before);
    }
    EXPECT_EQ(mn_pace_wait(&pace_, now_), ~0ull - now_);
    limit(1'000'000'000);
    EXPECT_GT(mn_pace_wait(&pace_, now_), 1'000'000 * second);
    limit(64);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), ~0ull - now_);
    now_ = ~0ull;
    mn_pace_charge(&pace_, ~0u, now_);
    EXPECT_EQ(mn_pace_wait(&pace_, now_), 0u);
}

}  // namespace kcore
