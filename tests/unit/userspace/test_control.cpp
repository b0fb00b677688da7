// SPDX-License-Identifier: GPL-2.0-or-later
#include "expect_error.hpp"
#include "loopback.hpp"
#include "remote/control_client.hpp"
#include "remote/control_server.hpp"
#include "remote/greeting.hpp"
#include "sample_methods.hpp"

using namespace mirrornet;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

struct Control : testing::Test {
    Loopback loopback;
    Pair pair{loopback.address()};
    RpcDispatcher methods = sample::dispatcher();
    ControlLimits limits{2000ms, 2000ms};
    Permissions may = parse_permissions("status");

    void serve()
    {
        const Deadline patience(5s);
        LineStream stream(TlsStream::accept(loopback.accept(), pair.lookup(), patience));
        EXPECT_EQ(Hello::parse(stream.read(patience).value()).purpose, Purpose::control);
        stream.write(print_go(Encryption::tls), patience);
        serve_control(
            stream, methods, [&] { return RpcPeer{"east", pair.a.id, may}; }, -1, limits);
    }
    ControlClient client() { return ControlClient(pair.a, pair.b_as_peer, pair.key, 5s); }
};

} // namespace

TEST_F(Control, ManyCallsOnOneConnection)
{
    OtherSide server([&] { serve(); });
    auto remote = client();
    for (int round = 0; round < 50; round++)
        EXPECT_EQ(remote.call("echo", {{"round", round}}).at("round"), round);
    const std::string large(700000, 'x');
    EXPECT_EQ(remote.call("echo", {{"large", large}}).at("large"), large);
    expect_error(ExitStatus::in_use, {"node west: ", "somebody holds it"},
                 [&] { remote.call("refuse"); });
    EXPECT_EQ(remote.call("who"), "east");
}

TEST_F(Control, TimeOutEndsTheConnection)
{
    OtherSide server([&] { serve(); });
    auto remote = client();
    expect_error(ExitStatus::timed_out, {"node west"},
                 [&] { remote.call("slow", json::object(), 50ms); });
    expect_error(ExitStatus::unreachable, {"was lost"}, [&] { remote.call("who"); });
    server.end(); // whether it noticed in its answer or after it does not matter
}

TEST_F(Control, TrustTakenAwayIsGoneAtOnce)
{
    OtherSide server([&] { serve(); });
    auto remote = client();
    EXPECT_EQ(remote.call("who"), "east");
    may = Permissions{};
    expect_error(ExitStatus::not_permitted, {"not trusted"}, [&] { remote.call("who"); });
}

TEST_F(Control, EndlessLineIsCutOff)
{
    OtherSide server([&] { serve(); });
    const Deadline patience(5s);
    LineStream stream(TlsStream::connect(loopback.connect(), pair.a.id, pair.key, patience));
    stream.write(Hello{}.print(), patience);
    EXPECT_TRUE(stream.read(patience));
    try {
        stream.write(std::string(longest_line + 1, 'x'), patience);
    } catch (const Error&) {
        // the server may have closed before everything was sent
    }
    EXPECT_NE(server.end().find("longer than"), std::string::npos);
}

TEST_F(Control, WhatIsNoRequestEndsTheConnection)
{
    OtherSide server([&] { serve(); });
    const Deadline patience(5s);
    LineStream stream(TlsStream::connect(loopback.connect(), pair.a.id, pair.key, patience));
    stream.write(Hello{}.print(), patience);
    EXPECT_TRUE(stream.read(patience));
    stream.write("junk", patience);
    EXPECT_NE(stream.read(patience).value().find("-32700"), std::string::npos);
    EXPECT_NE(server.end().find("no JSON"), std::string::npos);
}

TEST_F(Control, HalfALineIsNotWaitedForLong)
{
    limits.transfer = 100ms;
    OtherSide server([&] { serve(); });
    const Deadline patience(5s);
    auto stream = TlsStream::connect(loopback.connect(), pair.a.id, pair.key, patience);
    stream.write_all(Hello{}.print() + "\n{\"half", patience);
    EXPECT_NE(server.end().find("too long"), std::string::npos);
}

TEST_F(Control, IdleConnectionEndsQuietly)
{
    limits.idle = 50ms;
    OtherSide server([&] { serve(); });
    auto remote = client();
    EXPECT_EQ(server.end(), "");
    expect_error(ExitStatus::unreachable, {"node west"}, [&] { remote.call("who"); });
}

TEST(ControlClientTo, NobodyThere)
{
    Pair pair(Address{"127.0.0.1", 1});
    expect_error(ExitStatus::unreachable, {"node west", "127.0.0.1:1"},
                 [&] { ControlClient(pair.a, pair.b_as_peer, pair.key); });
}
