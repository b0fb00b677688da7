// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `set` and `get` do with --defaults, --node and --pair, and what a new volume makes
// of the defaults.
#include "config/files.hpp"
#include "ops/node/options.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

class NodeOptions : public ::testing::Test {
protected:
    NodeOptions() : store(dir.path())
    {
        NodeConfig self;
        self.name = "a";
        self.id = Uuid::random();
        store.save(self);
        PeerConfig peer;
        peer.name = "b";
        peer.id = Uuid::random();
        store.save(peer);
    }

    NodeSetResult set(const NodePlace& place, const std::vector<std::string>& texts)
    {
        std::vector<OptionChange> changes;
        for (const auto& text : texts)
            changes.push_back(OptionChange::parse(text));
        return set_node_options(store, place, changes);
    }

    std::int64_t value(const NodePlace& place, const std::string& name)
    {
        return get_node_options(store, place, {name}).at(0).value;
    }

    ScratchDir dir;
    ConfigStore store;
    const NodePlace node{NodePlace::Kind::node, ""};
    const NodePlace defaults{NodePlace::Kind::defaults, ""};
    const NodePlace pair{NodePlace::Kind::pair, "b"};
    const std::int64_t async = parse_value(spec_of(Option::mode), "async");
};

} // namespace

TEST_F(NodeOptions, AreKeptOneVersionFurther)
{
    EXPECT_TRUE(set(node, {"shutdown-drain=7"}).changed);
    EXPECT_TRUE(set(defaults, {"mode=async", "metadata-wait=5"}).changed);
    const auto kept = store.load_node();
    EXPECT_EQ(kept.version, 3u);
    EXPECT_EQ(kept.options.get(Option::shutdown_drain), 7);
    EXPECT_EQ(kept.defaults.get(Option::mode), async);
    EXPECT_EQ(kept.defaults.get(Option::metadata_wait), 5);
    EXPECT_FALSE(set(defaults, {"mode=async"}).changed) << "the same again";
    EXPECT_EQ(store.load_node().version, 3u);
    const auto back = set(defaults, {"mode=default"});
    EXPECT_TRUE(back.changed);
    ASSERT_EQ(back.changes.size(), 1U);
    EXPECT_EQ(back.changes[0].from, async);
    EXPECT_EQ(back.changes[0].to, parse_value(spec_of(Option::mode), "sync"));
    EXPECT_FALSE(store.load_node().defaults.is_set(Option::mode));
}

TEST_F(NodeOptions, AFileWithoutVersionIsTheFirst)
{
    auto text = print(store.load_node());
    text.erase(text.find("version = 1\n"), 12);
    EXPECT_EQ(parse_node(text, "node.toml").version, 1u);
}

TEST_F(NodeOptions, OneThatCannotBeSetChangesNone)
{
    expect_error(ExitStatus::usage, {"quiesce-timeout", "not in this version"},
                 [&] { set(defaults, {"mode=async", "quiesce-timeout=5000"}); });
    expect_error(ExitStatus::usage, {"port", "1-65535"}, [&] { set(node, {"port=0"}); });
    EXPECT_EQ(store.load_node().version, 1u);
    EXPECT_FALSE(store.load_node().defaults.is_set(Option::mode));
}

TEST_F(NodeOptions, AWrongPlaceNamesTheRightOne)
{
    expect_error(ExitStatus::usage, {"port", "--defaults", "mirrorctl set --node port=VALUE"},
                 [&] { set(defaults, {"port=1234"}); });
    expect_error(ExitStatus::usage, {"mode", "--node", "mirrorctl set --defaults mode=VALUE"},
                 [&] { set(node, {"mode=async"}); });
    expect_error(ExitStatus::usage, {"encryption", "mirrorctl set --pair NODE encryption=VALUE"},
                 [&] { get_node_options(store, node, {"encryption"}); });
    expect_error(ExitStatus::not_found, {"node c is not known"},
                 [&] { set({NodePlace::Kind::pair, "c"}, {"encryption=none"}); });
}

TEST_F(NodeOptions, WhatIsNotLiveSaysWhatHasToFollow)
{
    const auto port = set(node, {"port=10000"});
    ASSERT_EQ(port.to_do.size(), 1u);
    EXPECT_NE(port.to_do[0].find("systemctl reload mirror-netd"), std::string::npos);
    const auto encryption = set(pair, {"encryption=none"});
    ASSERT_EQ(encryption.to_do.size(), 1u);
    EXPECT_EQ(store.load_peer("b").encryption(), Encryption::none);
    EXPECT_TRUE(set(node, {"shutdown-drain=7"}).to_do.empty());
}

TEST_F(NodeOptions, GetShowsEveryOptionOfThePlace)
{
    set(defaults, {"compression=3"});
    EXPECT_EQ(value(defaults, "compression"), 3);
    for (const auto* place : {&node, &defaults, &pair}) {
        const auto values = get_node_options(store, *place, {});
        EXPECT_FALSE(values.empty());
        for (const auto& each : values)
            EXPECT_EQ(each.is_default, each.option != Option::compression) << place->option();
    }
}

TEST(Defaults, AreTakenWhereNothingWasAskedFor)
{
    OptionSet defaults(scope_volume | scope_mirror);
    defaults.set("mode", "async");
    defaults.set("compression", "3");
    defaults.set("metadata-wait", "5");
    OptionSet mirror(scope_mirror);
    mirror.set("mode", "sync");
    EXPECT_EQ(mirror.take_defaults(defaults), std::vector<Option>{Option::compression});
    EXPECT_EQ(mirror.get(Option::mode), 0);
    EXPECT_EQ(mirror.get(Option::compression), 3);
    OptionSet volume(scope_volume);
    EXPECT_EQ(volume.take_defaults(defaults), std::vector<Option>{Option::metadata_wait});
}
