// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `set` makes of a configuration, what `get` shows of it, and what another node
// takes over.
#include "config/files.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/everywhere.hpp"
#include "ops/volume/options.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"
#include "scratch_dir.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

class Set : public ::testing::Test {
protected:
    Set()
    {
        config.name = "home";
        config.id = Uuid::random();
        config.version = 7;
        config.size = 1 << 20;
        config.nodes = {{"a", Uuid::random()}, {"b", Uuid::random()}, {"c", Uuid::random()}};
        config.mirrors = {{"a", "b"}, {"c", "a"}};
    }

    VolumeConfig changed(const std::string& subject, std::vector<std::string> texts) const
    {
        std::vector<OptionChange> changes;
        for (const auto& text : texts)
            changes.push_back(OptionChange::parse(text));
        return with_changes(config, Subject::parse(subject), "a", changes);
    }

    std::int64_t of_mirror(const VolumeConfig& from, const std::string& node, Option option) const
    {
        return from.find_mirror("a", node)->options.get(option);
    }

    VolumeConfig config;
    const std::int64_t sync = parse_value(spec_of(Option::mode), "sync");
    const std::int64_t async = parse_value(spec_of(Option::mode), "async");
};

} // namespace

// A machine that runs the unit tests has no volume, and as a rule no module.
TEST_F(Set, WhatIsNotActiveTakesNothingAndRefusesNothing)
{
    const ScratchDir dir;
    EXPECT_NO_THROW(put_in_force(ConfigStore(dir.path()), config));
}

TEST_F(Set, AVolumeMeansAllItsMirrors)
{
    const auto after = changed("home", {"mode=async", "ping-interval=500ms"});
    EXPECT_EQ(after.version, 8u);
    for (const char* node : {"b", "c"}) {
        EXPECT_EQ(of_mirror(after, node, Option::mode), async);
        EXPECT_EQ(of_mirror(after, node, Option::ping_interval), 500);
    }
}

TEST_F(Set, OneMirrorMeansOne)
{
    const auto after = changed("home@c", {"mode=async"});
    EXPECT_EQ(of_mirror(after, "b", Option::mode), sync);
    EXPECT_EQ(of_mirror(after, "c", Option::mode), async);
}

TEST_F(Set, DefaultTakesBackWhatWasSet)
{
    config = changed("home", {"metadata-wait=5", "mode=async"});
    const auto after = changed("home", {"metadata-wait=default", "mode=default"});
    EXPECT_FALSE(after.options.is_set(Option::metadata_wait));
    EXPECT_FALSE(after.mirrors[0].options.is_set(Option::mode));
    EXPECT_EQ(after.version, config.version + 1);
}

TEST_F(Set, TheSameAgainChangesNothing)
{
    config = changed("home", {"mode=async"});
    EXPECT_EQ(changed("home", {"mode=async"}), config);
}

TEST(Changes, NoOptionIsNamedTwice)
{
    EXPECT_EQ(parse_changes({"mode=async", "compression=1"}).size(), 2U);
    expect_error(ExitStatus::usage, {"ping-interval is named twice", "nothing was changed"},
                 [] { parse_changes({"ping-interval=1s", "mode=async", "ping-interval=2s"}); });
}

TEST(Changes, AreWhatDiffersAtTheSamePlace)
{
    const std::vector<OptionValue> before{{Option::mode, "b", 0, true}, {Option::mode, "c", 1, false}},
        after{{Option::mode, "b", 1, false}, {Option::mode, "c", 1, false}, {Option::mode, "d", 1, false}};
    const auto changes = differences(before, after);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].node, "b");
    EXPECT_EQ(changes[0].from, 0);
    EXPECT_EQ(changes[0].to, 1);
}

TEST_F(Set, RefusesWhatDoesNotFit)
{
    expect_error(ExitStatus::usage, {"NAME=VALUE"}, [&] { changed("home", {"mode"}); });
    expect_error(ExitStatus::usage, {"colour"}, [&] { changed("home", {"colour=red"}); });
    expect_error(ExitStatus::usage, {"mode", "sync, async"}, [&] { changed("home", {"mode=later"}); });
    expect_error(ExitStatus::usage, {"port", "not an option of a volume or mirror", "mirrorctl set --node port=VALUE"},
                 [&] { changed("home", {"port=1234"}); });
    expect_error(ExitStatus::usage, {"metadata-wait", "mirrorctl set home metadata-wait=VALUE"},
                 [&] { changed("home@b", {"metadata-wait=5"}); });
    expect_error(ExitStatus::usage, {"snapshot-before-resync", "not in this version"},
                 [&] { changed("home", {"snapshot-before-resync=yes"}); });
    expect_error(ExitStatus::refused, {"intent-limit", "cannot be changed", "nothing was changed"},
                 [&] { changed("home", {"intent-limit=512"}); });
    EXPECT_EQ(changed("home", {"intent-limit=256"}).options.get(Option::intent_limit), 256);
    expect_error(ExitStatus::not_found, {"no mirror on node d"},
                 [&] { changed("home@d", {"mode=async"}); });
    config.mirrors.clear();
    expect_error(ExitStatus::not_found, {"has no mirror"}, [&] { changed("home", {"mode=async"}); });
}

namespace {

class OnDisk : public Set {
protected:
    OnDisk() : store(dir.path())
    {
        store.save(NodeConfig{"a", config.nodes[0].id, {}, OptionSet(scope_node)});
        store.save(config);
    }

    ScratchDir dir;
    ConfigStore store;
};

} // namespace

TEST_F(OnDisk, GetShowsWhatHolds)
{
    store.save(changed("home@b", {"mode=async"}));
    const auto all = get_options(store, Subject::parse("home"), {"mode", "metadata-wait"});
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].option, Option::metadata_wait);
    EXPECT_TRUE(all[0].is_default && all[0].node.empty());
    EXPECT_EQ(all[1].node, "b");
    EXPECT_EQ(all[1].value, async);
    EXPECT_FALSE(all[1].is_default);
    EXPECT_EQ(all[2].node, "c");
    EXPECT_TRUE(all[2].is_default);
    expect_error(ExitStatus::usage, {"port"},
                 [&] { get_options(store, Subject::parse("home"), {"port"}); });
    expect_error(ExitStatus::not_found, {"no mirror on node d"},
                 [&] { get_options(store, Subject::parse("home@d"), {}); });
}

TEST_F(OnDisk, AVolumeWithoutMirrorsHasOptionsToo)
{
    config.mirrors.clear();
    config.nodes.resize(1);
    store.save(config);
    EXPECT_EQ(get_options(store, Subject::parse("home"), {"metadata-wait"}).size(), 1U);
}

TEST_F(OnDisk, ANodeTakesOverNothingButOptionsOfItsOwnVersion)
{
    const auto after = changed("home", {"mode=async"});
    expect_error(ExitStatus::not_permitted, {"node d has no copy"},
                 [&] { take_over_options(store, after, 7, "d"); });
    expect_error(ExitStatus::refused, {"has version 7", "had version 6", "nothing was changed"},
                 [&] { take_over_options(store, after, 6, "b"); });
    auto other = after;
    other.size *= 2;
    expect_error(ExitStatus::refused, {"otherwise", "nothing was changed"},
                 [&] { take_over_options(store, other, 7, "b"); });
    other = after;
    other.options.set(Option::intent_limit, 512);
    expect_error(ExitStatus::refused, {"intent-limit", "cannot be changed"},
                 [&] { take_over_options(store, other, 7, "b"); });
    other = after;
    other.nodes.pop_back();
    expect_error(ExitStatus::refused, {"otherwise"},
                 [&] { take_over_options(store, other, 7, "b"); });
    EXPECT_EQ(store.load_volume("home"), config);
}
