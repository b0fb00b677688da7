// SPDX-License-Identifier: GPL-2.0-or-later
//
// Which role allows which verb: only a target is removed from outside, only a
// source opens without its peer's answer.
#include "base/file.hpp"
#include "ops/job/job.hpp"
#include "ops/volume/promotable.hpp"
#include "ops/volume/promote.hpp"
#include "ops/volume/remove.hpp"
#include "ops/volume/role.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

TEST(Roles, OnlyATargetIsRemovedFromOutside)
{
    EXPECT_NO_THROW(require_target(Role::target, "home", "b"));
    expect_error(ExitStatus::refused, {"node b is the source of volume home", "never removed"},
                 [] { require_target(Role::source, "home", "b"); });
    for (const auto role : {std::optional(Role::none), std::optional<Role>()})
        expect_error(ExitStatus::refused, {"node b", "mirrorctl up home", "--local-only"},
                     [&] { require_target(role, "home", "b"); });
}

TEST(Roles, AnInactiveSourceIsNotRemovedHereEither)
{
    EXPECT_NO_THROW(require_no_source(Role::target, "home", false));
    for (bool force : {false, true})
        expect_error(ExitStatus::refused, {"this node is the source", "mirrorctl up home"},
                     [&] { require_no_source(Role::source, "home", force); });
}

TEST(Roles, WhatCannotBeKnownNeedsForce)
{
    for (const auto role : {std::optional(Role::none), std::optional<Role>()}) {
        expect_error(ExitStatus::needs_force, {"not active", "mirrorctl up home", "--force"},
                     [&] { require_no_source(role, "home", false); });
        EXPECT_NO_THROW(require_no_source(role, "home", true));
    }
}

TEST(Roles, NobodyBecomesTheSource)
{
    EXPECT_NO_THROW(require_source(Role::source, "home"));
    expect_error(ExitStatus::refused, {"holds a target of volume home", "mirrorctl takeover home"},
                 [] { require_source(Role::target, "home"); });
    expect_error(ExitStatus::refused, {"no role on this node", "mirrorctl delete home"},
                 [] { require_source(Role::none, "home"); });
}

namespace {

class Mirrors : public ::testing::Test {
protected:
    Mirrors()
    {
        config.name = "home";
        config.nodes = {{"a", self}, {"b", Uuid::random()}};
    }
    std::vector<std::string> names(const std::string& node = "")
    {
        options.node = node;
        std::vector<std::string> found;
        for (const auto& each : mirrors_to_delete(config, self, strays, options))
            found.push_back(each.name);
        return found;
    }
    using Names = std::vector<std::string>;
    const NodeId self = Uuid::random();
    VolumeConfig config;
    std::vector<OtherNode> strays;
    DeleteOptions options;
};

} // namespace

TEST_F(Mirrors, AllOrTheOneThatIsNamed)
{
    EXPECT_EQ(names(), Names{"b"});
    EXPECT_EQ(names("b"), Names{"b"});
    expect_error(ExitStatus::not_found, {"home", "node c"}, [&] { names("c"); });
    expect_error(ExitStatus::not_found, {"node a"}, [&] { names("a"); });
}

TEST_F(Mirrors, OneThatOnlyTheKernelHasCanBeDeleted)
{
    const auto id = Uuid::random();
    strays.push_back({id.to_string(), id, false, false});
    EXPECT_EQ(names(), (Names{"b", id.to_string()}));
    EXPECT_EQ(names(id.to_string()), Names{id.to_string()});
    config.nodes.pop_back();
    EXPECT_EQ(names(), Names{id.to_string()});
}

// Who may become one: nobody while the other one may be it.
TEST(Roles, NobodyIsPromotedBesideASource)
{
    const nl::VolumeRecord here = [] {
        nl::VolumeRecord record;
        record.role = Role::target;
        record.data = DataState::current;
        return record;
    }();
    const SeenNode silent{"b"}, linked{"b", true, true}, mute{"b", false, true};
    const auto says = [](Role role) {
        return SeenNode{"b", false, true, SaidCopy{role, DataState::current}};
    };
    for (bool force : {false, true}) {
        EXPECT_NO_THROW(require_promotable("home", here, {silent}, {}, force));
        EXPECT_NO_THROW(require_promotable("home", here, {says(Role::none)}, {}, force));
        EXPECT_NO_THROW(require_promotable("home", here, {silent, says(Role::target)}, {}, force));
        expect_error(ExitStatus::refused, {"node b is the source", "answers", "mirrorctl takeover home"},
                     [&] { require_promotable("home", here, {silent, says(Role::source)}, {}, force); });
        expect_error(ExitStatus::refused, {"node b has a link with this one"},
                     [&] { require_promotable("home", here, {linked}, {}, force); });
    }
    expect_error(ExitStatus::needs_force, {"one of its addresses answers", "--force"},
                 [&] { require_promotable("home", here, {silent, mute}, {}, false); });
    EXPECT_NO_THROW(require_promotable("home", here, {mute}, {}, true));
}

TEST(Roles, OnlyACurrentCopyIsPromotedUnasked)
{
    const SeenNode silent{"b"};
    nl::VolumeRecord here;
    for (const auto data : {DataState::unknown, DataState::outdated, DataState::inconsistent}) {
        here.data = data;
        expect_error(ExitStatus::needs_force, {"this copy of volume home", "--force"},
                     [&] { require_promotable("home", here, {silent}, {}, false); });
        EXPECT_NO_THROW(require_promotable("home", here, {silent}, {}, true));
    }
}

// Of several targets the one is promoted that has most.
TEST(Roles, ACopyThatMayBeNewerComesFirst)
{
    nl::VolumeRecord here;
    here.data = DataState::current;
    here.generation = 7;
    here.write_number = 100;
    const auto target = [](std::uint64_t generation, std::uint64_t writes, std::uint64_t recorded,
                           DataState data = DataState::current) {
        return SeenNode{"c", false, true, SaidCopy{Role::target, data, generation, writes}, recorded};
    };
    EXPECT_FALSE(may_be_newer(target(7, 100, 7), here));
    EXPECT_FALSE(may_be_newer(target(7, 99, 0), here));
    EXPECT_TRUE(may_be_newer(target(7, 101, 7), here)) << "more writes of the same generation";
    EXPECT_FALSE(may_be_newer(target(5, 900, 5), here)) << "an older one, as noted here";
    EXPECT_TRUE(may_be_newer(target(8, 10, 5), here)) << "it was told of a later one";
    EXPECT_TRUE(may_be_newer(target(8, 10, 0), here)) << "nothing is noted";
    EXPECT_FALSE(may_be_newer(target(8, 900, 0, DataState::inconsistent), here));
    EXPECT_FALSE(may_be_newer(SeenNode{"c"}, here)) << "silent";
    expect_error(ExitStatus::needs_force, {"node c has a copy", "mirrorctl promote home -H c", "--force"},
                 [&] { require_promotable("home", here, {SeenNode{"b"}, target(8, 10, 5)}, {}, false); });
    EXPECT_NO_THROW(require_promotable("home", here, {target(8, 10, 5)}, {}, true));
}

// Of volumes that come and go something else is in force: here the file of one that goes cannot be read.
TEST(Jobs, WhatAVolumeDoesNotTakeLeavesANodeWithTheJobThatItHad)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    NodeConfig self;
    self.name = "b";
    self.id = Uuid::random();
    store.save(self);
    VolumeConfig home;
    home.name = "home";
    home.id = Uuid::random();
    home.size = 1 << 20;
    home.nodes = {{"a", Uuid::random()}, {"b", self.id}};
    store.save(home);
    const JobConfig before{"erp", Uuid::random(), 3, "", {"home", "log"}};
    store.save(before);
    write_file_atomic(dir.path() / "volumes" / "log.toml", "no volume", 0644);

    const JobConfig after{"crm", before.id, 4, "", {"home"}};
    expect_error(ExitStatus::partly_done, {"log.toml", "could not put job crm back"}, [&] {
        take_over_job(store, {after, 3, false}, "a");
    });
    EXPECT_EQ(store.load_job("erp"), before);
    EXPECT_FALSE(store.find_job("crm"));
}

// The new name comes before the old one goes: a node that dies between them has both.
TEST(Jobs, ARenamingThatWasCutOffIsFinished)
{
    const ScratchDir dir;
    const ConfigStore store(dir.path());
    NodeConfig self;
    self.name = "b";
    self.id = Uuid::random();
    store.save(self);
    const JobConfig before{"erp", Uuid::random(), 3, "", {}};
    JobConfig after = before;
    after.name = "crm";
    after.version = 4;
    store.save(before);
    store.save(after);
    EXPECT_EQ(job_rename(store, "erp", "crm").job, after);
    EXPECT_EQ(store.job_names(), std::vector<std::string>{"crm"});

    store.save(before);
    job_delete(store, "crm");
    EXPECT_TRUE(store.job_names().empty()) << "the old name would come back as a job";

    store.save(before);
    const JobConfig other{"crm", Uuid::random(), 1, "", {}};
    store.save(other);
    expect_error(ExitStatus::exists, {"job crm already"}, [&] { job_rename(store, "erp", "crm"); });
}

TEST(Jobs, VolumesOfAJobHaveCopiesOnTheSameNodes)
{
    const auto on = [](const std::string& name, std::vector<VolumeNode> nodes) {
        VolumeConfig volume;
        volume.name = name;
        volume.nodes = std::move(nodes);
        return volume;
    };
    const VolumeNode a{"a", Uuid::random()}, b{"b", Uuid::random()}, c{"c", Uuid::random()};
    EXPECT_NO_THROW(require_same_nodes({}));
    EXPECT_NO_THROW(require_same_nodes({on("x", {a, b}), on("y", {b, a})}));
    expect_error(ExitStatus::refused, {"volumes x and z have copies on different nodes"},
                 [&] { require_same_nodes({on("x", {a, b}), on("y", {a, b}), on("z", {a, c})}); });
    expect_error(ExitStatus::refused, {"different nodes"},
                 [&] { require_same_nodes({on("x", {a, b}), on("y", {a, b, c})}); });
}

// "Nothing is missing" is said only where the node that laid its role down is no further.
TEST(Roles, ARoleLaidDownWithMoreIsNotPassedOver)
{
    nl::VolumeRecord here;
    here.data = DataState::current;
    here.generation = 7;
    const auto laid_down = [](std::uint64_t generation, DataState data = DataState::current, Role role = Role::none) {
        return SeenNode{"b", false, true, SaidCopy{role, data, generation, 0}, 7};
    };
    EXPECT_TRUE(has_no_more(laid_down(7), here));
    EXPECT_FALSE(has_no_more(laid_down(8), here)) << "it went on without this one";
    EXPECT_FALSE(has_no_more(laid_down(7, DataState::inconsistent), here));
    EXPECT_FALSE(has_no_more(laid_down(7, DataState::current, Role::target), here));
    EXPECT_FALSE(has_no_more(SeenNode{"b"}, here));
    expect_error(ExitStatus::needs_force, {"node b has a copy of volume home with writes that this one lacks", "--force"},
                 [&] { require_promotable("home", here, {laid_down(8)}, {}, false); });
}

// Whose answer to a handover can still come.
TEST(Roles, WhoHasNoCopyNeverAnswersAHandover)
{
    const auto says = [](Role role) { return SeenNode{"b", false, true, SaidCopy{role, DataState::current}}; };
    EXPECT_TRUE(says(Role::source).takes_part());
    EXPECT_TRUE(says(Role::target).takes_part());
    EXPECT_TRUE((SeenNode{"b", true}).takes_part());
    EXPECT_FALSE(says(Role::none).takes_part());
    EXPECT_FALSE((SeenNode{"b", false, true}).takes_part()) << "no daemon, or no volume";
}

// What is said of it: seconds as this node knows them, and never a number of bytes that nobody knows.
TEST(Roles, WhatACopyLacksIsSaid)
{
    constexpr std::uint64_t second = 1'000'000'000, now = 1000 * second;
    nl::VolumeRecord here;
    nl::MirrorRecord mirror;
    here.data = DataState::current;
    mirror.state = MirrorState::paused;
    mirror.since = now - 200 * second;
    const auto sync = missing_in(here, mirror, "b", false, now);
    EXPECT_EQ(sync.seconds, 200u);
    EXPECT_FALSE(sync.bytes);
    EXPECT_NE(sync.text.find("at least 3 min 20 s"), std::string::npos) << sync.text;
    EXPECT_NE(sync.text.find("every write that had returned before that is here"), std::string::npos) << sync.text;
    EXPECT_NE(sync.text.find("only node b knows"), std::string::npos) << sync.text;
    mirror.mode = Mode::async;
    EXPECT_NE(missing_in(here, mirror, "b", false, now).text.find("on its way"), std::string::npos);
    mirror.since = now + second; // a clock that was set back
    EXPECT_EQ(missing_in(here, mirror, "b", false, now).seconds, 0u);
    const auto nothing = missing_in(here, mirror, "b", true, now);
    EXPECT_EQ(nothing.bytes, 0u);
    EXPECT_EQ(nothing.text, "");
    here.data = DataState::outdated;
    here.data_since = now - 50 * second;
    EXPECT_EQ(missing_in(here, mirror, "b", true, now).seconds, 50u);
    here.data = DataState::unknown;
    EXPECT_FALSE(missing_in(here, mirror, "b", false, now).seconds);
}
