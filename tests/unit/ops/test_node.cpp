// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/node.hpp"

#include "base/file.hpp"
#include "expect_error.hpp"
#include "scratch_dir.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

NodeConfig init(const ConfigStore& store, const std::string& name)
{
    return node_init(store, {name, {}, std::nullopt});
}

NodeCard card_of(const NodeConfig& node)
{
    return {node.name, node.id, {Address::parse("10.0.0.1:9999")}, {}};
}

NodeTrustOptions by_card(const NodeCard& card)
{
    NodeTrustOptions options;
    options.card = card;
    return options;
}

} // namespace

TEST(Token, SaysAgainWhatItWasMadeOf)
{
    NodeCard card{"a", Uuid::random(),
                  {Address::parse("10.0.0.1:9999"), Address::parse("[fe80::1]:1234")},
                  Key::random()};
    const auto back = NodeCard::parse(card.print() + "\n");
    EXPECT_EQ(back.name, card.name);
    EXPECT_EQ(back.id, card.id);
    EXPECT_EQ(back.addresses, card.addresses);
    EXPECT_TRUE(back.key.value() == card.key.value());
}

TEST(Token, ACardHoldsNoKey)
{
    const NodeCard card{"a", Uuid::random(), {}, {}};
    EXPECT_FALSE(NodeCard::parse(card.print()).key.has_value());
}

TEST(Token, RubbishIsRefusedWithoutShowingAKey)
{
    for (const char* text : {"", "mirror-net-node/1/a", "other/1/a/b/c", "////"})
        expect_error(ExitStatus::usage, {}, [&] { NodeCard::parse(text); });
    const NodeCard card{"a", Uuid::random(), {}, Key::random()};
    const std::string cut = card.print().substr(0, card.print().size() - 2);
    try {
        NodeCard::parse(cut);
        ADD_FAILURE();
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()).find(cut.substr(cut.size() - 20)), std::string::npos);
    }
}

TEST(Node, InitIsKeptWhenRepeated)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    const auto first = init(store, "a");
    EXPECT_EQ(init(store, "a"), first);
    EXPECT_EQ(init(store, ""), first);
    expect_error(ExitStatus::exists, {"called a"}, [&] { init(store, "b"); });
}

TEST(Node, TwoNodesComeToShareAKey)
{
    const ScratchDir here, there;
    const ConfigStore a(here.path()), b(there.path());
    const auto node_a = init(a, "a"), node_b = init(b, "b");

    const auto trusted = node_trust(a, by_card(card_of(node_b)));
    ASSERT_TRUE(trusted.token.has_value());
    auto token = *trusted.token;
    token.addresses = {Address::parse("10.0.0.1")};
    const auto answer = node_trust(b, by_card(token));
    EXPECT_FALSE(answer.token.has_value());
    EXPECT_TRUE(a.load_key("b") == b.load_key("a"));
    EXPECT_EQ(b.load_peer("a").id, node_a.id);
    EXPECT_TRUE(b.load_peer("a").may.allows(Permission::operate));
}

TEST(Node, TrustingAgainChangesOnlyWhatIsNamed)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    init(store, "a");
    node_trust(store, by_card({"b", Uuid::random(), {Address::parse("10.0.0.2")}, Key::random()}));
    const auto before = store.load_peer("b");
    NodeTrustOptions options;
    options.name = "b";
    EXPECT_FALSE(node_trust(store, options).changed);
    options.may = parse_permissions("status");
    EXPECT_TRUE(node_trust(store, options).changed);
    EXPECT_EQ(store.load_peer("b").addresses, before.addresses);
    EXPECT_FALSE(store.load_peer("b").may.allows(Permission::operate));
}

// Somebody else may be behind a card that is not the one known.
TEST(Node, ACardThatChangedIsTakenOnlyWhenConfirmed)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    init(store, "a");
    const NodeCard known{"b", Uuid::random(), {Address::parse("10.0.0.2")}, Key::random()};
    node_trust(store, by_card(known));
    EXPECT_FALSE(node_trust(store, by_card(known)).changed);

    auto moved = known, other = known, rekeyed = known;
    moved.addresses = {Address::parse("10.0.0.3")};
    other.id = Uuid::random();
    rekeyed.key = Key::random();
    const std::pair<NodeCard, std::string> cases[] = {
        {moved, "the addresses are 10.0.0.3, known are 10.0.0.2"},
        {other, "the identity is " + other.id.to_string() + ", known is " + known.id.to_string()},
        {rekeyed, "the key of the pair is another one"}};
    for (const auto& [card, difference] : cases) {
        expect_error(ExitStatus::needs_force, {"node b", difference, "--yes"},
                     [&] { node_trust(store, by_card(card)); });
        EXPECT_EQ(store.load_peer("b").id, known.id);
        EXPECT_EQ(store.load_peer("b").addresses, known.addresses);
        EXPECT_TRUE(store.load_key("b") == *known.key);
    }
    for (const auto& [card, difference] : cases) {
        auto options = by_card(card);
        options.confirmed = true;
        EXPECT_TRUE(node_trust(store, options).changed) << difference;
    }
    EXPECT_TRUE(store.load_key("b") == *rekeyed.key);
}

TEST(Node, AnAddressThatIsNamedIsMeant)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    init(store, "a");
    node_trust(store, by_card({"b", Uuid::random(), {Address::parse("10.0.0.2")}, Key::random()}));
    NodeTrustOptions options;
    options.name = "b";
    options.addresses = {Address::parse("10.0.0.3")};
    EXPECT_TRUE(node_trust(store, options).changed);
    EXPECT_EQ(store.load_peer("b").addresses, options.addresses);
}

TEST(Node, OneMachineHasOneName)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    init(store, "a");
    const NodeCard known{"b", Uuid::random(), {Address::parse("10.0.0.2")}, {}};
    node_trust(store, by_card(known));
    auto again = by_card(known);
    again.name = "c";
    expect_error(ExitStatus::exists, {"known here as node b"}, [&] { node_trust(store, again); });
}

TEST(Node, WhatCannotBeReadOfOneHidesNoOther)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    init(store, "a");
    node_trust(store, by_card({"b", Uuid::random(), {Address::parse("10.0.0.2")}, {}}));
    write_file_atomic(dir / "nodes" / "bad.toml", "nonsense");
    const auto shown = node_show(store);
    ASSERT_EQ(shown.peers.size(), 2U);
    EXPECT_EQ(shown.peers[0].error, "");
    EXPECT_TRUE(shown.peers[0].key);
    EXPECT_NE(shown.peers[1].error.find("bad.toml"), std::string::npos);
}

TEST(Node, TrustNeedsAnIdentityAndAnAddress)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    const auto self = init(store, "a");
    NodeTrustOptions options;
    options.name = "b";
    expect_error(ExitStatus::usage, {"identity", "card"}, [&] { node_trust(store, options); });
    options.id = Uuid::random();
    expect_error(ExitStatus::usage, {"--address"}, [&] { node_trust(store, options); });
    options.id = self.id;
    options.addresses = {Address::parse("10.0.0.2")};
    expect_error(ExitStatus::usage, {"this node itself"}, [&] { node_trust(store, options); });
}

// A key alone would keep the next attempt from showing a token.
TEST(Node, TrustThatFailsLeavesNoKey)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    init(store, "a");
    const NodeCard card{"b.local", Uuid::random(), {Address::parse("10.0.0.2")}, {}};
    expect_error(ExitStatus::usage, {"b.local"}, [&] { node_trust(store, by_card(card)); });
    EXPECT_FALSE(store.find_key("b.local").has_value());
}

// Half of it would be a node that is known and cannot prove who it is.
TEST(Node, TrustThatCannotStoreTheKeyLeavesNothing)
{
    ScratchDir a_dir, b_dir;
    const ConfigStore a(a_dir.path());
    const auto b_node = init(ConfigStore(b_dir.path()), "b");
    init(a, "a");
    write_file_atomic(a_dir / "keys", "where the directory of the keys belongs");
    expect_error(ExitStatus::internal, {"keys", "everything was put back"}, [&] { node_trust(a, by_card(card_of(b_node))); });
    EXPECT_FALSE(a.find_peer("b"));
}

TEST(Node, AKeyThatOthersCanReadIsRefused)
{
    const ScratchDir dir;
    const ConfigStore store(dir / "config");
    init(store, "a");
    const auto file = (dir / "pair.key").string();
    write_file_atomic(file, Key::random().to_file_text(), 0644);
    NodeTrustOptions options;
    options.name = "b";
    options.id = Uuid::random();
    options.addresses = {Address::parse("10.0.0.2")};
    options.key_file = file;
    expect_error(ExitStatus::not_permitted, {"chmod 600"}, [&] { node_trust(store, options); });
    EXPECT_FALSE(store.find_peer("b").has_value());
}

TEST(Node, AKeyFileIsNeverOverwritten)
{
    const ScratchDir dir;
    const auto file = (dir / "pair.key").string();
    node_key(file);
    EXPECT_EQ(file_mode(file) & 0777, 0600U);
    expect_error(ExitStatus::exists, {file}, [&] { node_key(file); });
}

TEST(Node, ANodeWithACopyIsNotForgotten)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    const auto self = init(store, "a");
    const NodeCard b{"b", Uuid::random(), {Address::parse("10.0.0.2")}, Key::random()};
    node_trust(store, by_card(b));
    VolumeConfig volume;
    volume.name = "home";
    volume.id = Uuid::random();
    volume.size = 1 << 20;
    volume.nodes = {{"a", self.id}, {"b", b.id}};
    store.save(volume);
    expect_error(ExitStatus::in_use, {"volume home"}, [&] { node_forget(store, "b"); });
    store.remove_volume("home");
    node_forget(store, "b");
    EXPECT_FALSE(store.find_key("b").has_value());
}

TEST(Node, WhoWasForgottenCanProveItAndNoMore)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    init(store, "a");
    const NodeCard b{"b", Uuid::random(), {Address::parse("10.0.0.2")}, Key::random()};
    node_trust(store, by_card(b));
    node_forget(store, "b");
    EXPECT_FALSE(store.find_peer(b.id).has_value());
    ASSERT_TRUE(store.find_forgotten(b.id).has_value());
    EXPECT_EQ(store.find_forgotten(b.id)->name, "b");
    EXPECT_EQ(store.find_forgotten_key(b.id), b.key);
    EXPECT_EQ(file_mode(dir / ("forgotten/" + b.id.to_string() + ".key")) & 0777, 0600U);
    EXPECT_FALSE(store.find_forgotten_key(Uuid::random()).has_value());
    node_trust(store, by_card(b));
    EXPECT_FALSE(store.find_forgotten(b.id).has_value());
    EXPECT_FALSE(store.find_forgotten_key(b.id).has_value());
}
