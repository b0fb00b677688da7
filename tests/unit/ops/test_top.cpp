// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `top` makes of two looks at the counters, and how it shows that.
#include "mirrorctl/interruptible.hpp"
#include "mirrorctl/top_text.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <thread>

using namespace mirrornet;
using namespace mirrornet::ctl;
using nlohmann::json;

namespace {

ops::StatusReport report(std::uint64_t writes, std::uint64_t us)
{
    ops::VolumeStatus volume;
    volume.name = "home";
    volume.record.emplace();
    volume.record->local_latency.writes[9] = writes;
    volume.record->local_latency.sum_us = writes * us;
    ops::MirrorStatus mirror;
    mirror.node = "b";
    mirror.record.state = MirrorState::mirroring;
    mirror.record.remote_latency.writes[11] = writes / 2;
    mirror.record.remote_latency.sum_us = writes / 2 * 4 * us;
    mirror.record.sent_bytes = writes * 4096;
    mirror.record.received_bytes = writes * 8;
    mirror.record.queue_length = 12;
    mirror.record.lag_bytes = 12 * 4096;
    mirror.record.lag_ms = 1500;
    volume.mirrors.push_back(mirror);
    return {"a", {volume}, {}};
}

ops::MirrorRates between(const ops::StatusReport& before, const ops::StatusReport& after,
                         double seconds)
{
    return ops::rates_between(before, after, seconds).at(0);
}

} // namespace

TEST(Top, RatesAreThoseOfTheInterval)
{
    const auto rates = between(report(1000, 400), report(1500, 400), 2);
    EXPECT_EQ(rates.volume + "@" + rates.node, "home@b");
    EXPECT_DOUBLE_EQ(rates.writes_per_second, 250);
    EXPECT_DOUBLE_EQ(rates.applied_per_second, 125);
    EXPECT_DOUBLE_EQ(rates.sent_bytes_per_second, 250 * 4096);
    EXPECT_DOUBLE_EQ(rates.received_bytes_per_second, 250 * 8);
    EXPECT_DOUBLE_EQ(rates.local_us.value(), 400);
    EXPECT_DOUBLE_EQ(rates.remote_us.value(), 1600);
    EXPECT_FALSE(rates.resync);
}

TEST(Top, WithoutAWriteThereIsNoLatency)
{
    const auto rates = between(report(1000, 400), report(1000, 400), 1);
    EXPECT_EQ(rates.writes_per_second, 0);
    EXPECT_FALSE(rates.local_us || rates.remote_us);
}

TEST(Top, WhatBeganAnewOrIsNewHasNoRateYet)
{
    EXPECT_EQ(between(report(1000, 400), report(10, 400), 1).writes_per_second, 0);
    const auto rates = between({"a", {}, {}}, report(1000, 400), 1);
    EXPECT_EQ(rates.writes_per_second + rates.applied_per_second + rates.sent_bytes_per_second, 0);
    auto stopped = report(1000, 400);
    stopped.volumes[0].record.reset();
    EXPECT_EQ(between(stopped, report(1000, 400), 1).writes_per_second, 0);
    EXPECT_FALSE(between(report(1000, 400), stopped, 1).active);
}

TEST(Top, AResyncHasItsRateInTheInterval)
{
    auto before = report(0, 0), after = report(0, 0);
    for (auto* each : {&before, &after}) {
        auto& record = each->volumes[0].mirrors[0].record;
        record.state = MirrorState::resync;
        record.resync.phase = ResyncPhase::partial;
        record.resync.begun = 100;
        record.resync.sent = each == &before ? 20 : 60;
        record.dirty_blocks = 100 - record.resync.sent;
        record.resync.elapsed_ms = 10'000;
    }
    const auto rates = between(before, after, 2);
    ASSERT_TRUE(rates.resync);
    EXPECT_DOUBLE_EQ(rates.resync->bytes_per_second, 20 * 65536);
    EXPECT_EQ(rates.resync->blocks_left, 40u);
    EXPECT_NE(top_text({rates}).find("60.0 % 1.2 MiB/s"), std::string::npos) << top_text({rates});
    before.volumes[0].mirrors[0].record.resync.begun = 7; // another one
    EXPECT_EQ(between(before, after, 2).resync->bytes_per_second, 0);
}

TEST(Top, OneLinePerMirror)
{
    EXPECT_EQ(top_text(ops::rates_between(report(1000, 400), report(1500, 400), 2)),
              "MIRROR  STATE      WRITES/s  LOCAL    APPLIED/s  REMOTE   SENT/s      RECEIVED/s  "
              "QUEUE  LAG             RESYNC\n"
              "home@b  mirroring  250       0.40 ms  125        1.60 ms  1000.0 KiB  2.0 KiB     "
              "12     48.0 KiB 1.5 s  -");
    auto lonely = report(1000, 400);
    lonely.volumes[0].mirrors.clear();
    EXPECT_NE(top_text(ops::rates_between(lonely, lonely, 1)).find("home    no mirror"),
              std::string::npos);
    lonely.volumes[0].record.reset();
    EXPECT_NE(top_text(ops::rates_between(lonely, lonely, 1)).find("home    not active"),
              std::string::npos);
    EXPECT_EQ(top_text({}), "no volumes on this node");
}

TEST(Top, TheSameAsJson)
{
    const auto document =
        top_document("a", 2, ops::rates_between(report(1000, 400), report(1500, 400), 2));
    EXPECT_EQ(document["node"], "a");
    EXPECT_EQ(document["seconds"], 2);
    const auto& mirror = document["mirrors"].at(0);
    EXPECT_EQ(mirror["writes_per_second"], 250);
    EXPECT_EQ(mirror["remote_latency_us"], 1600);
    EXPECT_EQ(mirror["state"], "mirroring");
    EXPECT_TRUE(mirror["resync"].is_null());
}

TEST(Interruptible, WaitsUntilTheTimeIsOverOrASignalComes)
{
    using Clock = std::chrono::steady_clock;
    const Interruptible interruptible;
    EXPECT_TRUE(interruptible.wait(0.01));
    ::raise(SIGINT); // before the wait: not lost
    const auto begin = Clock::now();
    EXPECT_FALSE(interruptible.wait(30));
    EXPECT_FALSE(interruptible.wait(30)) << "and it stays so";
    EXPECT_LT(Clock::now() - begin, std::chrono::seconds(10));
}
