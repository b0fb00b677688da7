// SPDX-License-Identifier: GPL-2.0-or-later
//
// A new machine in the place of a dead node, as far as no volume is about it.
#include "base/file.hpp"
#include "ops/node/replace.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

// Node a, which knows b; nobody is at b's address.
class Replace : public ::testing::Test {
protected:
    Replace()
    {
        NodeConfig self;
        self.name = "a";
        self.id = Uuid::random();
        store.save(self);
        PeerConfig peer;
        peer.name = "b";
        peer.id = old;
        peer.addresses = {Address::parse("127.0.0.1:9")};
        peer.may = parse_permissions("status,replicate");
        store.save(peer);
        store.save_key("b", Key::random());
    }

    NodeTrustOptions card(const std::string& name, const NodeId& id, bool confirmed = true) const
    {
        NodeTrustOptions options;
        options.card = NodeCard{name, id, {Address::parse("10.0.0.9")}, {}};
        options.confirmed = confirmed;
        return options;
    }

    const Uuid old = Uuid::random(), fresh = Uuid::random();
    ScratchDir dir;
    ConfigStore store{dir.path()};
};

} // namespace

TEST_F(Replace, TheNewMachineIsTrustedAsTheOldOneWasUnderAFreshKey)
{
    const auto key = store.load_key("b");
    const auto result = node_replace(store, "b", card("b", fresh));
    EXPECT_EQ(store.load_peer("b").id, fresh);
    EXPECT_EQ(to_string(store.load_peer("b").may), "status,replicate");
    EXPECT_FALSE(store.load_key("b") == key);
    ASSERT_TRUE(result.trust.token && result.trust.token->key);
    EXPECT_TRUE(*result.trust.token->key == store.load_key("b"));
    EXPECT_TRUE(result.commands.empty());
}

TEST_F(Replace, WhatDoesNotFitChangesNothing)
{
    const auto key = store.load_key("b");
    NodeTrustOptions none;
    none.confirmed = true;
    struct {
        const char* name;
        NodeTrustOptions options;
        ExitStatus status;
        const char* says;
    } const cases[] = {
        {"c", card("c", fresh), ExitStatus::not_found, "not known here"},
        {"b", card("b", old), ExitStatus::refused, "has already"},
        {"b", card("west", fresh), ExitStatus::refused, "calls itself west"},
        {"b", none, ExitStatus::usage, "--card"},
        {"b", card("b", fresh, false), ExitStatus::needs_force, "--yes"},
    };
    for (const auto& each : cases) {
        expect_error(each.status, {each.says}, [&] { node_replace(store, each.name, each.options); });
        EXPECT_EQ(store.load_peer("b").id, old) << each.says;
        EXPECT_TRUE(store.load_key("b") == key) << each.says;
    }
}

// The old machine is known until nothing can be refused any more.
TEST_F(Replace, WhatTrustWouldRefuseIsRefusedBeforeAnythingIsForgotten)
{
    const auto key = store.load_key("b");
    auto no_key = card("b", fresh), no_address = card("b", fresh), known = card("b", store.load_node().id), read_by_all = card("b", fresh);
    no_key.key_file = dir.path() / "none";
    no_address.card->addresses.clear();
    read_by_all.key_file = dir.path() / "key";
    write_file_atomic(read_by_all.key_file, "x", 0644);
    const std::pair<NodeTrustOptions, const char*> cases[] = {
        {no_key, "none"}, {no_address, "--address"}, {known, "this node itself"}, {read_by_all, "can be read by others"}};
    for (const auto& [options, says] : cases) {
        try {
            node_replace(store, "b", options);
            ADD_FAILURE() << says;
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
        }
        EXPECT_EQ(store.load_peer("b").id, old) << says;
        EXPECT_TRUE(store.load_key("b") == key) << says;
        EXPECT_FALSE(store.find_forgotten(old)) << says;
    }
}

// The new machine was known and forgotten once, and what is left of that cannot be removed.
TEST_F(Replace, WhatFailsInTheMiddleLeavesTheOldMachineKnown)
{
    const auto key = store.load_key("b");
    std::filesystem::create_directories(dir.path() / "forgotten" / (fresh.to_string() + ".key") / "x");
    expect_error(ExitStatus::internal, {"put back as it was before"}, [&] { node_replace(store, "b", card("b", fresh)); });
    EXPECT_EQ(store.load_peer("b").id, old);
    EXPECT_TRUE(store.load_key("b") == key);
    EXPECT_FALSE(store.find_forgotten(old));
}

TEST_F(Replace, TheCommandHasTheOptionsOfTheMirror)
{
    VolumeConfig volume;
    volume.name = "home";
    volume.mirrors = {{"b", "a", OptionSet(scope_mirror)}, {"a", "c", OptionSet(scope_mirror)}};
    volume.mirrors[0].options.set("mode", "async");
    volume.mirrors[0].options.set("ping-interval", "500");
    EXPECT_EQ(command_for(volume, "a", "b"),
              "mirrorctl target add home b:DEVICE --set mode=async --set ping-interval=500");
    EXPECT_EQ(command_for(volume, "a", "c"), "mirrorctl target add home c:DEVICE");
}
