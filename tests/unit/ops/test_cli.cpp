// SPDX-License-Identifier: GPL-2.0-or-later
//
// The command line: help texts, what is wrong usage, and errors that need no
// kernel module.
#include "mirrorctl/verbs.hpp"
#include "ops/advise/advise.hpp"
#include "remote/command.hpp"

#include "scratch_dir.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <sstream>

using namespace mirrornet;

namespace {

struct Ran {
    int status;
    std::string out, err;
};

Ran run(std::vector<const char*> arguments, bool root = true)
{
    arguments.insert(arguments.begin(), "mirrorctl");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status =
        ctl::run_command_line(static_cast<int>(arguments.size()), arguments.data(), root);
    const std::string out = testing::internal::GetCapturedStdout();
    return {status, out, testing::internal::GetCapturedStderr()};
}

std::string content_of(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

void expect_golden(const std::string& name, const std::string& text)
{
    const std::string path = std::string(GOLDEN) + "/" + name + ".txt";
    if (std::getenv("UPDATE_GOLDEN"))
        std::ofstream(path) << text;
    EXPECT_EQ(text, content_of(path)) << "see " << path;
}

class CommandLine : public ::testing::Test {
protected:
    CommandLine() { ::setenv("MIRROR_NET_CONFIG_DIR", dir.path().c_str(), 1); }

    // Known to the configuration of this node, which is a, and not active.
    void add_volume(const std::string& name)
    {
        const ConfigStore store(dir.path());
        VolumeConfig volume;
        volume.name = name;
        volume.id = Uuid::random();
        volume.size = 1 << 20;
        const auto self = store.find_node();
        volume.nodes = {{"a", self ? self->id : Uuid::random()}, {"b", Uuid::random()}};
        volume.mirrors = {{"a", "b", OptionSet(scope_mirror)}};
        store.save(volume);
    }

    ScratchDir dir;
};

} // namespace

TEST_F(CommandLine, HelpOfEveryVerb)
{
    expect_golden("help", run({"--help"}).out);
    for (const char* verb : {"create", "delete", "release", "list", "status", "check", "advise", "pause", "continue", "break", "lock", "unlock",
                             "resync", "up", "down", "get", "set", "perf", "top", "events", "node", "version", "manage", "unmanage"}) {
        const auto help = run({verb, "--help"});
        EXPECT_EQ(help.status, 0) << verb;
        expect_golden(std::string("help-") + verb, help.out);
    }
    expect_golden("help-endpoint", run({"endpoint", "--help"}).out);
    for (const char* verb : {"show", "set"})
        expect_golden(std::string("help-endpoint-") + verb, run({"endpoint", verb, "--help"}).out);
    for (const char* verb : {"show", "resolve", "discard-local"})
        expect_golden(std::string("help-split-brain-") + verb, run({"split-brain", verb, "--help"}).out);
    for (const char* verb : {"create", "add", "remove", "show", "rename", "describe", "delete"})
        expect_golden(std::string("help-job-") + verb, run({"job", verb, "--help"}).out);
    for (const char* verb : {"on", "off"})
        expect_golden(std::string("help-maintenance-") + verb, run({"maintenance", verb, "--help"}).out);
    for (const char* verb : {"check", "diff", "apply"})
        expect_golden(std::string("help-config-") + verb, run({"config", verb, "--help"}).out);
    for (const char* verb : {"add", "remove", "replace"})
        expect_golden(std::string("help-target-") + verb, run({"target", verb, "--help"}).out);
    for (const char* verb : {"init", "show", "key", "trust", "forget", "rename", "replace"})
        expect_golden(std::string("help-node-") + verb, run({"node", verb, "--help"}).out);
}

namespace {

// The page as it is read: without marks of fonts, with plain dashes.
std::string plain_manual()
{
    auto page = content_of(MANUALS "/mirrorctl.8");
    for (const auto& [from, to] : {std::pair("\\\\-", "-"), std::pair("\\\\f[BIR]", ""),
                                   std::pair("\"", ""), std::pair("\n\\.[BIR]+ ", "\n")})
        page = std::regex_replace(page, std::regex(from), to);
    return page;
}

std::vector<std::string> long_options(CLI::App& verb)
{
    std::vector<std::string> names;
    for (const auto* option : verb.get_options())
        for (const auto& name : option->get_lnames())
            if (name != "help")
                names.push_back("--" + name);
    return names;
}

// With `prefix` those of a group: "node trust".
void find_verbs(CLI::App& app, const std::string& prefix,
                std::map<std::string, std::vector<std::string>>& verbs)
{
    for (auto* verb : app.get_subcommands([](CLI::App*) { return true; })) {
        const auto name = prefix + verb->get_name();
        if (verb->get_subcommands([](CLI::App*) { return true; }).empty())
            verbs[name] = long_options(*verb);
        else
            find_verbs(*verb, name + " ", verbs);
    }
}

// From the line that begins with the verb to that of the next one, or the next section.
std::string part_about(const std::string& page, const std::string& verb,
                       const std::map<std::string, std::vector<std::string>>& verbs)
{
    const auto head = [](const std::string& name) { return "\n.TP\n" + name; };
    const auto begin = page.find(head(verb));
    if (begin == std::string::npos)
        return {};
    auto end = page.find("\n.SH ", begin);
    for (const auto& [other, options] : verbs)
        end = std::min(end, page.find(head(other), begin + 1));
    return page.substr(begin, end - begin);
}

} // namespace

TEST_F(CommandLine, TheManualHasEveryOptionOfEveryVerb)
{
    CLI::App app;
    ctl::Invocation invocation;
    ctl::setup_all(app, invocation);
    std::map<std::string, std::vector<std::string>> verbs;
    find_verbs(app, "", verbs);
    ASSERT_GT(verbs.size(), 15U);
    const auto page = plain_manual();
    for (const auto& [verb, options] : verbs) {
        const auto part = part_about(page, verb, verbs);
        EXPECT_FALSE(part.empty()) << "mirrorctl.8 has no entry for " << verb;
        for (const auto& option : options)
            EXPECT_TRUE(std::regex_search(part, std::regex(option + "(?![a-z-])")))
                << "mirrorctl.8 lacks " << option << " of " << verb << ":\n" << part;
    }
}

TEST_F(CommandLine, EveryVerbHasExamples)
{
    for (const char* verb : {"create", "delete", "release", "list", "status", "pause", "continue", "break", "lock", "unlock",
                             "resync", "up", "down", "get", "set", "perf", "top", "events"})
        EXPECT_NE(run({verb, "--help"}).out.find("  mirrorctl "), std::string::npos) << verb;
}

TEST_F(CommandLine, WrongUsageIsTwo)
{
    EXPECT_EQ(run({}).status, 2);
    EXPECT_EQ(run({"nonsense"}).status, 2);
    EXPECT_EQ(run({"status", "--nonsense"}).status, 2);
    EXPECT_EQ(run({"--nonsense", "status"}).status, 2);
    EXPECT_EQ(run({"pause"}).status, 2);
    EXPECT_EQ(run({"down", "home", "--drain", "-5"}).status, 2);
    EXPECT_EQ(run({"up", "home", "--wait", "99999999999"}).status, 2);
    EXPECT_EQ(run({"resync", "home", "--wait", "--timeout", "-1"}).status, 2);
    EXPECT_EQ(run({"create", "home", "/dev/sdb"}).status, 2);
    EXPECT_EQ(run({"up"}).status, 2);
    EXPECT_EQ(run({"up", "--all", "home"}).status, 2);
    EXPECT_EQ(run({"list", "--role", "king"}).status, 2);
    EXPECT_EQ(run({"pause", "no/name"}).status, 2);
}

TEST_F(CommandLine, WhatIsNotKnownIsNamedAndTheNearestWordToo)
{
    const std::vector<std::pair<std::vector<const char*>, std::vector<const char*>>> cases{
        {{"stauts"}, {"no verb \"stauts\"", "mean \"status\"", "mirrorctl --help"}},
        {{"xyzzy"}, {"no verb \"xyzzy\"", "mirrorctl --help"}},
        {{"help"}, {"\"--help\""}},
        {{"drill", "home"}, {"\"drill\" is not in this version"}},
        {{}, {"say what to do", "create", "status"}},
        {{"node"}, {"mirrorctl node VERB", "trust"}},
        {{"node", "tust"}, {"\"mirrorctl node\" has no verb \"tust\"", "mean \"trust\""}},
        {{"status", "--breif"}, {"\"mirrorctl status\" has no option \"--breif\"", "mean \"--brief\""}},
        {{"--nonsense", "status"}, {"no option \"--nonsense\"", "status --help"}},
        {{"pause", "--forse"}, {"no option \"--forse\""}},
        {{"pause"}, {"VOLUME[@NODE] is required", "mirrorctl pause --help"}},
        {{"pause", "home", "work"}, {"\"work\" is one argument too many"}},
        {{"create", "home", "/dev/sdb"}, {"NODE:TARGET_DEVICE"}}};
    for (const auto& [arguments, parts] : cases) {
        const auto ran = run(arguments);
        EXPECT_EQ(ran.status, 2) << ran.err;
        EXPECT_TRUE(ran.err.starts_with("mirrorctl: ")) << ran.err;
        for (const auto* part : parts)
            EXPECT_NE(ran.err.find(part), std::string::npos) << ran.err << "lacks: " << part;
    }
}

TEST_F(CommandLine, WrongUsageIsJsonToo)
{
    const std::vector<std::vector<const char*>> wrong{
        {"--json", "stauts"}, {"status", "--json", "--nonsense"}, {"pause", "--json"},
        {"--json", "up"}, {"--json"}};
    for (const auto& arguments : wrong) {
        const auto failed = run(arguments);
        EXPECT_EQ(failed.status, 2);
        const auto document = nlohmann::json::parse(failed.out);
        EXPECT_EQ(document["error"]["status"], "usage") << failed.out;
        EXPECT_EQ(document["error"]["exit"], 2);
    }
}

TEST_F(CommandLine, OnlyRootChanges)
{
    const std::vector<std::vector<const char*>> changing{
        {"create", "home", "/dev/nothing", "b:/dev/nothing"}, {"delete", "home"},
        {"release", "home"}, {"pause", "home"}, {"continue", "home"}, {"resync", "home"},
        {"up", "--all"}, {"down", "home"}, {"set", "--defaults", "mode=async"}, {"endpoint", "set", "b", "10.0.0.2"}, {"node", "init", "a"}, {"node", "trust", "b"},
        {"node", "forget", "b"}};
    for (const auto& arguments : changing) {
        const auto refused = run(arguments, false);
        EXPECT_EQ(refused.status, 9) << arguments[0] << ": " << refused.err;
        EXPECT_NE(refused.err.find("this needs root"), std::string::npos) << refused.err;
        EXPECT_NE(refused.err.find("    sudo mirrorctl " + std::string(arguments[0])),
                  std::string::npos) << refused.err;
    }
    EXPECT_FALSE(std::filesystem::exists(dir / "node.toml"));
    EXPECT_EQ(run({"pause"}, false).status, 2) << "wrong usage is wrong for everybody";
    EXPECT_EQ(run({"status", "-H", "b"}, false).status, 9);
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    EXPECT_EQ(run({"node", "show"}, false).status, 0);
}

TEST_F(CommandLine, TopEndsAfterSoManyPictures)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    add_volume("home");
    const auto ran = run({"--json", "top", "--interval", "0.1", "--count", "2"});
    EXPECT_EQ(ran.status, 0) << ran.err;
    std::istringstream lines(ran.out);
    std::string line;
    int pictures = 0;
    for (; std::getline(lines, line); pictures++)
        EXPECT_EQ(nlohmann::json::parse(line)["mirrors"][0]["volume"], "home");
    EXPECT_EQ(pictures, 2);
    EXPECT_EQ(run({"top", "--count", "0"}).status, 2);
}

TEST_F(CommandLine, OptionsOfThisNodeNeedNoVolume)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    EXPECT_EQ(run({"set", "--defaults", "mode=async", "compression=2"}).status, 0);
    EXPECT_EQ(run({"set", "--node", "port=10001"}).status, 0);
    const auto got = nlohmann::json::parse(run({"--json", "get", "--defaults", "mode"}).out);
    EXPECT_EQ(got["options"][0]["value"], "async");
    EXPECT_EQ(got["options"][0]["default"], false);
    EXPECT_NE(run({"get", "--node"}).out.find("10001"), std::string::npos);
    const auto text = content_of(dir / "node.toml");
    EXPECT_NE(text.find("[defaults]\nmode = \"async\"\ncompression = 2\n"), std::string::npos) << text;
    for (const auto& wrong : std::vector<std::vector<const char*>>{
             {"set"}, {"get"}, {"set", "home"}, {"set", "--defaults"}, {"set", "--node", "mode=async"},
             {"set", "--defaults", "--node", "port=1"}, {"set", "--defaults", "home", "mode=async"},
             {"set", "--defaults", "mode=later"}})
        EXPECT_EQ(run(wrong).status, 2) << wrong.back();
    EXPECT_EQ(content_of(dir / "node.toml"), text);
}

TEST_F(CommandLine, WhatIsToBeRepeatedIsTheWholeCommand)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    add_volume("home");
    if (ctl::is_terminal(stdin))
        GTEST_SKIP() << "standard input is a terminal";
    const auto refused = run({"--json", "delete", "home@b", "--local-only"});
    EXPECT_EQ(refused.status, 7);
    EXPECT_NE(refused.err.find("    mirrorctl --json delete home@b --local-only --yes\n"),
              std::string::npos) << refused.err;
    EXPECT_EQ(nlohmann::json::parse(refused.out)["error"]["repeat"],
              "mirrorctl --json delete home@b --local-only --yes");
    EXPECT_EQ(run({"delete", "work"}).status, 5) << "nothing is asked where there is nothing";
    EXPECT_EQ(run({"release", "work"}).status, 5);
    EXPECT_EQ(run({"up", "work", "--as-source"}).status, 5);
}

TEST_F(CommandLine, OneBadFileHidesNothingElse)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    add_volume("home");
    add_volume("work");
    std::ofstream(dir / "volumes" / "bad.toml") << "format = 1\nname = ";
    for (const char* verb : {"status", "list"}) {
        const auto shown = run({verb});
        EXPECT_EQ(shown.status, 23) << shown.err;
        for (const char* part : {"home ", "work ", "bad ", "bad.toml"})
            EXPECT_NE(shown.out.find(part), std::string::npos) << shown.out << "lacks: " << part;
    }
    EXPECT_EQ(run({"status", "home"}).status, 22);
    EXPECT_EQ(run({"status", "bad"}).status, 23);
    EXPECT_EQ(run({"status", "--brief"}).out, "bad - inactive none unknown\n"
                                              "home - inactive none degraded\n"
                                              "work - inactive none degraded\n");
    const auto document = nlohmann::json::parse(run({"--json", "status"}).out);
    EXPECT_NE(document["volumes"][0]["error"].get<std::string>().find("bad.toml"),
              std::string::npos);
    EXPECT_EQ(document["volumes"][0]["level"], "unknown");
    EXPECT_EQ(document["volumes"][1]["error"], "");
    std::ofstream(dir / "volumes" / "work.local.toml") << "nonsense";
    EXPECT_EQ(run({"status", "work"}).status, 23);
    std::ofstream(dir / "node.toml") << "nonsense";
    EXPECT_EQ(run({"status", "home"}).status, 23);
    EXPECT_NE(run({"status", "home"}).out.find("node.toml"), std::string::npos);
}

TEST_F(CommandLine, ANodeThatDoesNotAnswer)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    ASSERT_EQ(run({"node", "trust", "--card",
                   "mirror-net-node/1/b/6ba7b810-9dad-41d1-80b4-00c04fd430c8/127.0.0.1:1"}).status,
              0);
    const auto refused = run({"status", "-H", "b"});
    EXPECT_EQ(refused.status, 8);
    for (const char* part : {"node b", "127.0.0.1:1: connect", "systemctl status mirror-netd",
                             "mirrorctl node show", "firewall"})
        EXPECT_NE(refused.err.find(part), std::string::npos) << refused.err << "lacks: " << part;
}

// As mirror-netd runs a command that another node asked for.
class AskedCommandLine : public CommandLine {
protected:
    ~AskedCommandLine() override { ::unsetenv(Asked::variable); }
    void by(const char* may, const char* pass_on = "", const char* on_behalf = "")
    {
        const Asked asked{"east", on_behalf, "a", pass_on, parse_permissions(may)};
        ::setenv(Asked::variable, asked.print().c_str(), 1);
    }
};

TEST_F(AskedCommandLine, DoesWhatThatNodeMayAsk)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    add_volume("home");
    by("status");
    EXPECT_EQ(run({"status", "home"}).status, 22);
    EXPECT_EQ(run({"list"}).status, 0);
    const auto refused = run({"pause", "home"});
    EXPECT_EQ(refused.status, 9);
    EXPECT_NE(refused.err.find("not trusted with \"operate\""), std::string::npos) << refused.err;
    EXPECT_EQ(run({"set", "--defaults", "mode=async"}).status, 9);
    by("operate");
    EXPECT_EQ(run({"status", "home"}).status, 9);
    EXPECT_NE(run({"pause", "home"}).status, 9);
    ::setenv(Asked::variable, "nonsense", 1);
    EXPECT_EQ(run({"status"}).status, 2);
}

TEST_F(AskedCommandLine, TrustAndKeysAreForThisNodeAlone)
{
    by("status,replicate,operate");
    const std::string file = dir / "key";
    EXPECT_EQ(run({"node", "init", "a"}).status, 9);
    EXPECT_EQ(run({"node", "key", file.c_str()}).status, 9);
    EXPECT_EQ(run({"node", "trust", "c"}).status, 9);
    EXPECT_EQ(run({"node", "forget", "east"}).status, 9);
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_FALSE(std::filesystem::exists(dir / "node.toml"));
}

TEST_F(AskedCommandLine, GoesOneHopAtMost)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    by("status,operate");
    EXPECT_EQ(run({"list", "-H", "b"}).status, 2);
    EXPECT_EQ(run({"list", "-H", "b", "--via", "c"}).status, 2);
    by("status", "b");
    EXPECT_EQ(run({"list"}).status, 5) << "b is not known here";
    EXPECT_EQ(run({"pause", "home"}).status, 9) << "asked before it is passed on";
    by("status", "a");
    EXPECT_EQ(run({"list"}).status, 0) << "this node itself";
}

TEST_F(AskedCommandLine, WhatIsToBeRepeatedIsRepeatedWhereItWasTyped)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    add_volume("home");
    by("operate");
    const auto repeated = [this] { return run({"delete", "home@b", "--local-only"}).err; };
    EXPECT_NE(repeated().find("mirrorctl delete home@b --local-only -H a --yes"), std::string::npos) << repeated();
    by("operate", "", "west");
    EXPECT_NE(repeated().find("mirrorctl delete home@b --local-only -H a --via east --yes"), std::string::npos)
        << repeated();
}

TEST(HostOptions, AreTakenOutHoweverTheyAreWritten)
{
    const auto words = [](std::vector<const char*> arguments) {
        arguments.insert(arguments.begin(), "mirrorctl");
        return ctl::TypedCommand(static_cast<int>(arguments.size()), arguments.data()).without_host().text();
    };
    for (const std::vector<const char*>& host : std::vector<std::vector<const char*>>{
             {"-H", "b"}, {"-Hb"}, {"--host", "b"}, {"--host=b"}, {"-H", "b", "--via", "c"}, {"--via=c", "-Hb"}}) {
        auto arguments = host;
        arguments.insert(arguments.begin(), "--json");
        arguments.insert(arguments.end(), {"pause", "home"});
        EXPECT_EQ(words(arguments), "mirrorctl --json pause home");
    }
    EXPECT_EQ(words({"pause", "--", "-H", "b"}), "mirrorctl pause -- -H b");
    EXPECT_THROW(words({"delete", "home", "-yH", "b"}), Error);
}

TEST_F(CommandLine, AMirrorCanBeNamedWhereAVolumeCan)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    add_volume("home");
    EXPECT_EQ(run({"status", "home@b"}).status, 22);
    EXPECT_EQ(run({"status", "work@b"}).status, 5);
    EXPECT_EQ(run({"status", "-H", "a", "home"}).status, 22) << "this node needs no network";
    EXPECT_NE(run({"perf", "home"}).out.find("not active"), std::string::npos);
}

TEST_F(CommandLine, WrongArgumentsOfCreateAreTwoAndSayWhatIsRight)
{
    const auto device = run({"create", "home", "/dev/sdb", "b"});
    EXPECT_EQ(device.status, 2);
    EXPECT_NE(device.err.find("NODE:DEVICE"), std::string::npos);
    const auto option = run({"create", "home", "/dev/sdb", "b:/dev/sdb", "--set", "colour=red"});
    EXPECT_EQ(option.status, 2);
    EXPECT_NE(option.err.find("colour"), std::string::npos);
    const auto range = run({"create", "home", "/dev/sdb", "b:/dev/sdb", "--set",
                            "resync-reads=5000"});
    EXPECT_EQ(range.status, 2);
    EXPECT_EQ(run({"create", "home", "/dev/sdb", "b:/dev/sdb", "--all-blocks",
                   "--no-initial-sync"}).status, 2);
    for (const char* later : {"snapshot-before-resync=yes", "quiesce-timeout=5000"}) {
        const auto refused = run({"create", "home", "/dev/sdb", "b:/dev/sdb", "--set", later});
        EXPECT_EQ(refused.status, 2) << later;
        EXPECT_NE(refused.err.find("not in this version"), std::string::npos) << refused.err;
    }
    EXPECT_EQ(run({"create", "home", "/dev/sdb", "b:/dev/sdb", "--mode", "later"}).status, 2);
    const auto twice = run({"create", "home", "/dev/sdb", "b:/dev/sdb", "--mode", "sync", "--set", "mode=async"});
    EXPECT_EQ(twice.status, 2);
    EXPECT_NE(twice.err.find("mode is named twice"), std::string::npos) << twice.err;
    for (const auto& [set, place] : {std::pair("parallel-resyncs=2", "mirrorctl set --node parallel-resyncs=VALUE"),
                                     std::pair("encryption=none", "mirrorctl set --pair NODE encryption=VALUE")}) {
        const auto elsewhere = run({"create", "home", "/dev/sdb", "b:/dev/sdb", "--set", set});
        EXPECT_EQ(elsewhere.status, 2);
        EXPECT_NE(elsewhere.err.find(place), std::string::npos) << elsewhere.err;
    }
}

TEST_F(CommandLine, WhatIsOutOfBoundsIsRefusedInOneWay)
{
    for (const auto& words : std::vector<std::vector<const char*>>{
             {"top", "--interval", "0"}, {"status", "--watch", "--interval", "x"}, {"perf", "--watch", "--interval", "-1"}}) {
        const auto refused = run(words);
        EXPECT_EQ(refused.status, 2);
        EXPECT_NE(refused.err.find("cannot be \"" + std::string(words.back()) + "\"; allowed: 0.1-3600"), std::string::npos)
            << refused.err;
    }
    const auto twice = run({"status", "-H", "b", "-H", "b"});
    EXPECT_EQ(twice.status, 2);
    EXPECT_NE(twice.err.find("--host is given more than once"), std::string::npos) << twice.err;
}

TEST_F(CommandLine, ThePastOfEventsHasABeginAndNoEndToWaitFor)
{
    const auto future = run({"events", "--since", "2999-01-01 00:00"});
    EXPECT_EQ(future.status, 2);
    EXPECT_NE(future.err.find("in the future"), std::string::npos) << future.err;
    EXPECT_EQ(run({"events", "--since", "soon"}).status, 2);
    EXPECT_EQ(run({"events", "--since", "2h", "--timeout", "3"}).status, 2);
}

TEST_F(CommandLine, BriefPrintsNothingWhereNothingIs)
{
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    EXPECT_EQ(run({"status", "--brief"}).out, "");
}

TEST_F(CommandLine, UnknownThingsAreFive)
{
    EXPECT_EQ(run({"up", "nothing"}).status, 5);
    EXPECT_EQ(run({"down", "nothing"}).status, 5);
    EXPECT_EQ(run({"pause", "nothing"}).status, 5);
    EXPECT_EQ(run({"node", "show"}).status, 5);
    ASSERT_EQ(run({"node", "init", "a"}).status, 0);
    EXPECT_EQ(run({"node", "forget", "nothing"}).status, 5);
}

TEST_F(CommandLine, AnErrorIsAnObjectWithJson)
{
    const auto failed = run({"--json", "pause", "nothing"});
    const auto document = nlohmann::json::parse(failed.out);
    EXPECT_EQ(document["error"]["exit"], 5);
    EXPECT_EQ(document["error"]["status"], "not-found");
    EXPECT_NE(failed.err.find("nothing"), std::string::npos);
}

TEST_F(CommandLine, SeveralErrorsAreOneDocumentToo)
{
    const auto failed = run({"--json", "up", "nothing", "nobody"});
    EXPECT_EQ(failed.status, 5);
    const auto document = nlohmann::json::parse(failed.out);
    EXPECT_EQ(document["errors"].size(), 2U);
    EXPECT_EQ(document["errors"][1]["volume"], "nobody");
    EXPECT_EQ(document["error"]["exit"], 5);
    EXPECT_TRUE(document["results"].empty());
}

TEST_F(CommandLine, NodesGetToKnowEachOther)
{
    ASSERT_EQ(run({"node", "init", "a", "--listen", "10.0.0.1"}).status, 0);
    EXPECT_EQ(run({"node", "init", "other"}).status, 4);
    const auto shown = nlohmann::json::parse(run({"--json", "node", "show"}).out);
    EXPECT_EQ(shown["name"], "a");
    const std::string card = shown["card"];
    EXPECT_EQ(run({"node", "trust", "--card", card.c_str()}).status, 2) << "that is this node";
    const auto trusted = run({"--json", "node", "trust", "--card",
                              "mirror-net-node/1/b/6ba7b810-9dad-41d1-80b4-00c04fd430c8/10.0.0.2"});
    ASSERT_EQ(trusted.status, 0) << trusted.err;
    const std::string token = nlohmann::json::parse(trusted.out)["token"];
    EXPECT_EQ(run({"node", "trust", "--card", token.c_str()}).status, 2)
        << "a secret on the command line";
    EXPECT_FALSE(nlohmann::json::parse(run({"--json", "node", "trust", "b"}).out)["changed"]);
    const auto changed = run({"node", "trust", "--card",
                              "mirror-net-node/1/b/6ba7b810-9dad-41d1-80b4-00c04fd430c8/10.0.0.9"});
    EXPECT_EQ(changed.status, 7);
    EXPECT_NE(changed.err.find("10.0.0.9, known are 10.0.0.2"), std::string::npos) << changed.err;
}

TEST(TypedCommand, CanBePasted)
{
    const char* words[] = {"/usr/sbin/mirrorctl", "create", "my volume", "/dev/it's", "--dry-run"};
    const ctl::TypedCommand command(5, words);
    EXPECT_EQ(command.text(), "mirrorctl create 'my volume' '/dev/it'\\''s' --dry-run");
    EXPECT_EQ(command.without("--dry-run").with("--force").with("--force").text(),
              "mirrorctl create 'my volume' '/dev/it'\\''s' --force");
    const char* ended[] = {"mirrorctl", "delete", "--", "home"};
    EXPECT_EQ(ctl::TypedCommand(4, ended).with("--yes").text(), "mirrorctl delete --yes -- home");
}

namespace {

using Words = std::vector<const char*>;

// What changes a role, or deletes; of volume home, which is job erp, and of node b.
const Words refused_when_managed[] = {
    {"switchover", "home@b"},
    {"switchover", "home", "--home"},
    {"switchover", "job:erp@b"},
    {"demote", "home"},
    {"promote", "home"},
    {"promote", "home", "--force", "--locked"},
    {"promote", "job:erp"},
    {"takeover", "home"},
    {"takeover", "job:erp"},
    {"split-brain", "resolve", "home", "--keep", "a", "--yes"},
    {"split-brain", "resolve", "job:erp", "--keep", "a", "--yes"},
    {"split-brain", "discard-local", "home", "--yes"},
    {"unlock", "home"},
    {"unlock", "home", "--force"},
    {"pause", "home", "--unlock"},
    {"pause", "job:erp", "--unlock=rw"},
    {"break", "home@b", "--yes"},
    {"up", "home", "--as-source", "--yes"},
    {"up", "--all", "--as-source", "--yes"},
    {"delete", "home@b", "--yes"},
    {"delete", "home", "--local-only", "--yes", "--force"},
    {"target", "remove", "home", "b", "--yes"},
    {"node", "replace", "b", "--card", "mirror-net-node/1/b/0b5d0b5d-0000-4000-8000-000000000001/127.0.0.1:9", "--yes"},
    {"target", "replace", "home", "b", "/dev/none", "--yes"},
    {"release", "home", "--yes"},
    {"job", "delete", "erp", "--with-mirrors", "--yes"},
};

const Words done_when_managed[] = {
    {"status", "home"},       {"list"},
    {"check", "home"},        {"get", "home"},
    {"pause", "home"},        {"pause", "home", "--unlock=ro"},
    {"continue", "home"},     {"resync", "home", "--yes"},
    {"lock", "home"},         {"unlock", "home", "--read-only"},
    {"up", "home"},           {"down", "home"},
    {"set", "home", "mode=async"},
    {"split-brain", "show", "home"},
    {"job", "show", "erp"},   {"job", "describe", "erp", "x"},
    {"maintenance", "on", "home"},
    {"config", "check"},      {"manage", "home", "--by", "pacemaker"},
};

std::string text_of(const Words& words)
{
    std::string text;
    for (const auto* word : words)
        text += std::string(word) + " ";
    return text;
}

} // namespace

class Managed : public CommandLine {
protected:
    Managed()
    {
        NodeConfig self;
        self.name = "a";
        self.id = Uuid::random();
        store.save(self);
        add_volume("home");
        auto volume = store.load_volume("home");
        volume.manager = "pacemaker";
        store.save(volume);
        PeerConfig peer;
        peer.name = "b";
        peer.id = volume.find_node("b")->id;
        peer.addresses = {Address::parse("127.0.0.1:9")};
        peer.may = parse_permissions("status");
        store.save(peer);
        store.save_key("b", Key::random());
        store.save(JobConfig{"erp", Uuid::random(), 1, "", {"home"}});
    }
    const ConfigStore store{dir.path()};
};

TEST_F(Managed, WhatChangesARoleOrDeletesIsRefused)
{
    const auto before = store.load_volume("home");
    for (const auto& words : refused_when_managed) {
        const auto ran = run(words);
        EXPECT_EQ(ran.status, 3) << text_of(words) << ran.err;
        EXPECT_NE(ran.err.find("volume home is managed by pacemaker"), std::string::npos) << text_of(words) << ran.err;
        EXPECT_NE(ran.err.find("--override-cluster"), std::string::npos) << text_of(words) << ran.err;
        EXPECT_EQ(store.load_volume("home"), before) << text_of(words);
        EXPECT_TRUE(store.find_job("erp")) << text_of(words);
    }
}

TEST_F(Managed, WithTheOverrideTheVerbItselfDecides)
{
    for (auto words : refused_when_managed) {
        if (std::string_view(words[0]) == "job")
            continue; // without a kernel it would be gone
        words.push_back("--override-cluster");
        const auto ran = run(words);
        EXPECT_NE(ran.status, 2) << text_of(words) << ran.err;
        EXPECT_EQ(ran.err.find("managed by"), std::string::npos) << text_of(words) << ran.err;
    }
}

TEST_F(Managed, EverythingElseIsNotRefused)
{
    for (const auto& words : done_when_managed) {
        const auto ran = run(words);
        EXPECT_NE(ran.status, 2) << text_of(words) << ran.err;
        EXPECT_EQ(ran.err.find("--override-cluster"), std::string::npos) << text_of(words) << ran.err;
    }
}

// The list of what advise says of a manager is another one than that of the verbs which have the option.
TEST_F(Managed, EveryVerbWithTheOverrideIsTriedHereAndKnownToAdvise)
{
    const auto of_verb = [](const std::string& name) {
        return std::ranges::any_of(refused_when_managed, [&](const auto& words) { return text_of(words).starts_with(name + " "); });
    };
    CLI::App app;
    ctl::Invocation invocation;
    ctl::setup_all(app, invocation);
    std::map<std::string, std::vector<std::string>> verbs;
    find_verbs(app, "", verbs);
    unsigned with_it = 0;
    for (const auto& [name, options] : verbs)
        if (std::ranges::find(options, "--override-cluster") != options.end()) {
            with_it++;
            EXPECT_TRUE(of_verb(name)) << name;
        }
    EXPECT_GT(with_it, 10u);
    for (const auto& words : refused_when_managed)
        EXPECT_TRUE(ops::changes_role_or_deletes(text_of(words)) || words[0] == std::string_view("job")) << text_of(words);
    for (const auto& words : done_when_managed)
        EXPECT_FALSE(ops::changes_role_or_deletes(text_of(words))) << text_of(words);
}

TEST_F(Managed, NobodyIsRefusedWhereNobodyManages)
{
    auto volume = store.load_volume("home");
    volume.manager.clear();
    store.save(volume);
    for (const auto& words : refused_when_managed)
        if (std::string_view(words[0]) != "job") {
            const auto ran = run(words);
            EXPECT_EQ(ran.err.find("managed by"), std::string::npos) << text_of(words) << ran.err;
        }
}
