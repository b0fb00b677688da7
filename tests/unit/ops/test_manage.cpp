// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who manages a volume: what `manage` makes of the configuration, the defaults that follow, the advice.
#include "ops/advise/advise.hpp"
#include "ops/config/diff.hpp"
#include "ops/config/manage.hpp"
#include "ops/rpc.hpp"
#include "ops/volume/everywhere.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/managed.hpp"
#include "ops/volume/options.hpp"
#include "ops/volume/split_brain.hpp"
#include "ops/volume/split_rpc.hpp"

#include "expect_error.hpp"
#include "samples.hpp"

#include <algorithm>

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

class Manage : public OneNode {
protected:
    std::string in_force(Option option) const
    {
        return print_value(spec_of(option), options_in_force(store, store.load_volume("home"), "b").get(option));
    }
    // On a node that has a mirror to b, too; nobody is told.
    std::string shown(const std::string& name) const
    {
        const ScratchDir other;
        const ConfigStore there{other.path()};
        there.save(store.load_node());
        auto config = store.load_volume("home");
        config.nodes.push_back({"b", Uuid::random()});
        config.mirrors = {{"a", "b", OptionSet(scope_mirror)}};
        there.save(config);
        const auto value = get_options(there, Subject::parse("home"), {name}).at(0);
        return print_value(spec_of(value.option), value.value) + (value.is_default ? " (default)" : "");
    }

    // What node b is answered that asks for it.
    json asked(const std::string& method, json params) const
    {
        RpcDispatcher methods;
        register_ops_methods(methods, store);
        register_split_methods(methods, store);
        const RpcPeer b{"b", Uuid::random(), Permissions().with(Permission::operate)};
        return rpc_result(methods.answer(rpc_request(1, method, params), b), 1);
    }
};

} // namespace

TEST_F(Manage, IsKeptInTheConfiguration)
{
    EXPECT_TRUE(manage(store, Subject::parse("home"), "pacemaker").changed);
    EXPECT_EQ(store.load_volume("home").manager, "pacemaker");
    EXPECT_EQ(store.load_volume("home").version, 8u);
    EXPECT_FALSE(manage(store, Subject::parse("home"), "pacemaker").changed) << "again";
    expect_error(ExitStatus::refused, {"managed by pacemaker", "mirrorctl unmanage home"},
                 [&] { manage(store, Subject::parse("home"), "other"); });
    EXPECT_TRUE(manage(store, Subject::parse("home"), "").changed);
    EXPECT_FALSE(manage(store, Subject::parse("home"), "").changed) << "again";
    EXPECT_EQ(store.load_volume("home").version, 9u);
}

TEST_F(Manage, OfAJobAllOrNone)
{
    manage(store, Subject::parse("log"), "other");
    expect_error(ExitStatus::refused, {"volume log is managed by other"}, [&] { manage(store, Subject::parse("job:erp"), "pacemaker"); });
    EXPECT_EQ(store.load_volume("home").manager, "");
    manage(store, Subject::parse("log"), "");
    EXPECT_EQ(manage(store, Subject::parse("job:erp"), "pacemaker").volumes, (std::vector<std::string>{"home", "log"}));
    EXPECT_EQ(store.load_volume("home").manager, "pacemaker");
    EXPECT_EQ(store.load_volume("log").manager, "pacemaker");
}

TEST_F(Manage, RefusesWhatMakesNoSense)
{
    expect_error(ExitStatus::usage, {"manager"}, [&] { manage(store, Subject::parse("home"), "pace maker"); });
    expect_error(ExitStatus::usage, {"as a whole"}, [&] { manage(store, Subject::parse("home@b"), "pacemaker"); });
    expect_error(ExitStatus::not_found, {"none"}, [&] { manage(store, Subject::parse("none"), "pacemaker"); });
    EXPECT_NO_THROW(require_unmanaged(store, "none"));
    EXPECT_NO_THROW(require_unmanaged(store, "job:none"));
    EXPECT_NO_THROW(require_unmanaged(store, "home@b"));
}

// A node whose files do not name the manager, or whose programs are older, has let its verb through.
TEST_F(Manage, IsAskedForByOtherNodesToo)
{
    const json times{{"wait", 0}, {"drain", 1}};
    const auto with = [](json params, const json& more) { return params.update(more), params; };
    const std::pair<const char*, json> requests[] = {
        {"volume.switchover", with(times, {{"volume", "home"}, {"to", "b"}})},
        {"job.switchover", with(times, {{"job", "erp"}, {"to", "b"}})},
        {"volume.unlock", {{"volume", "home"}, {"read_only", false}, {"force", true}}},
        {"mirror.break", {{"volume", "home"}}},
        {"split.discard", {{"volume", "home"}, {"keep", SplitSide()}}},
        {"split.save-and-discard", {{"volume", "home"}, {"keep", SplitSide()}}},
        {"copy.dismantle", {{"volume", "home"}, {"id", Uuid::random().to_string()}, {"force", true}}},
    };
    manage(store, Subject::parse("home"), "pacemaker");
    for (const auto& [method, params] : requests) {
        SCOPED_TRACE(method);
        for (const auto& more : {json::object(), json{{"managers", {{"home", ""}}}}, json{{"managers", {{"home", "other"}}}}})
            expect_error(ExitStatus::refused, {"volume home is managed by pacemaker", "node b does not know", "nothing was changed"},
                         [&] { asked(method, with(params, more)); });
    }
    for (const auto& [method, params] : requests) // nobody is there to do it: it gets further, and ends otherwise
        if (std::string_view(method) != "copy.dismantle") {
            SCOPED_TRACE(method);
            try {
                asked(method, with_managers(store, {"home", "log"}, params));
                ADD_FAILURE() << "a volume without a module";
            } catch (const Error& error) {
                EXPECT_EQ(std::string(error.what()).find("managed"), std::string::npos) << error.what();
            }
        }
    const json read_only{{"volume", "home"}, {"read_only", true}, {"force", false}};
    EXPECT_THROW(asked("volume.unlock", read_only), Error);
    expect_error(ExitStatus::not_found, {}, [&] { asked("volume.unlock", read_only); });
}

// Both options, set or not, managed or not.
TEST_F(Manage, HasCarefulDefaultsUnlessTheyAreSet)
{
    EXPECT_EQ(in_force(Option::on_sync_loss), "continue");
    EXPECT_EQ(in_force(Option::boot_alone), "safe");
    manage(store, Subject::parse("home"), "pacemaker");
    EXPECT_EQ(in_force(Option::on_sync_loss), "fence");
    EXPECT_EQ(in_force(Option::boot_alone), "locked");
    EXPECT_EQ(shown("on-sync-loss"), "fence (default)");
    EXPECT_EQ(shown("boot-alone"), "locked (default)");
    for (const auto* value : {"safe", "source", "locked"}) {
        set_options(store, Subject::parse("home"), {OptionChange::parse(std::string("boot-alone=") + value)});
        EXPECT_EQ(in_force(Option::boot_alone), value);
        EXPECT_EQ(shown("boot-alone"), value);
    }
    set_options(store, Subject::parse("home"), {OptionChange::parse("on-sync-loss=continue")});
    EXPECT_EQ(in_force(Option::on_sync_loss), "continue");
    manage(store, Subject::parse("home"), "");
    set_options(store, Subject::parse("home"), {OptionChange::parse("boot-alone=default")});
    EXPECT_EQ(in_force(Option::boot_alone), "safe");
}

TEST_F(Manage, IsNoOtherVolume)
{
    const auto before = store.load_volume("home");
    auto after = before;
    after.manager = "pacemaker";
    EXPECT_TRUE(same_but_options(before, after));
    const auto found = diff_volume(before, after, "b");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].key, "manager");
}

TEST_F(Manage, AdviceIsForWhenTheManagerCannot)
{
    const Advice advice{Situation::no_source, "so it is",
                        {{"a", "promote home", ""}, {"b", "switchover home@a", "b is sure"}, {"a", "status home --verbose", ""},
                         {"a", "up home", ""}, {"a", "up home --as-source", "x"}, {"a", "pause home", ""}, {"a", "continue home@b", ""}}};
    const auto alone = under_manager(advice, "").steps;
    const auto managed = under_manager(advice, "pacemaker").steps;
    EXPECT_EQ(managed[0].command, "promote home --override-cluster");
    EXPECT_EQ(managed[0].condition, "pacemaker, which manages the volume, is stopped, or cannot do it");
    EXPECT_EQ(managed[1].condition, "b is sure, and pacemaker, which manages the volume, is stopped, or cannot do it");
    EXPECT_EQ(managed[4].command, "up home --as-source --override-cluster");
    for (const auto unchanged : {2u, 3u, 5u, 6u}) {
        EXPECT_EQ(managed[unchanged].command, advice.steps[unchanged].command);
        EXPECT_EQ(managed[unchanged].condition, advice.steps[unchanged].condition);
    }
    for (std::size_t at = 0; at < alone.size(); at++)
        EXPECT_EQ(alone[at].command, advice.steps[at].command);
}
