// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.hpp"
#include "mirror-netd/backoff.hpp"
#include "mirror-netd/event_loop.hpp"
#include "mirror-netd/log.hpp"
#include "mirror-netd/mailbox.hpp"
#include "mirror-netd/maintenance.hpp"
#include "mirror-netd/turnstile.hpp"
#include "mirror-netd/workers.hpp"
#include "scratch_dir.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

using namespace mirrornet;
using namespace mirrornet::netd;
using namespace std::chrono_literals;

TEST(Backoff, DoublesToTheLongestWithJitter)
{
    std::mt19937 random(1);
    Backoff backoff;
    auto expected = Backoff::first;
    for (int round = 0; round < 12; round++) {
        const auto delay = backoff.next(random);
        EXPECT_GE(delay, expected * 3 / 4);
        EXPECT_LE(delay, expected * 5 / 4);
        expected = std::min(expected * 2, Backoff::longest);
    }
    EXPECT_EQ(expected, Backoff::longest);
    backoff.reset();
    EXPECT_LE(backoff.next(random), Backoff::first * 5 / 4);
}

TEST(Complaint, IsMadeOnceUntilItChangesOrIsOver)
{
    Complaint complaint;
    const auto about = [&](const char* trouble) {
        testing::internal::CaptureStderr();
        complaint.about([&] {
            if (trouble)
                throw std::runtime_error(trouble);
        });
        return testing::internal::GetCapturedStderr();
    };
    EXPECT_NE(about("no memory").find("no memory"), std::string::npos);
    EXPECT_EQ(about("no memory"), "");
    EXPECT_NE(about("no module").find("no module"), std::string::npos);
    EXPECT_EQ(about(nullptr), "");
    EXPECT_NE(about("no module"), "");
}

TEST(Turnstile, BoundsAllAndEach)
{
    Turnstile turnstile({.inside = 3, .inside_each = 2});
    auto a1 = turnstile.enter("a");
    auto a2 = turnstile.enter("a");
    EXPECT_TRUE(a1 && a2);
    EXPECT_FALSE(turnstile.enter("a"));
    auto b1 = turnstile.enter("b");
    EXPECT_TRUE(b1);
    EXPECT_FALSE(turnstile.enter("c"));
    a1.reset();
    EXPECT_TRUE(turnstile.enter("c"));
}

TEST(Turnstile, FailuresMakeAVisitorWait)
{
    Turnstile turnstile({.failures = 2, .forgiven_per_second = 1});
    const auto now = Turnstile::Clock::now();
    for (int round = 0; round < 2; round++)
        turnstile.enter("a", now)->failed();
    EXPECT_FALSE(turnstile.enter("a", now));
    EXPECT_TRUE(turnstile.enter("b", now));
    EXPECT_TRUE(turnstile.enter("a", now + 1100ms));
    for (int round = 0; round < 100; round++)
        EXPECT_TRUE(turnstile.enter("c", now)) << "visits that succeed are free";
}

TEST(Turnstile, MemoryIsBoundedAndWhoIsInsideStaysKnown)
{
    Turnstile turnstile({.inside = 2, .inside_each = 1, .remembered = 10});
    const auto inside = turnstile.enter("inside");
    for (int round = 0; round < 100; round++)
        EXPECT_TRUE(turnstile.enter(std::to_string(round)));
    EXPECT_FALSE(turnstile.enter("inside"));
}

TEST(Turnstile, WhoCountsAsOneVisitor)
{
    const auto v6 = [](const char* text) {
        sockaddr_storage address{};
        address.ss_family = AF_INET6;
        ::inet_pton(AF_INET6, text, &reinterpret_cast<sockaddr_in6&>(address).sin6_addr);
        return visitor_of(address);
    };
    EXPECT_EQ(v6("2001:db8::1"), v6("2001:db8::ffff:1"));
    EXPECT_NE(v6("2001:db8::1"), v6("2001:db8:0:1::1"));
}

TEST(Workers, BoundedAndReused)
{
    std::atomic<bool> go = false;
    std::atomic<int> ran = 0;
    Workers workers(2);
    const auto job = [&] {
        go.wait(false);
        ran++;
    };
    EXPECT_TRUE(workers.start(job));
    EXPECT_TRUE(workers.start(job));
    EXPECT_FALSE(workers.start(job));
    go = true;
    go.notify_all();
    for (int round = 0; round < 500 && !workers.start([] {}); round++)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(ran, 2);
}

TEST(Workers, AnExceptionEndsOneJobOnly)
{
    Workers workers(1);
    EXPECT_TRUE(workers.start([] { throw std::runtime_error("of a test; belongs here"); }));
    for (int round = 0; round < 500; round++) {
        if (workers.start([] {}))
            return;
        std::this_thread::sleep_for(10ms);
    }
    FAIL() << "the thread was never given back";
}

TEST(EventLoop, TimersDescriptorsAndMailbox)
{
    EventLoop loop;
    Mailbox mailbox;
    std::string order;
    const auto mail = loop.on_readable(mailbox.fd(), [&] { mailbox.deliver(); });
    auto timer = loop.on_timer([&] {
        order += "t";
        std::thread([&] { mailbox.post([&] { order += "m"; loop.stop(); }); }).join();
    });
    timer.arm(1ms);
    loop.run();
    EXPECT_EQ(order, "tm");
}

TEST(EventLoop, ACallbackThatThrowsEndsNothing)
{
    EventLoop loop;
    int calls = 0;
    EventLoop::Source timer;
    timer = loop.on_timer([&] {
        if (++calls == 2)
            return loop.stop();
        timer.arm(0ms);
        throw std::runtime_error("of a test; belongs here");
    });
    timer.arm(0ms);
    loop.run();
    EXPECT_EQ(calls, 2);
}

namespace {

// Node a with volume home; what the watch tells and puts in force, in order.
struct MaintenanceWatchTest : testing::Test {
    MaintenanceWatchTest()
    {
        NodeConfig self;
        self.name = "a";
        self.id = Uuid::random();
        store.save(self);
        VolumeConfig volume;
        volume.name = "home";
        volume.id = Uuid::random();
        volume.size = 1 << 20;
        volume.nodes = {{"a", self.id}};
        store.save(volume);
        id = volume.id.to_string();
    }
    void set(std::optional<Maintenance> maintenance)
    {
        auto volume = store.load_volume("home");
        volume.maintenance = maintenance;
        store.save(volume);
    }
    void set_node(std::optional<Maintenance> maintenance)
    {
        auto node = store.load_node();
        node.maintenance = maintenance;
        store.save(node);
    }
    std::vector<std::string> looked(std::uint64_t now)
    {
        said.clear();
        watch.look(now);
        return said;
    }
    using Said = std::vector<std::string>;
    const Said began{"in force home", "maintenance-begun"}, over{"in force home", "maintenance-over"};
    ScratchDir dir;
    ConfigStore store{dir.path()};
    std::string id;
    Said said;
    netd::MaintenanceWatch watch{store, [this](const ops::Announcement& event) { said.emplace_back(event.kind->name); },
                                 [this](const std::string& volume) {
                                     said.push_back("in force " + volume);
                                     if (refused)
                                         throw Error(ExitStatus::internal, "no memory");
                                 }};
    bool refused = false;
};

} // namespace

TEST_F(MaintenanceWatchTest, SeesBeginAndEnd)
{
    EXPECT_EQ(looked(10), Said{}) << "nothing is on record";
    set(Maintenance{"", 11, 20});
    EXPECT_EQ(looked(11), began);
    EXPECT_TRUE(watch.is_on(id));
    EXPECT_EQ(looked(19), Said{});
    EXPECT_EQ(looked(20), over) << "by the clock";
    EXPECT_FALSE(watch.is_on(id));
    EXPECT_EQ(looked(21), Said{});
    set(Maintenance{"", 22, 0});
    EXPECT_EQ(looked(22), began);
    set_node(Maintenance{"", 23, 30});
    set(std::nullopt);
    EXPECT_EQ(looked(25), Said{}) << "the node's goes on";
    EXPECT_EQ(looked(30), over);
}

TEST_F(MaintenanceWatchTest, TellsNothingOfWhatItMissedButLetsGo)
{
    set(Maintenance{"", 1, 5});
    EXPECT_EQ(looked(10), Said{"in force home"}) << "it ended meanwhile";
    EXPECT_EQ(looked(11), Said{});
}

TEST_F(MaintenanceWatchTest, WhatIsNotInForceIsTriedAgain)
{
    looked(10);
    refused = true;
    set(Maintenance{"", 11, 20});
    EXPECT_EQ(looked(11), began) << "what people asked for is on, whatever the kernel says";
    EXPECT_EQ(looked(12), Said{"in force home"});
    refused = false;
    EXPECT_EQ(looked(13), Said{"in force home"});
    EXPECT_EQ(looked(14), Said{});
}

TEST_F(MaintenanceWatchTest, WhatCannotBeReadEndsNothing)
{
    looked(10);
    set(Maintenance{"", 11, 0});
    EXPECT_EQ(looked(11), began);
    const auto path = dir / "volumes/home.toml";
    const auto text = read_file(path);
    write_file_atomic(path, "not a volume");
    EXPECT_THROW(looked(12), Error);
    EXPECT_TRUE(watch.is_on(id));
    write_file_atomic(path, text);
    EXPECT_EQ(looked(13), Said{});
}
