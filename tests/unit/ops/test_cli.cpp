// SPDX-License-Identifier: GPL-2.0-or-later
//
// The command line: help texts, what is wrong usage, and errors that need no
// kernel module.
#include "mirrorctl/verbs.hpp"

#include "scratch_dir.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
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

Ran run(std::vector<const char*> arguments)
{
    arguments.insert(arguments.begin(), "mirrorctl");
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int status =
        ctl::run_command_line(static_cast<int>(arguments.size()), arguments.data());
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
    ScratchDir dir;
};

} // namespace

TEST_F(CommandLine, HelpOfEveryVerb)
{
    expect_golden("help", run({"--help"}).out);
    for (const char* verb : {"create", "delete", "release", "list", "status", "pause", "continue",
                             "resync", "up", "down", "perf", "events", "node"}) {
        const auto help = run({verb, "--help"});
        EXPECT_EQ(help.status, 0) << verb;
        expect_golden(std::string("help-") + verb, help.out);
    }
    for (const char* verb : {"init", "show", "key", "trust", "forget"})
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
    for (const char* verb : {"create", "delete", "release", "list", "status", "pause", "continue",
                             "resync", "up", "down", "perf", "events"})
        EXPECT_NE(run({verb, "--help"}).out.find("  mirrorctl "), std::string::npos) << verb;
}

TEST_F(CommandLine, WrongUsageIsTwo)
{
    EXPECT_EQ(run({}).status, 2);
    EXPECT_EQ(run({"nonsense"}).status, 2);
    EXPECT_EQ(run({"status", "--nonsense"}).status, 2);
    EXPECT_EQ(run({"--nonsense", "status"}).status, 2);
    EXPECT_EQ(run({"pause"}).status, 2);
    EXPECT_EQ(run({"create", "home", "/dev/sdb"}).status, 2);
    EXPECT_EQ(run({"up"}).status, 2);
    EXPECT_EQ(run({"up", "--all", "home"}).status, 2);
    EXPECT_EQ(run({"list", "--role", "king"}).status, 2);
    EXPECT_EQ(run({"pause", "no/name"}).status, 2);
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
    for (const char* later : {"compression=3", "on-sync-loss=fence", "bandwidth-limit=1000"}) {
        const auto refused = run({"create", "home", "/dev/sdb", "b:/dev/sdb", "--set", later});
        EXPECT_EQ(refused.status, 2) << later;
        EXPECT_NE(refused.err.find("not in this version"), std::string::npos) << refused.err;
    }
    EXPECT_EQ(run({"create", "home", "/dev/sdb", "b:/dev/sdb", "--mode", "later"}).status, 2);
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
}
