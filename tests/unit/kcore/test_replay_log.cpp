// SPDX-License-Identifier: GPL-2.0-or-later
// The log and the trace as they are read, whole and damaged, and what they give together.
#include "kcore.hpp"
#include "recorded.hpp"

#include <functional>

namespace kcore {

using namespace replay;

TEST(Log, EntriesOfAllKinds)
{
    auto log = LogBuilder().entry(8, 2, 0, "abc").entry(0, 0, 1).entry(3, 1, 2 | 16, "x").entry(4, 9, 4)
                   .mark("here").end();
    auto entries = parse_log(log);

    ASSERT_EQ(entries.size(), 6u);
    EXPECT_EQ(entries[0].sector, 8u);
    EXPECT_EQ(entries[0].sectors, 2u);
    EXPECT_EQ(entries[0].data.size(), 1024u);
    EXPECT_EQ(entries[0].data[2], std::byte('c'));
    EXPECT_TRUE(entries[1].flush);
    EXPECT_TRUE(entries[2].fua);
    EXPECT_EQ(entries[2].data[0], std::byte('x'));
    EXPECT_TRUE(entries[3].discard);
    EXPECT_TRUE(entries[3].data.empty());
    EXPECT_TRUE(entries[4].mark);
    EXPECT_EQ(entries[4].text, "here");
}

TEST(Log, LargerSectorsAreCountedIn512)
{
    auto log = LogBuilder(4096).entry(2, 1, 0, "abc").end();
    auto entries = parse_log(log);

    EXPECT_EQ(entries[0].sector, 16u);
    EXPECT_EQ(entries[0].sectors, 8u);
    EXPECT_EQ(entries[0].data.size(), 4096u);
}

TEST(Log, WhatIsDamagedIsRefused)
{
    auto whole = LogBuilder().entry(8, 2, 0, "abc").end();
    auto damaged = [&](const std::function<void(std::vector<std::byte> &)> &damage) {
        auto log = whole;
        damage(log);
        return log;
    };

    EXPECT_NO_THROW(parse_log(whole));
    EXPECT_THROW(parse_log({}), Bad);
    EXPECT_THROW(parse_log(damaged([](auto &log) { log.resize(511); })), Bad);
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 0, 1, 1); })), Bad);             // magic
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 8, 2, 8); })), Bad);             // version
    for (unsigned int unit : {0u, 256u, 513u, 8192u})
        EXPECT_THROW(parse_log(damaged([&](auto &log) { put(log, 24, unit, 4); })), Bad);
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 16, 1, 8); })), Bad);            // the end is missing
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 16, 3, 8); })), Bad);            // too many entries
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 16, ~0ull, 8); })), Bad);
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 512 + 16, 32, 8); })), Bad);     // flags
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 512, ~0ull, 8); })), Bad);       // sector
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 512 + 8, ~0ull >> 9, 8); })), Bad);
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 512 + 8, 4, 8); })), Bad);       // beyond the end
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 2048 + 24, 481, 8); })), Bad);   // long mark
    EXPECT_THROW(parse_log(damaged([](auto &log) { put(log, 2048 + 24, ~0ull, 8); })), Bad);
}

TEST(Log, RandomDamageNeverCrashes)
{
    Random random(31);
    auto whole = LogBuilder().entry(8, 2, 0, "abc").entry(0, 0, 1).entry(9, 1, 2, "d").mark("m").end();

    for (int round = 0; round < 20000; round++) {
        auto log = whole;
        for (auto flips = random.range(1, 4); flips; flips--)
            log[(random.one_in(2) ? 0 : 512 * random.range(0, log.size() / 512 - 1)) + random.range(0, 31)] =
                std::byte(random.any());
        if (random.one_in(4))
            log.resize(random.range(0, log.size()));
        try {
            for (const Entry &entry : parse_log(log))
                EXPECT_TRUE(entry.mark || entry.discard || entry.data.size() == entry.sectors * sector_bytes);
        } catch (const Bad &) {
        }
    }
}

constexpr const char *sample =
    "# tracer: nop\n"
    "#\n"
    "             fio-345     [000] d..1.   123.456789: block_bio_queue: 254,0 WS 1000 + 8 [fio]\n"
    "    kworker/0:1-10       [000] .....   123.456800: block_bio_queue: 254,1 WFSM 16 + 1 [kworker/0:1]\n"
    "             fio-345     [000] .....   123.456810: block_bio_queue: 254,0 RS 0 + 8 [fio]\n"
    "          <idle>-0       [000] d.h1.   123.456900: block_bio_complete: 254,1 WFSM 16 + 1 [0]\n"
    "              sh-400     [000] .....   123.457000: tracing_mark_write: cut here\n"
    "          <idle>-0       [000] d.h1.   123.456900: block_bio_complete: 254,0 WS 1000 + 8 [0]\n";

TEST(Trace, Lines)
{
    auto events = parse_trace(sample);

    ASSERT_EQ(events.size(), 5u);
    EXPECT_EQ(events[0].kind, TraceEvent::queued);
    EXPECT_EQ(events[0].device, "254,0");
    EXPECT_EQ(events[0].what, "WS");
    EXPECT_EQ(events[0].sector, 1000u);
    EXPECT_EQ(events[0].sectors, 8u);
    EXPECT_EQ(events[3].kind, TraceEvent::mark);
    EXPECT_EQ(events[3].what, "cut here");
    EXPECT_EQ(events[4].kind, TraceEvent::ended);
}

TEST(Trace, WhatIsDamagedIsRefused)
{
    const char *head = "x-1 [000] d..1. 1.2";

    for (const char *line :
         {"garbage", "CPU:0 [LOST 12 EVENTS]", ": block_bio_queue: ", ": block_bio_queue: 254,0 WS 1000",
          ": block_bio_queue: 254,0 WS x + 8 [fio]", ": block_bio_queue: 254,0 WS 1 - 8 [fio]",
          ": block_bio_queue: 254,0 WS 99999999999999999999 + 8 [fio]", ": block_bio_complete: 254,0 WS 1 + 8 [-5]",
          ": block_bio_complete: 254,0 WS 1 + 8"})
        EXPECT_THROW(parse_trace(line[0] == ':' ? head + std::string(line) : line), Bad) << line;
}

class Histories : public testing::Test {
protected:
    static History of(std::string_view trace, const std::vector<std::byte> &data, const std::vector<std::byte> &meta)
    {
        return make_history(parse_trace(trace), {"254,0", "254,1"}, {parse_log(data), parse_log(meta)});
    }

    static std::string line(const char *event, const char *text)
    {
        return std::string("x-1 [000] d..1. 1.2: ") + event + ": " + text + "\n";
    }
    static std::string queue(const char *text) { return line("block_bio_queue", (std::string(text) + " [x]").c_str()); }
    static std::string end(const char *text) { return line("block_bio_complete", (std::string(text) + " [0]").c_str()); }

    std::vector<std::byte> empty = LogBuilder().end();
};

TEST_F(Histories, TraceAndLogsTogether)
{
    auto data = LogBuilder().entry(1000, 8, 0, "data").end();
    auto meta = LogBuilder().entry(16, 1, 2 | 16, "meta").end();
    History history = of(sample, data, meta);

    ASSERT_EQ(history.writes.size(), 2u);
    EXPECT_EQ(history.length(), 4u);
    EXPECT_EQ(history.writes[0].device, data_device);
    EXPECT_EQ(history.writes[0].queued, 0u);
    EXPECT_EQ(history.writes[0].ended, 3u);
    EXPECT_EQ(history.writes[0].content[0], std::byte('d'));
    EXPECT_FALSE(history.writes[0].fua);
    EXPECT_TRUE(history.writes[1].fua);
    EXPECT_FALSE(history.writes[1].preflush);
    EXPECT_EQ(history.writes[1].content[0], std::byte('m'));
    EXPECT_EQ(history.after("cut here"), 3u);
    EXPECT_THROW(history.after("elsewhere"), Bad);
}

TEST_F(Histories, PreflushIsGoneAtTheEnd)
{
    auto meta = LogBuilder().entry(0, 0, 1).entry(0, 8, 2, "super").end();
    History history = of(queue("254,1 FWFSM 0 + 8") + end("254,1 WFSM 0 + 8") + queue("254,1 FWS 0 + 0") +
                             end("254,1 FWS 0 + 0"),
                         empty, meta);

    ASSERT_EQ(history.writes.size(), 2u);
    EXPECT_TRUE(history.writes[0].preflush);
    EXPECT_TRUE(history.writes[0].fua);
    EXPECT_TRUE(history.writes[1].preflush);
    EXPECT_EQ(history.writes[1].sectors, 0u);
}

// Held back by the end of the recording: it never reached the disk.
TEST_F(Histories, WhatNeverEndedIsLeftOut)
{
    auto data = LogBuilder().entry(8, 1, 0, "b").end();
    History history = of(queue("254,0 W 0 + 1") + queue("254,0 W 8 + 1") + end("254,0 W 8 + 1"), data, empty);

    ASSERT_EQ(history.writes.size(), 1u);
    EXPECT_EQ(history.writes[0].sector, 8u);
    EXPECT_EQ(history.writes[0].queued, 0u);
}

TEST_F(Histories, LogAndTraceMustFit)
{
    auto data = LogBuilder().entry(8, 1, 0, "b").end();
    std::string write = queue("254,0 W 8 + 1") + end("254,0 W 8 + 1");

    EXPECT_NO_THROW(of(write, data, empty));
    EXPECT_THROW(of("", data, empty), Bad);
    EXPECT_THROW(of(write + write, data, empty), Bad);
    EXPECT_THROW(of(write, empty, empty), Bad);
    EXPECT_THROW(of(end("254,0 W 8 + 1"), data, empty), Bad);
    EXPECT_THROW(of(queue("254,0 WF 8 + 1") + end("254,0 WF 8 + 1"), data, empty), Bad);
    EXPECT_THROW(of(queue("254,0 D 8 + 1"), data, empty), Bad);
    EXPECT_THROW(of(queue("254,0 N 8 + 1"), data, empty), Bad);
    EXPECT_THROW(of(write, LogBuilder().entry(8, 1, 0, "b").entry(9, 1, 4).end(), empty), Bad);
}

}  // namespace kcore
