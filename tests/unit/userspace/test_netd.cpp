// SPDX-License-Identifier: GPL-2.0-or-later
//
// Two daemons' parts against each other, without a kernel module.
#include "expect_error.hpp"
#include "netd_node.hpp"
#include "remote/control_client.hpp"
#include "remote/tcp.hpp"

#include <poll.h>
#include <sys/socket.h>

using namespace mirrornet;
using namespace std::chrono_literals;

namespace {

struct Netd : testing::Test {
    NetdNode east{"east", Uuid::parse("10000000-0000-4000-8000-000000000000")};
    NetdNode west{"west", Uuid::parse("20000000-0000-4000-8000-000000000000"), limits()};
    Key key = Key::random();
    VolumeId volume = Uuid::random();

    static netd::AcceptorLimits limits()
    {
        netd::AcceptorLimits limits;
        limits.strangers.inside_each = 4;
        limits.strangers.failures = 3;
        limits.strangers.forgiven_per_second = 0.2;
        limits.handshake = 1500ms;
        return limits;
    }
    void SetUp() override
    {
        east.trust(west, key, "status,replicate");
        west.trust(east, key, "status,replicate");
        east.start();
        west.start();
    }
    void want_everywhere()
    {
        west.kernel.want({volume, east.self.id});
        east.kernel.want({volume, west.self.id});
    }
    UniqueFd stranger() const
    {
        return connect_tcp({{"127.0.0.1", west.acceptor.port()}}, 1, Deadline(5s));
    }
};

// The daemon closes its end in time; it may say why before.
bool is_closed(int fd, std::chrono::milliseconds patience)
{
    const Deadline deadline(patience);
    char word[64];
    try {
        do
            wait_for_fd(fd, POLLIN, deadline, "close");
        while (::recv(fd, word, sizeof(word), MSG_DONTWAIT) > 0);
        return true;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

TEST_F(Netd, SmallerNodeMakesTheLinkAndBothKernelsGetIt)
{
    want_everywhere();
    west.refresh(); // has the larger UUID: must leave it to the other
    east.refresh();
    ASSERT_TRUE(east.kernel.wait_for_links(1, 5s));
    ASSERT_TRUE(west.kernel.wait_for_links(1, 5s));
    EXPECT_TRUE(east.kernel.link(0).initiator);
    EXPECT_FALSE(west.kernel.link(0).initiator);
    EXPECT_EQ(west.kernel.link(0).peer, east.self.id);
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(east.kernel.count(), 1u);
    EXPECT_EQ(west.kernel.count(), 1u);
}

TEST_F(Netd, KeepsTryingUntilThePeerIsReady)
{
    east.kernel.want({volume, west.self.id});
    east.refresh();
    EXPECT_FALSE(east.kernel.wait_for_links(1, 700ms));
    west.kernel.want({volume, east.self.id});
    EXPECT_TRUE(east.kernel.wait_for_links(1, 5s)) << "nobody asked again: the timer must";
}

// Nobody is told of what is as a person wanted it.
TEST_F(Netd, AMirrorThatWantsNoLinkIsLeftAloneQuietly)
{
    west.kernel.want_none({volume, east.self.id});
    east.kernel.want({volume, west.self.id});
    testing::internal::CaptureStderr();
    east.refresh();
    EXPECT_FALSE(east.kernel.wait_for_links(1, 700ms));
    const auto said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(said, "");
    west.kernel.want({volume, east.self.id});
    EXPECT_TRUE(east.kernel.wait_for_links(1, 5s)) << "it was not asked again";
}

TEST_F(Netd, LinkThatIsLostComesBack)
{
    for (std::size_t round = 1; round <= 3; round++) {
        want_everywhere();
        east.refresh();
        ASSERT_TRUE(east.kernel.wait_for_links(round, 5s));
        ASSERT_TRUE(west.kernel.wait_for_links(round, 5s));
    }
}

TEST_F(Netd, ManyMirrorsAtOnce)
{
    for (int round = 0; round < 20; round++) {
        volume = Uuid::random();
        want_everywhere();
    }
    east.refresh();
    EXPECT_TRUE(east.kernel.wait_for_links(20, 20s));
}

TEST_F(Netd, NoLinkForAPeerThatMayNotReplicate)
{
    want_everywhere();
    west.trust(east, key, "status");
    east.refresh();
    EXPECT_FALSE(east.kernel.wait_for_links(1, 500ms));
    west.trust(east, key, "replicate");
    EXPECT_TRUE(east.kernel.wait_for_links(1, 5s)) << "trust is read anew at every attempt";
}

TEST_F(Netd, NodeInfoOverTheControlConnection)
{
    auto client = ControlClient::to(east.store, "west");
    ::setenv("MIRROR_NET_CONFIG_DIR", west.store.directory().c_str(), 1);
    const auto info = client.call("node.info");
    ::unsetenv("MIRROR_NET_CONFIG_DIR");
    EXPECT_EQ(info.at("name"), "west");
    EXPECT_EQ(info.at("uuid"), west.self.id.to_string());
    EXPECT_EQ(info.at("you").at("may"), "status,replicate");
}

TEST_F(Netd, ForgottenNodeIsRefusedOnItsOpenConnection)
{
    auto client = ControlClient::to(east.store, "west");
    west.store.remove_peer("east");
    EXPECT_THROW(client.call("node.info"), Error);
    expect_error(ExitStatus::not_permitted, {"node west", "do not share a key"},
                 [&] { ControlClient::to(east.store, "west"); });
}

TEST_F(Netd, SilentStrangersAreClosedAndTakeNoPlaceForLong)
{
    std::vector<UniqueFd> strangers;
    for (int round = 0; round < 4; round++)
        strangers.push_back(stranger());
    std::this_thread::sleep_for(50ms);
    EXPECT_TRUE(is_closed(stranger().get(), 1000ms)) << "one more than may wait";
    for (const auto& each : strangers)
        EXPECT_TRUE(is_closed(each.get(), 5s));
}

TEST_F(Netd, AddressThatFailedTooOftenHasToWait)
{
    for (int round = 0; round < 5; round++) { // the last ones may be closed at once
        auto fd = stranger();
        ::send(fd.get(), "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL);
        EXPECT_TRUE(is_closed(fd.get(), 5s));
    }
    EXPECT_THROW(ControlClient::to(east.store, "west"), Error) << "not even with the key";
    const Deadline patience(30s);
    for (;;) {
        try {
            ControlClient::to(east.store, "west");
            return;
        } catch (const Error& error) {
            ASSERT_GT(patience.left(), 0ms) << error.what();
            std::this_thread::sleep_for(200ms);
        }
    }
}

TEST_F(Netd, GarbageAfterAuthenticationHarmsNobodyElse)
{
    for (const std::string& words : {std::string("hello\n"), std::string(100000, '{') + "\n",
                                     std::string("{\"purpose\":\"mirror\"}\n")}) {
        auto stream = TlsStream::connect(stranger(), east.self.id, key, Deadline(5s));
        stream.write_all(words, Deadline(5s));
        LineStream lines(std::move(stream));
        expect_error(ExitStatus::usage, {}, [&] {
            parse_answer(lines.read(Deadline(5s)).value(), Encryption::tls);
        });
        EXPECT_EQ(lines.read(Deadline(5s)), std::nullopt) << "closed after the refusal";
    }
    EXPECT_EQ(west.kernel.count(), 0u);
    EXPECT_NO_THROW(ControlClient::to(east.store, "west"));
}
