// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a node makes of the news that another one has a new name.
#include "ops/node/rename.hpp"
#include "ops/volume/in_force.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

// Node b, which knows a and c; volume home is on all three, log on b and c.
class Rename : public ::testing::Test {
protected:
    Rename()
    {
        NodeConfig self;
        self.name = "b";
        self.id = b;
        store.save(self);
        for (const auto& [name, id] : {std::pair("a", a), std::pair("c", c)}) {
            PeerConfig peer;
            peer.name = name;
            peer.id = id;
            peer.addresses = {Address::parse("10.0.0.2")};
            peer.may = parse_permissions("status");
            store.save(peer);
            store.save_key(name, Key::random());
        }
        save("rename-home", {{"a", a}, {"b", b}, {"c", c}});
        save("rename-log", {{"b", b}, {"c", c}});
    }

    void save(const std::string& name, std::vector<VolumeNode> nodes)
    {
        VolumeConfig volume;
        volume.name = name;
        volume.id = Uuid::random();
        volume.version = 7;
        volume.size = 1 << 20;
        volume.nodes = std::move(nodes);
        for (std::size_t i = 1; i < volume.nodes.size(); i++)
            volume.mirrors.push_back({volume.nodes[i].name, volume.nodes[0].name, OptionSet(scope_mirror)});
        store.save(volume);
    }

    RenameRequest request(const std::string& name, std::uint64_t from = 7, std::uint64_t to = 8) const
    {
        return {name, {{"rename-home", {from, to}}}, false};
    }

    const Uuid a = Uuid::random(), b = Uuid::random(), c = Uuid::random();
    ScratchDir dir;
    ConfigStore store{dir.path()};
};

} // namespace

TEST_F(Rename, TheNameChangesEverywhereAndNothingElse)
{
    const auto key = store.load_key("a");
    const auto before = store.load_volume("rename-home");
    take_over_rename(store, request("x"), a);
    EXPECT_EQ(store.peer_names(), (std::vector<std::string>{"c", "x"}));
    EXPECT_TRUE(store.load_key("x") == key);
    EXPECT_EQ(store.find_key("a"), std::nullopt);
    EXPECT_EQ(to_string(store.load_peer("x").may), "status");
    const auto after = store.load_volume("rename-home");
    EXPECT_EQ(after.version, 8u);
    EXPECT_EQ(after.find_node(a)->name, "x");
    EXPECT_TRUE(after.find_mirror("x", "b") && after.find_mirror("c", "x"));
    EXPECT_EQ(with_name(after, a, "a", 7), before);
    EXPECT_EQ(store.load_volume("rename-log").version, 7u);
    take_over_rename(store, request("x"), a); // it had not heard that it was done
    EXPECT_EQ(store.load_volume("rename-home"), after);
    take_over_rename(store, request("a", 8, 7), a); // taken back
    EXPECT_EQ(store.load_volume("rename-home"), before);
    EXPECT_TRUE(store.load_key("a") == key);
}

TEST_F(Rename, WhatDoesNotFitChangesNothing)
{
    struct {
        RenameRequest request;
        Uuid caller;
        ExitStatus status;
        const char* says;
    } const cases[] = {
        {request("b"), a, ExitStatus::exists, "itself"},
        {request("c"), a, ExitStatus::exists, "another node of the name c"},
        {request("x", 6, 7), a, ExitStatus::refused, "has version 7"},
        {request("x", 8, 9), a, ExitStatus::refused, "has version 7"},
        {{"x", {}, false}, a, ExitStatus::refused, "volume rename-home"},
        {request("x"), c, ExitStatus::refused, "volume rename-log"},
        {request("x"), Uuid::random(), ExitStatus::not_permitted, "does not know"},
    };
    const auto before = store.load_volume("rename-home");
    for (const auto& each : cases) {
        expect_error(each.status, {each.says}, [&] { take_over_rename(store, each.request, each.caller); });
        EXPECT_EQ(store.load_volume("rename-home"), before) << each.says;
        EXPECT_EQ(store.peer_names(), (std::vector<std::string>{"a", "c"})) << each.says;
    }
    auto asked = request("x");
    asked.only_ask = true;
    take_over_rename(store, asked, a);
    EXPECT_EQ(store.load_volume("rename-home"), before);
}

TEST_F(Rename, ARequestTravelsAndABadOneIsRefused)
{
    const auto again = RenameRequest::from_json(request("x").to_json());
    EXPECT_EQ(again.to_json(), request("x").to_json());
    auto bad = request("x").to_json();
    bad["name"] = "../x";
    expect_error(ExitStatus::usage, {}, [&] { RenameRequest::from_json(bad); });
    bad["name"] = 3;
    EXPECT_THROW(RenameRequest::from_json(bad), json::exception);
}

TEST_F(Rename, OfThisNode)
{
    expect_error(ExitStatus::exists, {"another node c"}, [&] { node_rename(store, "c"); });
    expect_error(ExitStatus::usage, {}, [&] { node_rename(store, "-"); });
    EXPECT_FALSE(node_rename(store, "b").changed);
    EXPECT_EQ(store.load_node().name, "b");
}

// It died when it had the new files of that node, and the old ones still.
TEST_F(Rename, WhoIsKnownByBothNamesIsKnownByTheNewOneThen)
{
    auto peer = store.load_peer("a");
    const auto key = store.load_key("a");
    for (const char* name : {"Z", "z"}) { // sorted before and behind the old one
        peer.name = name;
        store.save(peer);
        store.save_key(name, key);
        take_over_rename(store, request(name), a);
        EXPECT_FALSE(store.find_peer("a"));
        EXPECT_FALSE(store.find_key("a"));
        EXPECT_EQ(store.load_peer(name).id, a);
        EXPECT_TRUE(store.load_key(name) == key);
        take_over_rename(store, request("a", 8, 7), a);
    }
}

// This node renamed itself in its volumes, and died before its own file had the new name.
TEST_F(Rename, OptionsAreThoseOfThisNodeWhateverItIsCalled)
{
    auto volume = store.load_volume("rename-home");
    volume.mirrors.at(0).options.set("mode", "async");
    const auto mode = [&] { return options_in_force(store, volume, "a").get(Option::mode); };
    const auto async = mode();
    volume = with_name(volume, b, "bonn", 8);
    EXPECT_EQ(mode(), async);
    volume.mirrors.at(0).options.set("mode", "sync");
    EXPECT_NE(mode(), async);
}
