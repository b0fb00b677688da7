// SPDX-License-Identifier: GPL-2.0-or-later
#include "expect_error.hpp"
#include "remote/greeting.hpp"
#include "sample_methods.hpp"

using namespace mirrornet;
using nlohmann::json;
using sample::dispatcher;
using sample::peer_with;

namespace {

int code_of(const std::string& answer)
{
    return json::parse(answer).at("error").at("code").get<int>();
}

// Of what is no request at all.
int breach_of(const RpcDispatcher& methods, const char* line)
{
    try {
        methods.answer(line, peer_with("status,replicate,operate"));
        return 0;
    } catch (const RpcBreach& breach) {
        return code_of(breach.answer());
    }
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

// It ends up in a command that a person is told to paste.
TEST(Rpc, WhatToRepeatWithComesBackIfItIsKnown)
{
    const Error refused(ExitStatus::needs_force, "inconsistent", "--force");
    EXPECT_EQ(error_from_json(error_to_json(refused)).repeat_with(), "--force");
    auto forged = error_to_json(refused);
    forged["repeat_with"] = "; rm -rf /";
    EXPECT_EQ(error_from_json(forged).repeat_with(), "");
    forged["repeat_with"] = 7;
    EXPECT_EQ(error_from_json(forged).repeat_with(), "");
}

TEST(Rpc, MalformedRequests)
{
    const auto methods = dispatcher();
    for (const char* line : {"", "{", "null", "[]", "\xff"})
        EXPECT_EQ(breach_of(methods, line), -32700) << line;
    for (const char* line :
         {"{}", R"({"jsonrpc":"2.0","method":"echo"})",
          R"({"jsonrpc":"1.0","id":1,"method":"echo"})",
          R"({"jsonrpc":"2.0","id":{},"method":"echo"})", R"({"jsonrpc":"2.0","id":1,"method":7})",
          R"({"jsonrpc":"2.0","id":1,"method":"echo","params":[1]})"})
        EXPECT_EQ(breach_of(methods, line), -32600) << line;
    const auto unknown = methods.answer(R"({"jsonrpc":"2.0","id":1,"method":"nil"})",
                                        peer_with("status"));
    EXPECT_EQ(code_of(unknown), -32601);
}

TEST(Rpc, AnswerMustFitTheRequest)
{
    for (const char* line : {R"({"id":2,"result":1})", R"({"id":1})", R"({"id":"1","result":1})"})
        expect_error(ExitStatus::usage, {"fits no request"}, [&] { rpc_result(line, 1); });
}
