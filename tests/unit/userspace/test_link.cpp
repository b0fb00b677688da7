// SPDX-License-Identifier: GPL-2.0-or-later
#include "expect_error.hpp"
#include "links.hpp"

using namespace mirrornet;
using namespace std::chrono_literals;

TEST(Greeting, RoundTrip)
{
    const Hello control;
    EXPECT_EQ(Hello::parse(control.print()), control);
    const Hello mirror{Purpose::mirror, Uuid::random(), Uuid::random(), Encryption::none};
    EXPECT_EQ(Hello::parse(mirror.print()), mirror);
    auto renewal = mirror;
    renewal.purpose = Purpose::renewal;
    renewal.renew = ~std::uint64_t{0};
    EXPECT_EQ(Hello::parse(renewal.print()), renewal);
}

TEST(Greeting, Malformed)
{
    for (const char* line :
         {"", "{", "[]", "7", "{}", R"({"purpose":7})", R"({"purpose":"other"})",
          R"({"purpose":"mirror"})", R"({"purpose":"mirror","volume":"x","node":"y"})",
          R"({"purpose":"mirror","volume":"00112233-4455-6677-8899-aabbccddeeff",)"
          R"("node":"00112233-4455-6677-8899-aabbccddeeff","encryption":"maybe"})"})
        expect_error(ExitStatus::usage, {}, [&] { Hello::parse(line); });
    const std::string mirror =
        Hello{Purpose::renewal, Uuid::random(), Uuid::random(), Encryption::none}.print();
    for (const char* renew : {"0", "-1", "1.5", "\"7\"", "null", "[]"})
        expect_error(ExitStatus::usage, {"renew"}, [&] {
            Hello::parse(std::string(mirror).replace(mirror.find("\"renew\":0"), 9,
                                                     std::string("\"renew\":") + renew));
        });
}

TEST(Greeting, NoneNeedsBoth)
{
    EXPECT_EQ(agree(Encryption::none, Encryption::none), Encryption::none);
    EXPECT_EQ(agree(Encryption::none, Encryption::tls), Encryption::tls);
    EXPECT_EQ(agree(Encryption::tls, Encryption::none), Encryption::tls);
    EXPECT_EQ(parse_answer(print_go(Encryption::tls), Encryption::none), Encryption::tls);
    expect_error(ExitStatus::usage, {"wants no encryption"},
                 [] { parse_answer(print_go(Encryption::none), Encryption::tls); });
}

TEST(Greeting, RefusalKeepsItsStatusAndIsCleaned)
{
    const Error error(ExitStatus::in_use, "busy\nforged line\x1b[31m");
    expect_error(ExitStatus::in_use, {"busy\\x0aforged"},
                 [&] { parse_answer(print_refusal(error), Encryption::tls); });
    expect_error(ExitStatus::usage, {},
                 [] { parse_answer(R"({"error":{"code":"x"}})", Encryption::tls); });
    expect_error(ExitStatus::internal, {"x"},
                 [] { parse_answer(R"({"error":{"code":999,"message":"x"}})", Encryption::tls); });
    expect_error(ExitStatus::usage, {}, [] { parse_answer(R"({"go":1})", Encryption::tls); });
}

TEST(Greeting, SmallerNodeConnects)
{
    const auto a = Uuid::random(), b = Uuid::random();
    EXPECT_NE(connects(a, b), connects(b, a));
    EXPECT_FALSE(connects(a, a));
}

TEST_F(Links, PlainHandOverLeavesACleanStream)
{
    pair.both_without_encryption();
    std::optional<Link> accepted;
    OtherSide server([&] { accepted = accept(); });
    const auto initiated = initiate();
    ASSERT_EQ(server.end(), "");
    EXPECT_FALSE(initiated.encrypted);
    EXPECT_FALSE(accepted->encrypted);
    EXPECT_TRUE(initiated.initiator);
    EXPECT_FALSE(accepted->initiator);
    EXPECT_EQ(accepted->volume, pair.volume);
    EXPECT_EQ(accepted->peer, pair.a.id);
    EXPECT_EQ(initiated.peer, pair.b.id);
    make_blocking(initiated);
    make_blocking(*accepted);
    expect_carries(initiated, *accepted, std::string(1 << 20, 'a') + "end");
    expect_carries(*accepted, initiated, std::string(1 << 20, 'b') + "end");
}

// The initiator's kernel may speak before the acceptor has installed its keys.
TEST_F(Links, EarlyFirstWordIsNotLost)
{
    pair.both_without_encryption();
    std::optional<Link> accepted;
    OtherSide server([&] {
        accepted = accept();
        std::this_thread::sleep_for(50ms);
    });
    const auto initiated = initiate();
    ASSERT_EQ(::write(initiated.fd.get(), "first", 5), 5);
    ASSERT_EQ(server.end(), "");
    char got[5];
    make_blocking(*accepted);
    EXPECT_EQ(::recv(accepted->fd.get(), got, 5, MSG_WAITALL), 5);
    EXPECT_EQ(std::string(got, 5), "first");
}

TEST_F(Links, RefusalReachesTheInitiator)
{
    pair.both_without_encryption();
    admit = [] { throw Error(ExitStatus::not_found, "no volume here"); };
    OtherSide server([&] { accept(); });
    expect_error(ExitStatus::not_found, {"no volume here"}, [&] { initiate(); });
    EXPECT_EQ(server.end(), "no volume here");
}

TEST_F(Links, PeerWithoutPermissionToReplicate)
{
    pair.both_without_encryption();
    pair.a_as_peer.may = parse_permissions("status,operate");
    OtherSide server([&] { accept(); });
    expect_error(ExitStatus::not_permitted, {"--may status,replicate,operate"}, [&] { initiate(); });
    EXPECT_NE(server.end(), "");
}

TEST_F(Links, GreetingMustNameTheAuthenticatedNode)
{
    pair.both_without_encryption();
    pair.a_as_peer.id = Uuid::random(); // another node than the key belongs to
    OtherSide server([&] { accept(); });
    expect_error(ExitStatus::not_permitted, {"another node"}, [&] { initiate(); });
    EXPECT_NE(server.end(), "");
}

// A peer that talks on after its greeting would leave bytes that neither
// userspace nor the kernel can make sense of.
TEST_F(Links, TalkingPastTheGreetingIsRefused)
{
    pair.both_without_encryption();
    OtherSide server([&] { accept(); });
    auto stream = TlsStream::connect(loopback.connect(), pair.a.id, pair.key, patience);
    const Hello hello{Purpose::mirror, pair.volume, pair.a.id, Encryption::none};
    stream.write_all(hello.print() + "\nmore", patience);
    EXPECT_NE(server.end().find("more than the protocol allows"), std::string::npos);
}
