// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which versions are there, and do they fit?
#include "base/file.hpp"
#include "base/version.hpp"
#include "ops/node/daemon_mark.hpp"
#include "ops/version/judge.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

#include <algorithm>
#include <functional>

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

const ModuleVersion newest{"2.0", "ABC", ProtocolRange{1, 4}, "1"};

NodeVersions node(const std::string& name)
{
    return {name, "", "2.0", "2.0", newest, newest};
}

struct Case {
    const char* what;
    std::function<void(NodeVersions& a, NodeVersions& b)> change;
    ExitStatus status;
    const char *says, *step;
};

const Case cases[] = {
    {"all the same", [](auto&, auto&) {}, ExitStatus::done, nullptr, ""},
    {"no daemon", [](auto& a, auto&) { a.daemon.reset(); }, ExitStatus::degraded, "does not run",
     "systemctl start mirror-netd"},
    {"old daemon", [](auto& a, auto&) { a.daemon = "1.9"; }, ExitStatus::degraded, "1.9 still runs",
     "systemctl restart mirror-netd"},
    {"not loaded", [](auto&, auto& b) { b.loaded.reset(); }, ExitStatus::done, "not loaded", "mirrorctl up --all"},
    {"another one loaded", [](auto& a, auto&) { a.loaded->source = "OLD"; }, ExitStatus::degraded,
     "is not the one on disk", "modprobe -r"},
    {"none installed", [](auto& a, auto&) { a.installed.reset(); }, ExitStatus::degraded, "no module is installed",
     "dkms"},
    {"tools and module differ", [](auto& a, auto&) { a.tool = *(a.daemon = "2.1"); }, ExitStatus::degraded,
     "mirrorctl is 2.1, the module on disk 2.0", "install the same version"},
    {"an older protocol", [](auto& a, auto&) { a.loaded->protocol = a.installed->protocol = ProtocolRange{1, 3}; },
     ExitStatus::done, "they speak version 3", "on node a when it suits"},
    {"the other's is older", [](auto&, auto& b) { b.loaded->protocol = b.installed->protocol = ProtocolRange{1, 3}; },
     ExitStatus::done, "they speak version 3", "on node b when it suits"},
    {"no common protocol", [](auto& a, auto&) { a.loaded->protocol = a.installed->protocol = ProtocolRange{5, 6}; },
     ExitStatus::degraded, "no common version of the protocol (5-6, 1-4)", "on node b"},
    {"they touch", [](auto& a, auto&) { a.loaded->protocol = a.installed->protocol = ProtocolRange{4, 6}; },
     ExitStatus::done, "they speak version 4", "on node b"},
    {"protocol not known", [](auto& a, auto&) { a.loaded->protocol = a.installed->protocol = std::nullopt; },
     ExitStatus::unknown, "is not known", ""},
    {"no module at all", [](auto&, auto& b) { b.loaded = b.installed = std::nullopt; }, ExitStatus::degraded,
     "is not known", ""},
    {"other version, same protocol",
     [](auto&, auto& b) { b.tool = *(b.daemon = b.loaded->version = b.installed->version = "2.1"); },
     ExitStatus::done, "work together", ""},
    {"does not answer", [](auto&, auto& b) { b = {"b", "no answer", "", {}, {}, {}}; }, ExitStatus::unknown,
     "no answer", ""},
    {"before this verb", [](auto&, auto& b) { b = {"b", "", "", "1.0", {}, {}}; }, ExitStatus::unknown,
     "mirror-netd 1.0", "install the version of this node"},
};

} // namespace

TEST(Version, WhatDoesNotFitIsToldWithTheStep)
{
    for (const auto& each : cases) {
        auto a = node("a"), b = node("b");
        each.change(a, b);
        const auto findings = judge_versions({a, b});
        EXPECT_EQ(to_string(exit_status_of(findings)), to_string(each.status)) << each.what;
        if (!each.says) {
            EXPECT_TRUE(findings.empty()) << each.what << ": " << findings[0].what;
            continue;
        }
        EXPECT_TRUE(std::ranges::any_of(findings, [&](const auto& finding) {
            return finding.what.find(each.says) != std::string::npos && finding.step.find(each.step) != std::string::npos;
        })) << each.what;
    }
}

TEST(Version, OfThreeNodesEachPairIsCompared)
{
    auto a = node("a"), b = node("b"), c = node("c");
    b.loaded->protocol = b.installed->protocol = ProtocolRange{1, 2};
    c.loaded->protocol = c.installed->protocol = ProtocolRange{3, 5};
    const auto findings = judge_versions({a, b, c});
    ASSERT_EQ(findings.size(), 3u);
    EXPECT_EQ(findings[2].nodes, (std::vector<std::string>{"b", "c"}));
    EXPECT_EQ(findings[2].fit, Fit::misfit);
}

TEST(Version, ReadsWhatModinfoSays)
{
    const auto module = parse_modinfo("filename:       /x.ko\nversion:        0.1.0\nsrcversion:     F00\n"
                                      "protocol:       1-4\nmetadata:       1\nparm:           version:x (int)\nnonsense\n");
    EXPECT_EQ(module, (ModuleVersion{"0.1.0", "F00", ProtocolRange{1, 4}, "1"}));
    EXPECT_EQ(parse_modinfo(""), ModuleVersion{});
}

TEST(Version, OfWhatRunsTheRestIsKnownOnlyIfItIsWhatIsInstalled)
{
    EXPECT_EQ(loaded_module("2.0", "ABC", newest), newest);
    EXPECT_EQ(loaded_module("2.0", "DEF", newest), (ModuleVersion{"2.0", "DEF", {}, ""}));
    EXPECT_EQ(loaded_module("1.0", "ABC", newest), (ModuleVersion{"1.0", "ABC", {}, ""}));
    EXPECT_EQ(loaded_module("", "", ModuleVersion{}), ModuleVersion{}); // of before there was one
    EXPECT_EQ(loaded_module("2.0", "ABC", {}), (ModuleVersion{"2.0", "ABC", {}, ""}));
}

TEST(Version, ProtocolsAreRangesOrNothing)
{
    EXPECT_EQ(ProtocolRange::parse("1-4")->print(), "1-4");
    for (const char* bad : {"", "4", "-", "1-", "-4", "4-1", "1-x", "1--4", "1-4 ", "99999999999999999999-1"})
        EXPECT_FALSE(ProtocolRange::parse(bad)) << bad;
}

TEST(Version, TravelsBetweenNodesAndIsFitForATerminal)
{
    auto some = node("a");
    some.loaded.reset();
    some.installed->protocol.reset();
    EXPECT_EQ(json(some).get<NodeVersions>(), some);
    json bad(node("b"));
    bad["mirrorctl"] = "1\x1b[2J";
    EXPECT_EQ(bad.get<NodeVersions>().tool.find('\x1b'), std::string::npos);
    bad["mirrorctl"] = 7;
    EXPECT_THROW(bad.get<NodeVersions>(), json::exception);
}

TEST(Version, TheMarkOfADaemonLivesAsLongAsItDoes)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    EXPECT_EQ(running_daemon(store), std::nullopt);
    {
        const DaemonMark mark(store, "2.0");
        EXPECT_EQ(running_daemon(store), "2.0");
        expect_error(ExitStatus::internal, {"cannot lock"}, [&] { DaemonMark(store, "3.0"); });
        EXPECT_EQ(running_daemon(store), "2.0");
    }
    EXPECT_EQ(running_daemon(store), std::nullopt);
    const DaemonMark shorter(store, "3");
    EXPECT_EQ(running_daemon(store), "3");
}

TEST(Version, IsTheSameInAllThatIsBuiltTogether)
{
    const std::string version(tool_version);
    EXPECT_NE(read_file(MODULE "/main.c").find("MODULE_VERSION(\"" + version + "\")"), std::string::npos);
    EXPECT_NE(read_file(MODULE "/../../packaging/dkms.conf").find("PACKAGE_VERSION=\"" + version + "\""),
              std::string::npos);
}
