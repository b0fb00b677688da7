// SPDX-License-Identifier: GPL-2.0-or-later
#include "expect_error.hpp"
#include "loopback.hpp"
#include "remote/reach.hpp"
#include "remote/tls.hpp"

#include <netinet/in.h>

using namespace mirrornet;
using namespace std::chrono_literals;

namespace {

struct Tls : testing::Test {
    Loopback loopback;
    Pair pair{loopback.address()};
    Deadline patience{10s};

    TlsStream accept() { return TlsStream::accept(loopback.accept(), pair.lookup(), patience); }
    TlsStream connect(const NodeId& as, const Key& key)
    {
        return TlsStream::connect(loopback.connect(), as, key, patience);
    }
};

std::string read_exactly(TlsStream& stream, std::size_t count, const Deadline& deadline)
{
    std::string all(count, 0);
    for (std::size_t have = 0; have < count;) {
        const auto got = stream.read_some(std::span(all).subspan(have), deadline);
        if (got == 0)
            throw std::runtime_error("the stream ended early");
        have += got;
    }
    return all;
}

void send_raw(int fd, std::string_view bytes)
{
    EXPECT_EQ(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
}

} // namespace

TEST_F(Tls, CarriesBytesBothWaysAndNamesTheInitiator)
{
    const std::string large(3 << 20, 'x');
    OtherSide server([&] {
        auto stream = accept();
        EXPECT_EQ(stream.initiator(), pair.a.id);
        EXPECT_EQ(read_exactly(stream, large.size(), patience), large);
        stream.write_all("answer", patience);
    });
    auto stream = connect(pair.a.id, pair.key);
    stream.write_all(large, patience);
    EXPECT_EQ(read_exactly(stream, 6, patience), "answer");
}

TEST_F(Tls, WrongKey)
{
    OtherSide server([&] { accept(); });
    expect_error(ExitStatus::not_permitted, {"do not share a key"},
                 [&] { connect(pair.a.id, Key::random()); });
    EXPECT_NE(server.end().find("do not share a key"), std::string::npos);
}

TEST_F(Tls, UnknownNodeLooksLikeAWrongKeyFromOutside)
{
    const auto stranger = Uuid::random();
    OtherSide server([&] { accept(); });
    expect_error(ExitStatus::not_permitted, {"do not share a key"},
                 [&] { connect(stranger, pair.key); });
    EXPECT_EQ(server.end(), "node " + stranger.to_string() + " is not trusted here");
}

TEST_F(Tls, AcceptorWithoutTheKeyIsFoundOut)
{
    OtherSide server([&] {
        const auto other = Key::random();
        TlsStream::accept(loopback.accept(), [&](const NodeId&) { return other; }, patience);
    });
    expect_error(ExitStatus::not_permitted, {}, [&] { connect(pair.a.id, pair.key); });
    EXPECT_NE(server.end(), "");
}

TEST_F(Tls, GarbageInsteadOfAHandshake)
{
    for (const std::string& garbage :
         {std::string("GET / HTTP/1.0\r\n\r\n"), std::string(5000, '\xff'),
          std::string("\x16\x03\x01\xff\xff", 5) + std::string(70000, 'x')}) {
        OtherSide server([&] { accept(); });
        auto fd = loopback.connect();
        send_raw(fd.get(), garbage);
        EXPECT_NE(server.end(), "");
    }
}

TEST_F(Tls, SilentPeerCostsNoMoreThanTheDeadline)
{
    auto fd = loopback.connect();
    const auto began = std::chrono::steady_clock::now();
    expect_error(ExitStatus::timed_out, {"TLS handshake took too long"},
                 [&] { TlsStream::accept(loopback.accept(), pair.lookup(), Deadline(100ms)); });
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

// A byte now and then must not extend the deadline.
TEST_F(Tls, DrippingPeerCostsNoMoreThanTheDeadline)
{
    auto fd = loopback.connect();
    const std::string start("\x16\x03\x01\x02\x00\x01", 6);
    OtherSide dripper([&] {
        for (int round = 0; round < 12; round++) {
            ::send(fd.get(), start.data() + (round < 6 ? round : 5), 1, MSG_NOSIGNAL);
            std::this_thread::sleep_for(50ms);
        }
    });
    expect_error(ExitStatus::timed_out, {"too long"},
                 [&] { TlsStream::accept(loopback.accept(), pair.lookup(), Deadline(200ms)); });
}

TEST_F(Tls, PeerThatHangsUpInTheHandshake)
{
    OtherSide server([&] { accept(); });
    loopback.connect().reset();
    EXPECT_NE(server.end().find("ended the connection"), std::string::npos);
}

TEST_F(Tls, CancelledAtOnce)
{
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    UniqueFd cancel(ends[0]), trigger(ends[1]);
    auto fd = loopback.connect();
    trigger.reset(); // makes the other end readable
    expect_error(ExitStatus::internal, {"cancelled"}, [&] {
        TlsStream::accept(loopback.accept(), pair.lookup(), Deadline(10s, cancel.get()));
    });
}

TEST_F(Tls, BrokenRecordEndsTheStream)
{
    OtherSide server([&] {
        auto stream = accept();
        char byte;
        stream.read_some({&byte, 1}, patience);
    });
    auto stream = connect(pair.a.id, pair.key);
    send_raw(stream.fd(), std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
    EXPECT_NE(server.end().find("the connection broke"), std::string::npos);
}

TEST_F(Tls, BothSidesHaveTheSameStateForTheKernel)
{
    std::optional<RecordState> server_sends, server_receives;
    OtherSide server([&] {
        auto stream = accept();
        read_exactly(stream, 5, patience);
        stream.write_all("x", patience);
        stream.require_nothing_pending();
        server_sends = stream.sending();
        server_receives = stream.receiving();
    });
    auto stream = connect(pair.a.id, pair.key);
    stream.write_all("he", patience);
    stream.write_all("llo", patience);
    read_exactly(stream, 1, patience);
    EXPECT_EQ(server.end(), "");
    EXPECT_EQ(server_sends->key, stream.receiving().key);
    EXPECT_EQ(server_sends->iv, stream.receiving().iv);
    EXPECT_EQ(server_sends->sequence, stream.receiving().sequence);
    EXPECT_EQ(server_receives->key, stream.sending().key);
    EXPECT_EQ(server_receives->sequence, stream.sending().sequence);
    EXPECT_EQ(stream.sending().sequence[7], 2) << "two records went out";
    EXPECT_NE(stream.sending().key, stream.receiving().key);
}

TEST_F(Tls, UnreadBytesPreventAHandOver)
{
    OtherSide server([&] {
        auto stream = accept();
        read_exactly(stream, 1, patience);
        EXPECT_THROW(stream.require_nothing_pending(), Error);
    });
    connect(pair.a.id, pair.key).write_all("two", patience);
}

TEST(Tcp, TriesAddressesInOrder)
{
    Loopback loopback;
    const Address closed{"127.0.0.1", 1};
    auto fd = connect_tcp({closed, loopback.address()}, 1, Deadline(5s));
    EXPECT_TRUE(fd);
    expect_error(ExitStatus::unreachable, {"127.0.0.1:1", "refused", "no.such.host.invalid"},
                 [&] { connect_tcp({closed, {"no.such.host.invalid", 0}}, 1, Deadline(5s)); });
    expect_error(ExitStatus::unreachable, {"no address"},
                 [&] { connect_tcp({}, 1, Deadline(5s)); });
}

// An address may have become somebody else's.
TEST(Reach, PassesByWhoIsNotThatNode)
{
    Loopback wrong, right;
    const Pair pair(right.address());
    const Address closed{"127.0.0.1", 1};
    OtherSide stranger([&] {
        const auto other_key = [](const NodeId&) { return std::optional(Key::random()); };
        EXPECT_THROW(TlsStream::accept(wrong.accept(), other_key, Deadline(10s)), Error);
    });
    OtherSide server([&] { TlsStream::accept(right.accept(), pair.lookup(), Deadline(10s)); });
    reach({closed, wrong.address(), right.address()}, pair.a.id, pair.key, Deadline(20s));
    expect_error(ExitStatus::unreachable, {"127.0.0.1:1: ", "no.such.host.invalid"}, [&] {
        reach({closed, {"no.such.host.invalid", 0}}, pair.a.id, pair.key, Deadline(5s));
    });
    expect_error(ExitStatus::unreachable, {"no address"},
                 [&] { reach({}, pair.a.id, pair.key, Deadline(5s)); });
}

TEST(Tcp, ListensOnEveryAddressOfBothFamilies)
{
    const auto sockets = listen_tcp({}, 0);
    ASSERT_FALSE(sockets.empty());
    for (const auto& each : sockets)
        EXPECT_NE(local_port(each.get()), 0);
}
