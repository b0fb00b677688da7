// SPDX-License-Identifier: GPL-2.0-or-later
//
// Hooks and the journal's fields, without a kernel module.
#include "base/file.hpp"
#include "base/text.hpp"
#include "mirror-netd/announcer.hpp"
#include "ops/hooks/process.hpp"
#include "mirror-netd/hooks.hpp"
#include "mirror-netd/journal.hpp"
#include "mirror-netd/mailbox.hpp"
#include "scratch_dir.hpp"

#include <algorithm>
#include <csignal>
#include <gtest/gtest.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

using namespace mirrornet;
using namespace std::chrono_literals;

namespace {

struct HooksTest : testing::Test {
    ScratchDir scratch;
    netd::StopSignal stop;
    std::optional<netd::Hooks> hooks;

    void SetUp() override
    {
        make_directory(directory(), 0755);
        ::setenv("SCRATCH_UNSEEN", "x", 1);
    }
    std::filesystem::path directory() const { return scratch / "hooks.d"; }
    std::string out() const { return (scratch / "out").string(); }

    netd::HookSettings settings() const
    {
        return {.directory = directory(), .owner = ::geteuid(), .patience = 20s};
    }
    void begin(const netd::HookSettings& with) { hooks.emplace(with, stop.fd()); }
    void hook(const std::string& name, const std::string& script, mode_t mode = 0755)
    {
        write_file_atomic(directory() / name, "#!/bin/sh\n" + script + "\n", mode);
    }
    static ops::Announcement event(const std::string& volume, int number = 1)
    {
        nl::Event event;
        event.event_class = EventClass::link;
        event.severity = Severity::warning;
        event.volume_name = volume;
        event.number = static_cast<std::uint64_t>(number);
        event.text = "a test";
        auto said = ops::announcement_of(event, "a", "b");
        said.volume = volume; // in place of an UUID
        return said;
    }
    // What hooks have written so far.
    std::vector<std::string> lines() const
    {
        auto text = find_file(out()).value_or("");
        if (!text.empty())
            text.pop_back();
        return text.empty() ? std::vector<std::string>{} : split(text, '\n');
    }
    bool wait_for_lines(std::size_t count, std::chrono::milliseconds patience = 20s)
    {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (lines().size() < count && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(10ms);
        return lines().size() >= count;
    }
    std::string end_and_get_log()
    {
        hooks.reset();
        return testing::internal::GetCapturedStderr();
    }
};

std::size_t count_of(const std::string& text, const std::string& word)
{
    std::size_t count = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        count++;
    return count;
}

} // namespace

TEST_F(HooksTest, FactsAreTheEnvironmentAndNothingOfTheDaemonIs)
{
    hook("10-env", "env >" + out() + ".env; echo done >>" + out());
    begin(settings());
    hooks->announce(event("home"));
    ASSERT_TRUE(wait_for_lines(1));
    const auto env = read_file(out() + ".env");
    for (const auto* line : {"MIRROR_NET_EVENT=link-closed\n", "MIRROR_NET_CODE=300\n",
                             "MIRROR_NET_VOLUME=home\n", "MIRROR_NET_SEVERITY=warning\n",
                             "MIRROR_NET_MISSED=0\n", "PATH=/"})
        EXPECT_NE(env.find(line), std::string::npos) << line << env;
    EXPECT_EQ(env.find("SCRATCH_UNSEEN"), std::string::npos);
}

TEST_F(HooksTest, InTheOrderOfTheirNamesAndLeftoversAreNotRun)
{
    for (const char* name : {"20-b", "10-z", "3", "10-z.bak", "10-z~", ".10", "10.dpkg-old"})
        hook(name, "echo " + std::string(name) + " >>" + out());
    hook("15-not-executable", "echo 15 >>" + out(), 0644);
    make_directory(directory() / "12-folder");
    begin(settings());
    hooks->announce(event("home"));
    ASSERT_TRUE(wait_for_lines(3));
    hooks.reset();
    EXPECT_EQ(lines(), (std::vector<std::string>{"10-z", "20-b", "3"}));
}

TEST_F(HooksTest, OneAtATimePerVolumeInTheOrderOfEvents)
{
    hook("10", "mkdir " + out() + ".$MIRROR_NET_VOLUME || echo two at once >>" + out() +
                   "; sleep 0.05; echo $MIRROR_NET_NUMBER >>" + out() + "; rmdir " + out() +
                   ".$MIRROR_NET_VOLUME");
    begin(settings());
    for (int number = 1; number <= 8; number++)
        hooks->announce(event("home", number));
    ASSERT_TRUE(wait_for_lines(8));
    EXPECT_EQ(lines(), (std::vector<std::string>{"1", "2", "3", "4", "5", "6", "7", "8"}));
}

TEST_F(HooksTest, ASlowVolumeHoldsUpNoOtherAndNobodyWaits)
{
    hook("10", "[ $MIRROR_NET_VOLUME != slow ] || sleep 15; echo $MIRROR_NET_VOLUME >>" + out());
    begin(settings());
    const auto begun = std::chrono::steady_clock::now();
    for (int number = 0; number < 100; number++)
        hooks->announce(event("slow", number));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 2s);
    hooks->announce(event("fast"));
    ASSERT_TRUE(wait_for_lines(1, 10s));
    EXPECT_EQ(lines()[0], "fast");
    stop.raise();
    testing::internal::CaptureStderr();
    EXPECT_NE(end_and_get_log().find("99 events got no hook"), std::string::npos);
}

// With all that it has started.
TEST_F(HooksTest, WhoDoesNotEndIsKilledAndTheNextOneRuns)
{
    hook("10", "sh -c 'trap : TERM; while :; do sleep 1; done' & echo $! >>" + out() +
                   "; trap '' TERM; while :; do sleep 1; done");
    hook("20", "echo next >>" + out());
    auto with = settings();
    with.patience = 500ms;
    testing::internal::CaptureStderr();
    begin(with);
    hooks->announce(event("home"));
    ASSERT_TRUE(wait_for_lines(2));
    EXPECT_EQ(lines()[1], "next");
    const auto child = to_number(lines()[0]).value();
    for (int round = 0; round < 500 && ::kill(static_cast<pid_t>(child), 0) == 0; round++)
        std::this_thread::sleep_for(10ms); // until init has reaped it
    const auto stat = find_file("/proc/" + std::to_string(child) + "/stat");
    EXPECT_TRUE(!stat || stat->find(") Z ") != std::string::npos) << "lives on: " << *stat;
    EXPECT_NE(end_and_get_log().find("hook 10: did not end within 0.5 s and was killed"),
              std::string::npos);
}

TEST_F(HooksTest, WhatAHookLeavesRunningDoesNotHoldUpTheNext)
{
    hook("10", "sleep 100 & echo $! >>" + out());
    hook("20", "echo next >>" + out());
    begin(settings());
    hooks->announce(event("home"));
    ASSERT_TRUE(wait_for_lines(2, 10s));
}

TEST_F(HooksTest, WhatOthersMayChangeIsRefusedWithOneLine)
{
    hook("10-group", "echo group >>" + out(), 0775);
    hook("20-all", "echo all >>" + out(), 0757);
    hook("40-good", "echo good >>" + out());
    std::filesystem::create_symlink(directory() / "40-good", directory() / "30-link");
    // umask may have taken the bits
    ASSERT_EQ(::chmod((directory() / "10-group").c_str(), 0775), 0);
    ASSERT_EQ(::chmod((directory() / "20-all").c_str(), 0757), 0);
    testing::internal::CaptureStderr();
    begin(settings());
    for (int number = 1; number <= 3; number++)
        hooks->announce(event("home", number));
    ASSERT_TRUE(wait_for_lines(3));
    const auto said = end_and_get_log();
    EXPECT_EQ(lines(), (std::vector<std::string>{"good", "good", "good"}));
    EXPECT_EQ(count_of(said, "10-group is not run as a hook"), 1u) << said;
    EXPECT_EQ(count_of(said, "20-all is not run as a hook"), 1u) << said;
    EXPECT_EQ(count_of(said, "30-link is not run as a hook"), 1u) << said;
}

TEST_F(HooksTest, WhatIsNotRootsIsRefusedAndSoIsAFolderOfOthers)
{
    hook("10", "echo ran >>" + out());
    EXPECT_EQ(ops::refusal_of(directory() / "10", ::geteuid()), std::nullopt);
    EXPECT_NE(ops::refusal_of(directory() / "10", ::geteuid() + 1).value().find("belongs to user"),
              std::string::npos);
    ASSERT_EQ(::chmod(directory().c_str(), 0777), 0);
    testing::internal::CaptureStderr();
    begin(settings());
    hooks->announce(event("home"));
    EXPECT_FALSE(wait_for_lines(1, 500ms));
    EXPECT_EQ(count_of(end_and_get_log(), "hooks.d is not run as a hook"), 1u);
}

TEST_F(HooksTest, TooManyEventsAreCountedAndSaid)
{
    hook("10", "while [ ! -e " + out() + ".go ]; do sleep 0.02; done; echo "
               "$MIRROR_NET_NUMBER $MIRROR_NET_MISSED >>" + out());
    auto with = settings();
    with.waiting = 2;
    testing::internal::CaptureStderr();
    begin(with);
    hooks->announce(event("home", 1));
    std::this_thread::sleep_for(300ms); // taken by its thread
    for (int number = 2; number <= 7; number++)
        hooks->announce(event("home", number));
    write_file_atomic(out() + ".go", "");
    ASSERT_TRUE(wait_for_lines(3));
    hooks->announce(event("home", 8));
    ASSERT_TRUE(wait_for_lines(4));
    const auto said = end_and_get_log();
    EXPECT_EQ(lines(), (std::vector<std::string>{"1 0", "2 0", "3 0", "8 4"}));
    EXPECT_EQ(count_of(said, "hooks are slower than events"), 1u) << said;
    EXPECT_EQ(count_of(said, "4 events got no hook"), 1u) << said;
}

TEST_F(HooksTest, OutputAndFailuresGoToTheLog)
{
    hook("10", "echo so it said; printf 'bad\\033[31m\\n' >&2; i=0; while [ $i -lt 300 ]; do echo "
               "line; i=$((i + 1)); done; exit 3");
    write_file_atomic(directory() / "20", "#!/no/such/interpreter\n", 0755);
    hook("30", "kill -9 $$");
    hook("40", "echo >>" + out());
    testing::internal::CaptureStderr();
    begin(settings());
    hooks->announce(event("home"));
    ASSERT_TRUE(wait_for_lines(0));
    for (int round = 0; round < 1000 && !find_file(out()); round++)
        std::this_thread::sleep_for(10ms);
    const auto said = end_and_get_log();
    EXPECT_EQ(count_of(said, "hook 10: so it said"), 1u) << said;
    EXPECT_NE(said.find("hook 10: bad\\x1b[31m"), std::string::npos);
    EXPECT_NE(said.find("hook 10: exit status 3; it was run for: home: link-closed"),
              std::string::npos);
    EXPECT_LE(count_of(said, "hook 10: line"), 100u);
    EXPECT_EQ(count_of(said, "more than 100 lines"), 1u);
    EXPECT_NE(said.find("hook 20: "), std::string::npos);
    EXPECT_NE(said.find("hook 30: ended by signal 9"), std::string::npos);
}

TEST_F(HooksTest, AStopEndsHooksSoonAndStartsNoMore)
{
    hook("10", "trap 'echo asked >>" + out() + "; exit 0' TERM; echo >" + out() +
                   ".on; while :; do sleep 0.1; done");
    hook("20", "echo never >>" + out());
    begin(settings());
    hooks->announce(event("home"));
    for (int round = 0; round < 1000 && !find_file(out() + ".on"); round++)
        std::this_thread::sleep_for(10ms);
    const auto begun = std::chrono::steady_clock::now();
    stop.raise();
    hooks.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
    EXPECT_EQ(lines(), std::vector<std::string>{"asked"});
}

TEST_F(HooksTest, WithoutADirectoryNothingHappens)
{
    auto with = settings();
    with.directory = scratch / "absent";
    testing::internal::CaptureStderr();
    begin(with);
    hooks->announce(event("home"));
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(end_and_get_log(), "");
}

// A gap in the numbers, or what the socket could not hold; not what was before the first event, nor
// a module loaded anew.
TEST_F(HooksTest, LostEventsAreToldAndNoneIsInvented)
{
    hook("10", "echo $MIRROR_NET_EVENT $MIRROR_NET_NUMBER >>" + out());
    auto with = settings();
    with.volumes_at_once = 1; // so that the order is that of the events
    testing::internal::CaptureStderr();
    begin(with);
    const ConfigStore store(scratch / "config");
    netd::Announcer announcer(store, *hooks, [](const std::string&) { return false; });
    const auto tell = [&](std::vector<std::uint64_t> numbers, bool lost = false) {
        nl::EventStream::Batch batch;
        batch.lost = lost;
        for (const auto number : numbers) {
            nl::Event event;
            event.event_class = EventClass::role;
            event.number = number;
            batch.events.push_back(event);
        }
        announcer.announce(batch, "a");
    };
    tell({5, 6});
    tell({9});
    tell({1, 2});
    announcer.begin();
    tell({40});
    tell({}, true);
    ASSERT_TRUE(wait_for_lines(8));
    auto said = lines();
    std::ranges::sort(said); // events of no volume have their own turn
    EXPECT_EQ(said, (std::vector<std::string>{"events-lost", "events-lost", "role-none 1",
                                              "role-none 2", "role-none 40", "role-none 5",
                                              "role-none 6", "role-none 9"}));
    EXPECT_EQ(count_of(end_and_get_log(), "events-lost: events came faster"), 2u);
}

TEST(Journal, FieldsOfAnEvent)
{
    nl::Event event;
    event.event_class = EventClass::split_brain;
    event.severity = Severity::critical;
    event.volume_name = "home";
    event.text = "both";
    const auto said = ops::announcement_of(event, "a", "b");
    const auto fields = netd::journal_fields(said);
    const auto has = [&](const std::string& field) {
        return std::ranges::find(fields, field) != fields.end();
    };
    EXPECT_TRUE(has("MESSAGE=home: split-brain (critical): both"));
    EXPECT_TRUE(has("MESSAGE_ID=6b0fd3a1c8e94f27935c1de7a0b20800"));
    EXPECT_TRUE(has("PRIORITY=2"));
    EXPECT_TRUE(has("MIRROR_NET_EVENT=split-brain"));
    EXPECT_TRUE(has("MIRROR_NET_VOLUME=home"));
    EXPECT_EQ(fields.size(), said.facts.size() + 4);
}
