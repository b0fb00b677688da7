// SPDX-License-Identifier: GPL-2.0-or-later
//
// Maintenance: who is in it, what a verb makes of the configuration, what it holds back.
#include "base/time.hpp"
#include "config/files.hpp"
#include "ops/config/diff.hpp"
#include "ops/config/maintain.hpp"
#include "ops/events/facts.hpp"
#include "ops/status/check.hpp"
#include "ops/volume/everywhere.hpp"
#include "ops/volume/in_force.hpp"

#include "expect_error.hpp"
#include "samples.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

constexpr std::uint64_t now = 1000;

std::optional<Maintenance> from_to(std::uint64_t since, std::uint64_t until)
{
    return Maintenance{"", since, until};
}

class Maintaining : public OneNode {
protected:
    using Kind = MaintenancePlace::Kind;
};

std::string boot_alone_in_force(const ConfigStore& store, std::string value)
{
    auto config = store.load_volume("home");
    config.options.set("boot-alone", value);
    return print_value(spec_of(Option::boot_alone), options_in_force(store, config, "b").get(Option::boot_alone));
}

} // namespace

// Each of the three on, over, or not said: that which ends last.
TEST(Maintenance, OfNodeJobAndVolume)
{
    const std::optional<Maintenance> all[] = {std::nullopt, from_to(1, 1000), from_to(1, 1001), from_to(1, 5000), from_to(1, 0)};
    NodeConfig node;
    JobConfig job;
    VolumeConfig volume;
    node.name = "a", job.name = "erp", volume.name = "home";
    for (const auto& n : all)
        for (const auto& j : all)
            for (const auto& v : all) {
                node.maintenance = n, job.maintenance = j, volume.maintenance = v;
                std::uint64_t last = 0;
                for (const auto& each : {n, j, v})
                    if (each && (each->until == 0 || each->until > now))
                        last = std::max(last, each->until ? each->until : UINT64_MAX);
                const auto found = maintenance_of(&node, &job, &volume, now);
                ASSERT_EQ(found.has_value(), last != 0);
                if (!found)
                    continue;
                EXPECT_EQ(found->what.until ? found->what.until : UINT64_MAX, last);
                EXPECT_TRUE(found->of == "node a" ? found->what == n : found->of == "job erp" ? found->what == j
                                                                                              : found->what == v) << found->of;
            }
    EXPECT_FALSE(maintenance_of(nullptr, nullptr, nullptr, now));
    EXPECT_EQ((InMaintenance{"job erp", {}}.command_to_end()), "mirrorctl maintenance off job:erp");
    EXPECT_EQ((InMaintenance{"volume home", {}}.command_to_end()), "mirrorctl maintenance off home");
    EXPECT_EQ((InMaintenance{"node a", {}}.command_to_end()), "mirrorctl maintenance off --node");
}

TEST(Maintenance, MakesSense)
{
    EXPECT_NO_THROW((Maintenance{"", 1, 0}.check()));
    EXPECT_NO_THROW((Maintenance{std::string(255, 'x'), 1, 2}.check()));
    for (const auto& wrong : {Maintenance{"", 0, 0}, Maintenance{"", 5, 5}, Maintenance{"two\nlines", 1, 0},
                              Maintenance{std::string(256, 'x'), 1, 0}, Maintenance{"", 1, UINT64_MAX}})
        EXPECT_THROW(wrong.check(), Error);
}

TEST_F(Maintaining, IsKeptInTheFilesAndEndsByAVerb)
{
    for (const auto& place : {MaintenancePlace{Kind::volume, "home"}, {Kind::job, "erp"}, {Kind::node, ""}}) {
        auto result = maintenance_on(store, place, {"new disks", 0});
        EXPECT_TRUE(result.changed) << result.of;
        ASSERT_TRUE(maintenance_now(store, "home")) << result.of;
        EXPECT_EQ(maintenance_now(store, "home")->of, result.of);
        EXPECT_EQ(maintenance_now(store, "home")->what.reason, "new disks");
        EXPECT_EQ(maintenance_now(store, "log").has_value(), place.kind != Kind::volume);
        EXPECT_EQ(maintenance_now(store).has_value(), place.kind == Kind::node);
        EXPECT_FALSE(maintenance_on(store, place, {"new disks", 0}).changed) << "again";
        EXPECT_TRUE(maintenance_on(store, place, {"", now_s() + 3600}).changed) << "something else";
        EXPECT_TRUE(maintenance_off(store, place).changed);
        EXPECT_FALSE(maintenance_now(store, "home")) << result.of;
        EXPECT_FALSE(maintenance_off(store, place).changed) << "again";
    }
    EXPECT_EQ(store.load_volume("home").version, 10u);
    EXPECT_EQ(store.load_job("erp").version, 6u);
    EXPECT_EQ(store.load_node().version, 4u);
}

TEST_F(Maintaining, BeganWhenItBegan)
{
    auto config = store.load_volume("home");
    config.maintenance = Maintenance{"first", 12345, 0};
    store.save(config);
    maintenance_on(store, {Kind::volume, "home"}, {"second", 0});
    EXPECT_EQ(store.load_volume("home").maintenance, (Maintenance{"second", 12345, 0}));
    config.maintenance = Maintenance{"over", 12345, 12346};
    store.save(config);
    EXPECT_FALSE(maintenance_off(store, {Kind::volume, "home"}).changed) << "it is over";
    maintenance_on(store, {Kind::volume, "home"}, {"anew", 0});
    EXPECT_GT(store.load_volume("home").maintenance->since, 12346u);
}

TEST_F(Maintaining, SaysWhoseGoesOn)
{
    maintenance_on(store, {Kind::volume, "home"}, {});
    maintenance_on(store, {Kind::job, "erp"}, {});
    EXPECT_EQ(maintenance_off(store, {Kind::volume, "home"}).still, std::set<std::string>{"job erp"});
    EXPECT_EQ(maintenance_off(store, {Kind::job, "erp"}).still, std::set<std::string>{});
}

TEST_F(Maintaining, RefusesWhatMakesNoSense)
{
    expect_error(ExitStatus::usage, {"is past"}, [&] { maintenance_on(store, {Kind::node, ""}, {"", now_s() - 1}); });
    expect_error(ExitStatus::usage, {"one line"}, [&] { maintenance_on(store, {Kind::node, ""}, {"a\nb", 0}); });
    expect_error(ExitStatus::not_found, {"no volume none"}, [&] { maintenance_on(store, {Kind::volume, "none"}, {}); });
    EXPECT_FALSE(store.load_node().maintenance);
}

// boot-alone=source opens without proof: that alone is held back, and what is configured stays.
TEST_F(Maintaining, HoldsBackWhatOpensWithoutProof)
{
    for (const char* value : {"source", "safe", "locked"})
        EXPECT_EQ(boot_alone_in_force(store, value), value);
    maintenance_on(store, {Kind::job, "erp"}, {});
    EXPECT_EQ(boot_alone_in_force(store, "source"), "safe");
    EXPECT_EQ(boot_alone_in_force(store, "safe"), "safe");
    EXPECT_EQ(boot_alone_in_force(store, "locked"), "locked");
    maintenance_off(store, {Kind::job, "erp"});
    EXPECT_EQ(boot_alone_in_force(store, "source"), "source");
}

// Other nodes take it over as they take over options, and `config diff` shows it.
TEST_F(Maintaining, IsNoOtherVolume)
{
    const auto before = store.load_volume("home");
    auto after = before;
    after.maintenance = Maintenance{"x", 1, 0};
    EXPECT_TRUE(same_but_options(before, after));
    const auto found = diff_volume(before, after, "b");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].key, "maintenance");
    EXPECT_EQ(found[0].here, "none");
    EXPECT_EQ(found[0].there, "since 1970-01-01T00:00:01Z: x");
    const auto job = store.load_job("erp");
    auto other = job;
    other.maintenance = after.maintenance;
    EXPECT_EQ(diff_job(job, other, "b").size(), 1u);
}

// Whatever the volume does, `check` says maintenance, and what it would say else.
TEST(Check, OfEveryRoleAndLockInMaintenance)
{
    for (const auto& [lock, word] : Words<LockReason>::table)
        for (const auto role : {Role::none, Role::source, Role::target}) {
            auto volume = active(role, lock);
            const auto without = service_of(volume);
            volume.maintenance = InMaintenance{"node a", {"new disks", 1, 0}};
            const auto state = service_of(volume);
            EXPECT_EQ(state.service, Service::maintenance) << word;
            EXPECT_NE(state.reason.find("node a"), std::string::npos) << state.reason;
            EXPECT_NE(state.reason.find("new disks"), std::string::npos) << state.reason;
            EXPECT_NE(state.reason.find(std::string(to_string(without.service))), std::string::npos) << state.reason;
        }
    VolumeStatus inactive;
    inactive.maintenance = InMaintenance{"node a", {"", 1, 0}};
    EXPECT_EQ(service_of(inactive).service, Service::maintenance);
}

// ... and `status` shows what is worse.
TEST(Level, OfMaintenanceAndWhatIsWorse)
{
    auto volume = active(Role::source, LockReason::none);
    volume.maintenance = InMaintenance{"node a", {"", 1, 0}};
    EXPECT_EQ(level_of(volume), Level::maintenance);
    volume.mirrors.emplace_back();
    for (const auto& [level, word] : Words<Level>::table) {
        volume.mirrors[0].level = level;
        EXPECT_EQ(level_of(volume), std::max(level, Level::maintenance)) << word;
    }
    StatusReport report;
    EXPECT_EQ(report.level(), Level::ok);
    report.maintenance = volume.maintenance;
    EXPECT_EQ(report.level(), Level::maintenance);
    report.errors = {"unreadable"};
    EXPECT_EQ(report.level(), Level::unknown);
}

TEST(Maintenance, EventsOfItsBeginAndEnd)
{
    VolumeConfig volume;
    volume.name = "home";
    volume.id = Uuid::random();
    const InMaintenance maintenance{"job erp", {"new disks", 1, 2}};
    const auto begun = announcement_of_maintenance(maintenance_begun(), "a", volume, maintenance);
    EXPECT_EQ(begun.line, "home: maintenance-begun (info): maintenance of the job erp has begun, until 1970-01-01T00:00:02Z: new disks");
    EXPECT_EQ(begun.volume, volume.id.to_string());
    const auto over = announcement_of_maintenance(maintenance_over(), "a", volume, maintenance);
    EXPECT_EQ(over.line, "home: maintenance-over (info): maintenance of the job erp is over: new disks");
}
