// SPDX-License-Identifier: GPL-2.0-or-later
//
// allowed-roles: every pair of settings with every role, and what is said of it.
#include "ops/volume/allowed.hpp"
#include "ops/volume/copy_options.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

constexpr RoleSet sets[] = {RoleSet::both, RoleSet::source, RoleSet::target};

bool has(RoleSet set, Role role)
{
    return set == RoleSet::both || (set == RoleSet::source && role == Role::source) ||
           (set == RoleSet::target && role == Role::target);
}

} // namespace

TEST(Allowed, BothPlacesHaveToAllowIt)
{
    for (const auto node : sets)
        for (const auto copy : sets) {
            const AllowedRoles allowed{node, copy};
            EXPECT_TRUE(allowed.allow(Role::none));
            EXPECT_EQ(barred_text(allowed, Role::none, "a", "home"), "");
            for (const auto role : {Role::source, Role::target}) {
                const bool may = has(node, role) && has(copy, role);
                EXPECT_EQ(allowed.allow(role), may);
                EXPECT_EQ(barred_text(allowed, role, "a", "home").empty(), may);
                if (may)
                    EXPECT_NO_THROW(require_role_kept(allowed, role, "a", "home"));
                else
                    expect_error(ExitStatus::refused, {"node a is ", "of volume home now", "nothing was changed", "mirrorctl switchover home@"},
                                 [&] { require_role_kept(allowed, role, "a", "home"); });
            }
        }
    EXPECT_EQ((AllowedRoles{RoleSet::both, RoleSet::both}).to_string(), "both");
    EXPECT_EQ((AllowedRoles{RoleSet::both, RoleSet::target}).to_string(), "target");
    EXPECT_EQ((AllowedRoles{RoleSet::source, RoleSet::both}).to_string(), "source");
    EXPECT_EQ((AllowedRoles{RoleSet::source, RoleSet::target}).to_string(), "none");
}

TEST(Allowed, TheTextNamesWhatBarsIt)
{
    const auto by_copy = barred_text({RoleSet::both, RoleSet::target}, Role::source, "b", "home");
    EXPECT_NE(by_copy.find("node b may not be the source of volume home (allowed-roles is target for its copy)"), std::string::npos) << by_copy;
    EXPECT_NE(by_copy.find("on node b: mirrorctl set home allowed-roles=both"), std::string::npos) << by_copy;
    const auto by_node = barred_text({RoleSet::source, RoleSet::both}, Role::target, "b", "home");
    EXPECT_NE(by_node.find("may not be a target of volume home (allowed-roles is source for this node)"), std::string::npos) << by_node;
    EXPECT_NE(by_node.find("mirrorctl set --node allowed-roles=both"), std::string::npos) << by_node;
}

// Kept in the files of this node, and found there by whoever asks.
TEST(Allowed, IsKeptForTheNodeAndForItsCopy)
{
    ScratchDir dir;
    const ConfigStore store(dir.path());
    EXPECT_EQ(allowed_roles(store, "home").to_string(), "both");
    NodeConfig node;
    node.name = "a";
    node.id = Uuid::random();
    node.options.set("allowed-roles", "target");
    store.save(node);
    EXPECT_EQ(allowed_roles(store, "home").to_string(), "target");
    VolumeLocal local;
    local.data_device = "/dev/vda";
    local.meta_path = "/dev/vdb";
    local.options.set("allowed-roles", "source");
    store.save("home", local);
    EXPECT_EQ(store.load_local("home"), local);
    EXPECT_EQ(allowed_roles(store, "home").to_string(), "none");
    expect_error(ExitStatus::refused, {"node a may not be the source", "choose another node", "nothing was changed"},
                 [&] { require_allowed(store, "home", Role::source); });
    EXPECT_NO_THROW(require_allowed(store, "other", Role::target));
}

TEST(Allowed, IsOfTheCopyAndOfNoMirror)
{
    std::vector<OptionChange> changes{OptionChange::parse("mode=async"), OptionChange::parse("allowed-roles=target")};
    auto rest = changes;
    ASSERT_EQ(copy_changes(Subject::parse("home"), rest).size(), 1u);
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest.front().option, Option::mode);
    expect_error(ExitStatus::usage, {"allowed-roles", "mirrorctl set home allowed-roles=VALUE"},
                 [&] { copy_changes(Subject::parse("home@b"), changes); });
}
