// SPDX-License-Identifier: GPL-2.0-or-later
#include "expect_error.hpp"
#include "loopback.hpp"
#include "remote/control_client.hpp"
#include "remote/control_server.hpp"
#include "remote/greeting.hpp"

using namespace mirrornet;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

RpcPeer peer_with(const char* permissions)
{
    return {"east", Uuid::random(), parse_permissions(permissions)};
}

RpcDispatcher dispatcher()
{
    RpcDispatcher methods;
    methods.add("echo", Permission::status, [](const json& params, const RpcPeer&) { return params; });
    methods.add("who", Permission::status, [](const json&, const RpcPeer& peer) { return json(peer.name); });
    methods.add("refuse", Permission::status, [](const json&, const RpcPeer&) -> json {
        throw Error(ExitStatus::in_use, "somebody holds it");
    });
    methods.add("crash", Permission::status,
                [](const json&, const RpcPeer&) -> json { throw std::runtime_error("oops"); });
    methods.add("need", Permission::status,
                [](const json& params, const RpcPeer&) { return params.at("volume"); });
    methods.add("slow", Permission::status, [](const json&, const RpcPeer&) {
        std::this_thread::sleep_for(300ms);
        return json();
    });
    methods.add("huge", Permission::status, [](const json&, const RpcPeer&) {
        return json(std::string(longest_line, 'x'));
    });
    methods.add("change", Permission::operate, [](const json&, const RpcPeer&) { return json(1); });
    return methods;
}

int code_of(const std::string& answer)
{
    return json::parse(answer).at("error").at("code").get<int>();
}

} // namespace

TEST(LineBuffer, CutsLinesHoweverTheyArrive)
{
    LineBuffer lines;
    for (char c : std::string("one\ntwo\n\nth"))
        lines.feed({&c, 1});
    EXPECT_EQ(lines.take(), "one");
    EXPECT_EQ(lines.take(), "two");
    EXPECT_EQ(lines.take(), "");
    EXPECT_EQ(lines.take(), std::nullopt);
    EXPECT_FALSE(lines.empty());
    lines.feed("ree\nfour");
    EXPECT_EQ(lines.take(), "three");
    EXPECT_EQ(lines.take(), std::nullopt);
}

TEST(LineBuffer, RefusesWhatIsTooLong)
{
    LineBuffer exact(8), longer(8), endless(8);
    exact.feed("1234567\n");
    EXPECT_EQ(exact.take(), "1234567");
    longer.feed("12345678\n");
    expect_error(ExitStatus::usage, {"longer than 8"}, [&] { longer.take(); });
    endless.feed("123456789");
    expect_error(ExitStatus::usage, {"longer than 8"}, [&] { endless.take(); });
}

TEST(Json, DepthIsBounded)
{
    const auto nested = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    EXPECT_TRUE(parse_object(nested(20)).is_object());
    expect_error(ExitStatus::usage, {"too deeply"}, [&] { parse_object(nested(500000)); });
    expect_error(ExitStatus::usage, {"no JSON"}, [] { parse_object("\xff\xfe"); });
    expect_error(ExitStatus::usage, {"no JSON object"}, [] { parse_object("[1]"); });
}

TEST(Rpc, AnswersAndErrors)
{
    const auto methods = dispatcher();
    const auto peer = peer_with("status");
    EXPECT_EQ(rpc_result(methods.answer(rpc_request(7, "echo", {{"a", 1}}), peer), 7),
              json({{"a", 1}}));
    EXPECT_EQ(rpc_result(methods.answer(rpc_request(8, "who", json::object()), peer), 8), "east");
    expect_error(ExitStatus::in_use, {"somebody holds it"}, [&] {
        rpc_result(methods.answer(rpc_request(9, "refuse", json::object()), peer), 9);
    });
    expect_error(ExitStatus::internal, {"crash", "oops"}, [&] {
        rpc_result(methods.answer(rpc_request(9, "crash", json::object()), peer), 9);
    });
    expect_error(ExitStatus::usage, {"need", "wrong parameters"}, [&] {
        rpc_result(methods.answer(rpc_request(9, "need", json::object()), peer), 9);
    });
    expect_error(ExitStatus::internal, {"no method"}, [&] {
        rpc_result(methods.answer(rpc_request(9, "other", json::object()), peer), 9);
    });
    expect_error(ExitStatus::internal, {"longer than a line"}, [&] {
        rpc_result(methods.answer(rpc_request(9, "huge", json::object()), peer), 9);
    });
}

TEST(Rpc, EveryMethodNeedsItsPermission)
{
    const auto methods = dispatcher();
    const auto change = rpc_request(1, "change", json::object());
    for (const char* few : {"status", "replicate", "status,replicate"})
        expect_error(ExitStatus::not_permitted, {"operate", "mirrorctl node trust east"},
                     [&] { rpc_result(methods.answer(change, peer_with(few)), 1); });
    EXPECT_EQ(rpc_result(methods.answer(change, peer_with("operate")), 1), 1);
}

TEST(Rpc, MalformedRequests)
{
    const auto methods = dispatcher();
    const auto peer = peer_with("status,replicate,operate");
    for (const char* line : {"", "{", "null", "[]", "\xff"})
        EXPECT_EQ(code_of(methods.answer(line, peer)), -32700) << line;
    for (const char* line :
         {"{}", R"({"jsonrpc":"2.0","method":"echo"})", R"({"jsonrpc":"1.0","id":1,"method":"echo"})",
          R"({"jsonrpc":"2.0","id":{},"method":"echo"})", R"({"jsonrpc":"2.0","id":1,"method":7})",
          R"({"jsonrpc":"2.0","id":1,"method":"echo","params":[1]})"})
        EXPECT_EQ(code_of(methods.answer(line, peer)), -32600) << line;
    EXPECT_EQ(code_of(methods.answer(R"({"jsonrpc":"2.0","id":1,"method":"nil"})", peer)), -32601);
}

TEST(Rpc, AnswerMustFitTheRequest)
{
    for (const char* line : {R"({"id":2,"result":1})", R"({"id":1})", R"({"id":"1","result":1})"})
        expect_error(ExitStatus::usage, {"fits no request"}, [&] { rpc_result(line, 1); });
}

namespace {

struct Control : testing::Test {
    Loopback loopback;
    Pair pair{loopback.address()};
    RpcDispatcher methods = dispatcher();
    ControlLimits limits{2000ms, 2000ms};
    Permissions may = parse_permissions("status");

    void serve()
    {
        const Deadline patience(5s);
        LineStream stream(TlsStream::accept(loopback.accept(), pair.lookup(), patience));
        EXPECT_EQ(Hello::parse(stream.read(patience).value()).purpose, Purpose::control);
        stream.write(print_go(Encryption::tls), patience);
        serve_control(stream, methods, [&] { return RpcPeer{"east", pair.a.id, may}; }, -1, limits);
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
