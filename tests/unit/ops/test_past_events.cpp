// SPDX-License-Identifier: GPL-2.0-or-later
//
// Events from the journal, as journalctl prints them.
#include "ops/events/past.hpp"

#include "base/file.hpp"
#include "base/time.hpp"
#include "expect_error.hpp"
#include "scratch_dir.hpp"

#include <filesystem>
#include <fstream>
#include <fmt/format.h>

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

constexpr const char* closed =
    R"({"MIRROR_NET_EVENT":"link-closed","MIRROR_NET_CODE":"300","MIRROR_NET_SEVERITY":"warning","MIRROR_NET_CLASS":"link",)"
    R"("MIRROR_NET_NUMBER":"7","MIRROR_NET_VOLUME":"home","MIRROR_NET_PEER":"b","MIRROR_NET_OLD":"up","MIRROR_NET_NEW":"none",)"
    R"("MIRROR_NET_REASON":"link-lost","MIRROR_NET_TIME_NS":"1700000000123456789","MIRROR_NET_UPTIME_NS":"5",)"
    R"("MIRROR_NET_TEXT":"the link is closed","_UID":"0","MESSAGE":"home@b: link-closed"})";

constexpr const char* begun =
    R"({"MIRROR_NET_EVENT":"maintenance-begun","MIRROR_NET_CODE":"2","MIRROR_NET_SEVERITY":"info","MIRROR_NET_VOLUME":"home",)"
    R"("__REALTIME_TIMESTAMP":"1700000000000001","MIRROR_NET_TEXT":["two","values"]})";

class Journal : public testing::Test {
protected:
    // A journalctl that leaves its arguments in `asked`.
    std::string program(const std::string& body)
    {
        const auto path = dir.path() / "journalctl";
        std::ofstream(path) << "#!/bin/sh\necho \"$*\" >" << (dir.path() / "asked").string() << "\n" << body << "\n";
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path.string();
    }

    ScratchDir dir;
};

} // namespace

TEST(PastEvent, HasTheWordsThatWereAnnounced)
{
    const auto event = past_event(closed);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->name, "link-closed");
    EXPECT_EQ(event->code, 300);
    EXPECT_EQ(event->severity, "warning");
    EXPECT_EQ(event->event_class, "link");
    EXPECT_EQ(event->number, 7U);
    EXPECT_EQ(event->volume + "@" + event->node, "home@b");
    EXPECT_EQ(event->before + " " + event->now + " " + event->reason, "up none link-lost");
    EXPECT_EQ(event->time_ns, 1700000000123456789U);
    EXPECT_EQ(event->uptime_ns, 5U);
    EXPECT_EQ(event->text, "the link is closed");
}

TEST(PastEvent, OfTheDaemonHasTheTimeOfTheJournal)
{
    const auto event = past_event(begun);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->time_ns, 1700000000000001000U);
    EXPECT_EQ(event->node + event->event_class + event->text, "") << "what is no text is left out";
}

TEST(PastEvent, IsNothingElse)
{
    for (const char* line : {"", "{", "null", "[]", "7", R"({"MESSAGE":"mirror-netd started"})", R"({"MIRROR_NET_EVENT":null})"})
        EXPECT_FALSE(past_event(line)) << line;
}

TEST_F(Journal, AsksForWhatRootsDaemonWrote)
{
    const auto text = fmt::format("cat <<'END'\n{}\n{{\"MESSAGE\":\"started\"}}\n{}\nEND", begun, closed);
    const auto events = past_events(1700000000, program(text));
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].name, "maintenance-begun");
    EXPECT_EQ(events[1].name, "link-closed");
    const auto asked = read_file(dir.path() / "asked");
    for (const char* part : {"--output=json", "--since=@1700000000", "_UID=0", "SYSLOG_IDENTIFIER=mirror-netd"})
        EXPECT_NE(asked.find(part), std::string::npos) << asked;
}

TEST_F(Journal, ThatIsEmptyIsNoError)
{
    EXPECT_TRUE(past_events(1, program("exit 1")).empty()) << "nothing was found";
    EXPECT_TRUE(past_events(1, program("echo No journal files were found. >&2; exit 1")).empty());
}

TEST_F(Journal, ThatCannotBeReadIsOne)
{
    expect_error(ExitStatus::internal, {"journal cannot be read", "broken"},
                 [&] { past_events(1, program("echo broken >&2; exit 1")); });
    expect_error(ExitStatus::not_found, {}, [&] { past_events(1, (dir.path() / "nothing").string()); });
}

TEST(Since, IsATimeOrSoLongAgo)
{
    EXPECT_EQ(parse_since("2023-11-14T22:13:20Z"), 1700000000U);
    const auto ago = parse_since("90m");
    EXPECT_LE(ago, now_s() - 5400);
    EXPECT_GE(ago + 5, now_s() - 5400);
    for (const char* wrong : {"", "yesterday", "-5m", "2999-01-01 00:00"})
        EXPECT_THROW(parse_since(wrong), Error) << wrong;
}
