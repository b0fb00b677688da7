// SPDX-License-Identifier: GPL-2.0-or-later
//
// `config check`, `config diff` and `config apply`, as far as they need neither kernel nor network.
#include "base/file.hpp"
#include "config/files.hpp"
#include "ops/config/apply.hpp"
#include "ops/config/whole.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

#include <algorithm>
#include <functional>
#include <regex>

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

// Node a, which knows b; both have volumes home and log, which are a job.
class Config : public ::testing::Test {
protected:
    Config()
    {
        NodeConfig self;
        self.name = "a";
        self.id = a;
        store.save(self);
        PeerConfig peer;
        peer.name = "b";
        peer.id = b;
        peer.addresses = {Address::parse("10.0.0.2")};
        peer.may = parse_permissions("status,operate");
        store.save(peer);
        store.save_key("b", Key::random());
        for (const char* name : {"home", "log"}) {
            store.save(volume(name));
            store.save(name, VolumeLocal{std::string("/dev/") + name, "", MetaKind::device, std::string("/dev/m") + name, ""});
        }
        store.save(JobConfig{"erp", Uuid::random(), 1, "", {"log", "home"}});
    }

    VolumeConfig volume(const std::string& name) const
    {
        VolumeConfig config;
        config.name = name;
        config.id = Uuid::random();
        config.version = 7;
        config.size = 1 << 20;
        config.nodes = {{"a", a}, {"b", b}};
        config.mirrors = {{"a", "b", OptionSet(scope_mirror)}};
        return config;
    }

    // A file of the directory with a text of it replaced.
    void edit(const std::string& file, const std::string& from, const std::string& to)
    {
        const auto text = read_file(dir / file);
        ASSERT_TRUE(std::regex_search(text, std::regex(from))) << text;
        write_file_atomic(dir / file, std::regex_replace(text, std::regex(from), to));
    }

    const Uuid a = Uuid::random(), b = Uuid::random();
    ScratchDir dir;
    ConfigStore store{dir.path()};
};

struct Fault {
    const char *file, *from, *to; // an edit
    const char *at, *says;        // "FILE:LINE" (of the finding), and a part of what it says
};

const Fault faults[] = {
    {"node.toml", "name = \"a\"", "name = \"-\"", "node.toml", "name"},
    {"node.toml", "version = 1", "version = 0", "node.toml", "version"},
    {"node.toml", "format = 1", "format = 2", "node.toml:2", "written by another version"},
    {"volumes/home.toml", "size = 1048576", "size = 1048577", "volumes/home.toml", "multiple of 512"},
    {"volumes/home.toml", "size = 1048576", "size = \"1 MiB\"", "volumes/home.toml:6", "must be a whole number"},
    {"volumes/home.toml", "size = 1048576\n", "", "volumes/home.toml", "size: is missing"},
    {"volumes/home.toml", "size = 1048576", "size = ", "volumes/home.toml:6", ""},
    {"volumes/home.toml", "version = 7", "version = 7\ncolour = 3", "volumes/home.toml:6", "is not known here"},
    {"volumes/home.toml", "version = 7", "version = 7\noptions = 3", "volumes/home.toml:6", "must be a table"},
    {"volumes/home.toml", "nodes = .*", "nodes = [\"a\", \"b\"]\n[mirror.options]\nmode = \"maybe\"", "volumes/home.toml:", "mode"},
    {"volumes/home.toml", "nodes = .*", "nodes = [\"a\", \"b\"]\n[mirror.options]\nping-interval = 5", "volumes/home.toml:",
     "ping-interval"},
    {"volumes/home.toml", "name = \"home\"", "name = \"away\"", "volumes/home.toml", "the name of the file"},
    {"volumes/home.toml", "name = \"b\"", "name = \"c\"", "volumes/home.toml", "two different nodes"},
    {"volumes/home.local.toml", "\"/dev/home\"", "\"home\"", "volumes/home.local.toml", "absolute path"},
    {"volumes/home.local.toml", "\"/dev/home\"", "\"/dev/log\"", "volumes/log.local.toml", "belongs to volume home, too"},
    {"volumes/home.local.toml", "\"/dev/home\"", "\"/dev/mhome\"", "volumes/home.local.toml", "are the same"},
    {"nodes/b.toml", "addresses = .*\n", "addresses = []\n", "nodes/b.toml", "never reached"},
    {"nodes/b.toml", "addresses = .*\n", "addresses = [\"10.0.0.2:0\"]\n", "nodes/b.toml:5", "addresses"},
    {"nodes/b.toml", "\"operate\"", "\"everything\"", "nodes/b.toml:6", "may"},
    {"jobs/erp.toml", "\"home\"", "\"away\"", "jobs/erp.toml", "there is no volume away"},
    {"jobs/erp.toml", "\"home\"", "\"log\"", "jobs/erp.toml", "listed twice"},
};

std::string texts(const std::vector<ConfigFinding>& findings)
{
    std::string text;
    for (const auto& finding : findings)
        text += finding.place() + ": " + finding.what + "; " + finding.step + "\n";
    return text;
}

bool is_there(const std::vector<ConfigFinding>& findings, const std::string& place, const std::string& says)
{
    return std::ranges::any_of(findings, [&](const auto& finding) {
        return finding.place().starts_with(place) && finding.what.find(says) != std::string::npos && !finding.step.empty();
    });
}

} // namespace

TEST_F(Config, WhatIsRightIsRight)
{
    EXPECT_EQ(texts(check_config(store, false)), "");
}

TEST_F(Config, EveryFaultIsNamedWithFileLineAndStep)
{
    for (const auto& fault : faults) {
        const auto before = read_file(dir / fault.file);
        edit(fault.file, fault.from, fault.to);
        const auto findings = check_config(store, false);
        EXPECT_TRUE(has_errors(findings)) << fault.to;
        EXPECT_TRUE(is_there(findings, (dir / fault.at).string(), fault.says)) << fault.to << ":\n" << texts(findings);
        write_file_atomic(dir / fault.file, before);
    }
}

TEST_F(Config, OneFaultHidesNoOther)
{
    edit("volumes/home.toml", "size = ", "size ");
    edit("node.toml", "uuid = ", "uid = ");
    edit("jobs/erp.toml", "\"log\"", "\"lag\"");
    const auto findings = check_config(store, false);
    EXPECT_TRUE(is_there(findings, (dir / "volumes/home.toml:6").string(), ""));
    EXPECT_TRUE(is_there(findings, (dir / "node.toml").string(), "uuid"));
    EXPECT_TRUE(is_there(findings, (dir / "jobs/erp.toml").string(), "lag"));
}

TEST_F(Config, MissingAndStrangeFilesAreNamed)
{
    remove_file(dir / "volumes/home.local.toml");
    remove_file(dir / "volumes/log.toml");
    remove_file(dir / "keys/b.key");
    write_file_atomic(dir / "volumes/old.toml.bak", "x");
    const auto findings = check_config(store, false);
    EXPECT_TRUE(is_there(findings, (dir / "volumes/home.local.toml").string(), "is missing"));
    EXPECT_TRUE(is_there(findings, (dir / "volumes/log.local.toml").string(), "no volume of that name"));
    EXPECT_TRUE(is_there(findings, (dir / "keys/b.key").string(), "no key"));
    EXPECT_TRUE(is_there(findings, (dir / "volumes/old.toml.bak").string(), "is not read"));
}

TEST_F(Config, NodesOfAVolumeAreKnownByNameAndIdentity)
{
    auto home = store.load_volume("home");
    home.nodes[1].id = Uuid::random();
    store.save(home);
    EXPECT_TRUE(is_there(check_config(store, false), (dir / "volumes/home.toml").string(), "uuid of b"));
    home.nodes = {{"b", b}};
    home.mirrors.clear();
    store.save(home);
    const auto findings = check_config(store, false);
    EXPECT_TRUE(is_there(findings, (dir / "volumes/home.toml").string(), "this node is not among them"));
    EXPECT_TRUE(is_there(findings, (dir / "jobs/erp.toml").string(), "different nodes"));
}

TEST_F(Config, AnOpenKeyIsNone)
{
    std::filesystem::permissions(dir / "keys/b.key", std::filesystem::perms(0644));
    EXPECT_TRUE(is_there(check_config(store, false), (dir / "keys/b.key").string(), "can be read by others"));
}

TEST_F(Config, OneFileAlone)
{
    EXPECT_TRUE(check_config_file(dir / "volumes/home.toml").empty());
    EXPECT_TRUE(check_config_file(dir / "node.toml").empty());
    edit("volumes/home.toml", "size = 1048576", "size = -1");
    EXPECT_TRUE(is_there(check_config_file(dir / "volumes/home.toml"), (dir / "volumes/home.toml:6").string(), "size"));
    write_file_atomic(dir / "any.toml", "format = 1\n");
    expect_error(ExitStatus::usage, {"any.toml", "told by its place"}, [&] { check_config_file(dir / "any.toml"); });
    expect_error(ExitStatus::not_found, {"none.toml"}, [&] { check_config_file(dir / "volumes/none.toml"); });
}

TEST_F(Config, OnlyWhatIsSharedIsTold)
{
    const auto told = tell_config(store, b);
    EXPECT_EQ(told["volumes"].size(), 2u);
    EXPECT_EQ(told["jobs"].size(), 1u);
    EXPECT_TRUE(tell_config(store, Uuid::random())["volumes"].empty());
    EXPECT_TRUE(tell_config(store, Uuid::random())["jobs"].empty());
    EXPECT_EQ(parse_volume(told["volumes"]["home"].get<std::string>(), "x"), store.load_volume("home"));
}

TEST_F(Config, DifferencesAreNamed)
{
    const auto here = volume("home");
    auto there = here;
    EXPECT_TRUE(diff_volume(here, there, "b").empty());
    there.options.set(Option::metadata_wait, spec_of(Option::metadata_wait).fallback); // the same, though set
    EXPECT_TRUE(diff_volume(here, there, "b").empty());
    there.mirrors[0].options.set("mode", "async");
    there.size *= 2;
    there.version++;
    const auto found = diff_volume(here, there, "b");
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[1], (ConfigDifference{"b", "mirror home a/b", "mode", "sync (default)", "async"}));
}

namespace {

struct Edit {
    const char* what;
    std::function<void(VolumeConfig& mine, VolumeConfig& of_b, VolumeConfig& of_c)> change;
    ExitStatus status;
    std::uint64_t version; // afterwards
    const char* says = "";
};

void async(VolumeConfig& config)
{
    config.mirrors[0].options.set("mode", "async");
}

const Edit edits[] = {
    {"nothing", [](auto&, auto&, auto&) {}, ExitStatus::done, 7},
    {"an option", [](auto& mine, auto&, auto&) { async(mine); }, ExitStatus::done, 8},
    {"and the version by hand", [](auto& mine, auto&, auto&) { async(mine), mine.version = 9; }, ExitStatus::done, 9},
    {"interrupted: b has it", [](auto& mine, auto& b, auto&) { async(mine), async(b), b.version = 8; }, ExitStatus::done, 8},
    {"interrupted, then edited", [](auto& mine, auto& b, auto&) { async(mine), b.version = 8; }, ExitStatus::needs_force, 0,
     "node b has version 8"},
    {"they differ at one version", [](auto& mine, auto&, auto& c) { async(mine), async(c); }, ExitStatus::done, 8},
    {"all have it but the version", [](auto& mine, auto& b, auto& c) { b.version = c.version = 9, mine.version = 7; },
     ExitStatus::done, 9},
    {"missed a change", [](auto&, auto& b, auto& c) { async(b), async(c), b.version = c.version = 8; },
     ExitStatus::needs_force, 0, "missed a change"},
    {"size", [](auto& mine, auto&, auto&) { mine.size *= 2; }, ExitStatus::refused, 0, "size"},
    {"uuid", [](auto& mine, auto&, auto&) { mine.id = Uuid::random(); }, ExitStatus::refused, 0, "uuid"},
    {"nodes", [](auto& mine, auto&, auto&) { mine.nodes.pop_back(), mine.mirrors.pop_back(); }, ExitStatus::refused, 0,
     "mirrorctl target"},
    {"mirrors", [](auto& mine, auto&, auto&) { mine.mirrors.pop_back(); }, ExitStatus::refused, 0, "list of mirrors"},
    {"what lies in the metadata", [](auto& mine, auto&, auto&) { mine.options.set("intent-limit", "512"); },
     ExitStatus::refused, 0, "intent-limit"},
};

} // namespace

TEST_F(Config, WhatBecomesOfAnEdit)
{
    auto base = volume("home");
    base.nodes.push_back({"c", Uuid::random()});
    base.mirrors.push_back({"a", "c", OptionSet(scope_mirror)});
    for (const auto& each : edits) {
        auto mine = base, of_b = base, of_c = base;
        each.change(mine, of_b, of_c);
        const auto apply = [&](bool force) { return edit_of(mine, {{"b", of_b}, {"c", of_c}}, force); };
        if (each.status != ExitStatus::done) {
            expect_error(each.status, {each.says}, [&] { apply(false); });
            if (each.status == ExitStatus::needs_force)
                EXPECT_EQ(apply(true).after.version, 9u) << each.what;
            else
                expect_error(each.status, {each.says}, [&] { apply(true); });
            continue;
        }
        const auto edit = apply(false);
        EXPECT_EQ(edit.after.version, each.version) << each.what;
        EXPECT_EQ(edit.is_done(), of_b == edit.after && of_c == edit.after) << each.what;
    }
}

TEST_F(Config, WhatBecomesOfAJob)
{
    const JobConfig old{"erp", Uuid::random(), 3, "", {"home"}};
    auto mine = old;
    EXPECT_TRUE(edit_of(mine, {{"b", old}}, false).done);
    EXPECT_EQ(edit_of(mine, {}, false).before.version, 0u);
    mine.description = "new";
    const auto edit = edit_of(mine, {{"b", old}}, false);
    EXPECT_FALSE(edit.done);
    EXPECT_EQ(edit.before, old);
    EXPECT_EQ(edit.after.version, 4u);
    auto newer = old;
    newer.version = 5;
    expect_error(ExitStatus::needs_force, {"job erp"}, [&] { edit_of(mine, {{"b", newer}}, false); });
    EXPECT_EQ(edit_of(mine, {{"b", newer}}, true).after.version, 6u);
}

// A file that is gone deletes nothing; another name is no file that is gone.
TEST_F(Config, WhatBecomesOfAJobWhoseFileIsGone)
{
    const JobConfig erp{"erp", Uuid::random(), 3, "", {"home"}}, crm{"crm", Uuid::random(), 3, "", {}};
    const SharedConfig there{{}, {{"erp", erp}, {"crm", crm}}};
    auto renamed = crm;
    renamed.name = "sales";
    store.save(renamed);
    const auto found = jobs_only_there(store, there, "b");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0], (ConfigDifference{"b", "job erp", "job", "not configured", "configured"}));
    store.save(erp);
    EXPECT_TRUE(jobs_only_there(store, there, "b").empty());
}
