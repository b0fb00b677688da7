// SPDX-License-Identifier: GPL-2.0-or-later
//
// Commands for other nodes: what travels, and how a program is run for one (docs/remote.md).
#include "base/file.hpp"
#include "expect_error.hpp"
#include "mirror-netd/commands.hpp"
#include "mirror-netd/mailbox.hpp"
#include "remote/command.hpp"
#include "sample_methods.hpp"
#include "scratch_dir.hpp"

#include <fstream>
#include <sys/stat.h>

using namespace mirrornet;
using nlohmann::json;
using namespace std::chrono_literals;

namespace {

struct CommandRun : testing::Test {
    ScratchDir dir;
    ConfigStore store{dir.path()};
    netd::StopSignal stop;
    std::string out, err;
    int signs = 0;

    CommandRun()
    {
        NodeConfig self;
        self.name = "west";
        self.id = Uuid::random();
        store.save(self);
    }
    std::string program(const std::string& body)
    {
        const std::string path = dir / "program";
        std::ofstream(path) << "#!/bin/sh\n" << body;
        ::chmod(path.c_str(), 0755);
        return path;
    }
    void take(const json& line)
    {
        const auto part = line.at("part");
        out += part.value("out", "");
        err += part.value("err", "");
        signs += part.empty();
    }
    json ask(const std::string& body, const json& params, netd::CommandLimits limits = {},
             const char* may = "status")
    {
        netd::Commands commands(store, program(body), stop.fd(), limits);
        RpcDispatcher methods;
        commands.register_in(methods);
        return json::parse(methods.answer(rpc_request(1, "command.run", params),
                                          sample::peer_with(may),
                                          [this](const std::string& line) { take(json::parse(line)); }));
    }
};

} // namespace

TEST_F(CommandRun, WordsArriveAsTheyAreAndSoDoOutputAndStatus)
{
    const auto answer = ask("printf '<%s>' \"$@\"; echo bad >&2; exit 22",
                            {{"words", {"status", "a b", "$(id)", ";ls", "", "*"}}});
    EXPECT_EQ(out, "<status><a b><$(id)><;ls><><*>");
    EXPECT_EQ(err, "bad\n");
    EXPECT_EQ(answer.at("result").at("exit"), 22);
}

TEST_F(CommandRun, TheProgramIsToldWhoAsks)
{
    ask("printf %s \"$MIRROR_NET_ASKED\"",
        {{"words", {"list"}}, {"pass_on", "south"}, {"on_behalf", "north"}});
    const auto asked = Asked::parse(out);
    EXPECT_EQ(asked.by, "east");
    EXPECT_EQ(asked.here, "west");
    EXPECT_EQ(asked.pass_on, "south");
    EXPECT_EQ(asked.on_behalf, "north");
    EXPECT_EQ(to_string(asked.may), "status");
}

TEST_F(CommandRun, SilenceIsFilledAndMuchOutputComesWhole)
{
    ask("sleep 0.5; echo end", {{"words", {"x"}}}, {.sign_of_life = 100ms});
    EXPECT_GE(signs, 2);
    EXPECT_EQ(out, "end\n");
    out.clear();
    ask("i=0; while [ $i -lt 20000 ]; do echo \"$i ä\"; i=$((i + 1)); done", {{"words", {"x"}}});
    EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 20000);
    EXPECT_EQ(out.find("\xef\xbf\xbd"), out.npos) << "a character was cut in two";
}

TEST_F(CommandRun, ASignalIsAStatusToo)
{
    EXPECT_EQ(ask("kill -9 $$", {{"words", {"x"}}}).at("result").at("exit"), 137);
}

TEST_F(CommandRun, WhoIsGoneEndsWhatHeedsTheSignal)
{
    netd::Commands commands(store, program("trap 'echo > " + dir.path().string() + "/told; exit' TERM\n"
                                           "echo begun; while :; do sleep 0.05; done"), stop.fd());
    RpcDispatcher methods;
    commands.register_in(methods);
    const auto gone = [](const std::string&) { throw Error(ExitStatus::unreachable, "gone"); };
    methods.answer(rpc_request(1, "command.run", {{"words", {"x"}}}), sample::peer_with("status"), gone);
    EXPECT_NO_THROW(read_file(dir / "told"));
}

TEST_F(CommandRun, WhatIsTooMuchOrMakesNoSenseIsRefusedAndNothingRuns)
{
    const auto touch = "touch " + dir.path().string() + "/ran";
    for (const json& params : {json::object(), json{{"words", json::array()}}, json{{"words", "status"}},
                               json{{"words", {1}}}, json{{"words", {std::string("a\0b", 3)}}},
                               json{{"words", {std::string(70000, 'x')}}},
                               json{{"words", std::vector<std::string>(129, "x")}},
                               json{{"words", {"x"}}, {"pass_on", "../b"}},
                               json{{"words", {"x"}}, {"on_behalf", "a\nb"}}})
        EXPECT_EQ(ask(touch, params).at("error").at("code"), 2) << params.dump().substr(0, 80);
    EXPECT_EQ(ask(touch, {{"words", {"x"}}}, {.at_once = 0, .each = 0}).at("error").at("code"), 6);
    EXPECT_EQ(ask(touch, {{"words", {"x"}}}, {}, "replicate").at("error").at("code"), 9);
    EXPECT_THROW(read_file(dir / "ran"), Error);
}

TEST_F(CommandRun, AStoppingDaemonWaitsForNoCommand)
{
    stop.raise();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(ask("trap '' TERM; sleep 5", {{"words", {"x"}}}).at("error").at("code"), 8);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
}

TEST(Command, WholeCharacters)
{
    EXPECT_EQ(whole_characters(""), 0u);
    EXPECT_EQ(whole_characters("abc"), 3u);
    EXPECT_EQ(whole_characters("aä"), 3u);
    EXPECT_EQ(whole_characters("a\xc3"), 1u);
    EXPECT_EQ(whole_characters("\xe2\x82"), 0u);
    EXPECT_EQ(whole_characters("\xe2\x82\xac"), 3u);
    EXPECT_EQ(whole_characters("x\xf0\x9f\x98"), 1u);
    EXPECT_EQ(whole_characters("\x80\x80\x80\x80\x80"), 5u) << "no UTF-8 is kept for ever";
}

TEST(Command, NothingFromElsewhereControlsTheTerminal)
{
    EXPECT_EQ(fit_for_terminal("a\tb\nä"), "a\tb\nä");
    EXPECT_EQ(fit_for_terminal("\033[2J\r\x7f\xc2\x9b" "1m"), "?[2J???1m");
}

TEST(Command, WhoAsksIsPrintedAndReadAlike)
{
    const Asked asked{"a", "b", "c", "d", parse_permissions("status,operate")};
    const auto again = Asked::parse(asked.print());
    EXPECT_EQ(again.print(), asked.print());
    for (const char* text : {"", "x", "{}", "{\"by\":\"a\"}", "{\"by\":\"/\",\"may\":\"status\"}",
                             "{\"by\":\"a\",\"may\":\"all\"}", "{\"by\":1,\"may\":\"status\"}"})
        EXPECT_THROW(Asked::parse(text), Error) << text;
}

TEST(Command, PartsBelongToTheirRequest)
{
    EXPECT_EQ(rpc_part(R"({"id":1,"part":{"out":"x"}})", 1)->at("out"), "x");
    EXPECT_FALSE(rpc_part(R"({"id":2,"part":{"out":"x"}})", 1));
    EXPECT_FALSE(rpc_part(R"({"id":1,"part":"x"})", 1));
    EXPECT_FALSE(rpc_part(R"({"id":1,"result":{}})", 1));
}
