// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `advise`: every combination of role, lock, data state, relation and reach of two nodes, with
// each state of the mirror that matters, against rules over what may be advised.
#include "ops/advise/advise.hpp"

#include "mirrorctl/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <set>
#include <sstream>

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

struct MirrorCase {
    MirrorState state;
    Reason reason;
    LinkState link;
};

constexpr MirrorCase mirror_cases[] = {
    {MirrorState::mirroring, Reason::none, LinkState::up},
    {MirrorState::resync, Reason::none, LinkState::up},
    {MirrorState::resync_pending, Reason::none, LinkState::up},
    {MirrorState::paused, Reason::user, LinkState::up},
    {MirrorState::paused, Reason::link_lost, LinkState::none},
    {MirrorState::paused, Reason::split_brain, LinkState::none},
    {MirrorState::paused, Reason::rolled_back, LinkState::none},
    {MirrorState::broken, Reason::user, LinkState::unwanted},
    {MirrorState::none, Reason::none, LinkState::unwanted},
};

CopyView copy_of(const char* node, Role role, LockReason lock, DataState data, const MirrorCase& mirror)
{
    CopyView copy;
    copy.node = node;
    copy.role = role;
    copy.lock = lock;
    copy.data = data;
    copy.state = mirror.state;
    copy.reason = mirror.reason;
    copy.link = mirror.link;
    return copy;
}

template <typename F> void for_each_copy(const char* node, const MirrorCase& mirror, F action)
{
    for (const auto& role : Words<Role>::table)
        for (const auto& lock : Words<LockReason>::table)
            for (const auto& data : Words<DataState>::table)
                action(copy_of(node, role.value, lock.value, data.value, mirror));
}

// What one step may do, told apart from how it came to be advised.
class Judge {
public:
    Judge(const PairFacts& facts, const Step& step) : facts_(facts), step_(step)
    {
        std::istringstream words(step.command);
        words >> verb_ >> volume_;
    }

    std::string fault() const
    {
        if (step_.node != facts_.here.node && !facts_.there)
            return "on a node that does not answer";
        const bool decided = !step_.condition.empty();
        if (verb_ == "status" || verb_ == "endpoint" || verb_ == "node" || verb_ == "up" || verb_ == "switchover" ||
            (verb_ == "split-brain" && volume_ == "show"))
            return has("--as-source") ? opens(decided) : "";
        if (verb_ == "promote")
            return promotes(decided);
        if (verb_ == "unlock")
            return opens(decided);
        if (verb_ == "continue" || verb_ == "resync" || verb_ == "split-brain")
            return overwrites(decided);
        return decided ? "" : "not without a person";
    }

private:
    bool has(const char* word) const { return step_.command.find(word) != std::string::npos; }
    bool is_here() const { return step_.node == facts_.here.node; }
    const CopyView& own() const { return is_here() ? facts_.here : *facts_.there; }
    const CopyView* other() const { return !is_here() ? &facts_.here : facts_.there ? &*facts_.there : nullptr; }
    bool is_older() const
    {
        return facts_.relation == (is_here() ? Relation::there_newer : Relation::here_newer);
    }
    bool is_equal_or_newer() const
    {
        return facts_.relation == Relation::same ||
               facts_.relation == (is_here() ? Relation::here_newer : Relation::there_newer);
    }

    std::string promotes(bool decided) const
    {
        if (own().role == Role::source && own().lock != LockReason::handed_over)
            return is_older() ? "an older copy" : "";
        if (other() && other()->role == Role::source)
            return "a second source";
        if (facts_.reach == Reach::alive)
            return "beside a node that lives and was not asked";
        if (own().data == DataState::inconsistent && own().role != Role::source &&
            step_.condition.find("inconsistent") == std::string::npos)
            return "an inconsistent copy, without saying so";
        if (decided)
            return is_older() && step_.condition.find("given up") == std::string::npos ? "newer data, without saying so" : "";
        return !other() || has("--force") || own().data != DataState::current || own().written || !is_equal_or_newer()
                   ? "without a person"
                   : "";
    }

    std::string opens(bool decided) const
    {
        if (own().role != Role::source)
            return "no source";
        if (other() && other()->role == Role::source)
            return "a second source";
        if (is_older())
            return "an older copy";
        return decided || (other() && is_equal_or_newer()) ? "" : "without a person";
    }

    std::string overwrites(bool decided) const
    {
        if (decided)
            return step_.condition.find("overwrit") == std::string::npos &&
                           step_.condition.find("given up") == std::string::npos
                       ? "overwrites, without saying so"
                       : newer_target() ? "newer data" : "";
        const auto* target = facts_.here.role == Role::target ? &facts_.here : other();
        if (!facts_.there || !target || target->role != Role::target || facts_.relation == Relation::unknown ||
            facts_.relation == Relation::parted || newer_target())
            return "what is not known to be older";
        return target->written || target->lock == LockReason::none ? "a target that may have been written" : "";
    }

    bool newer_target() const
    {
        return verb_ != "split-brain" && ((facts_.here.role == Role::target && facts_.relation == Relation::here_newer) ||
                                          (facts_.there && facts_.there->role == Role::target &&
                                           facts_.here.role == Role::source && facts_.relation == Relation::there_newer));
    }

    const PairFacts& facts_;
    const Step& step_;
    std::string verb_, volume_;
};

std::string shown(const CopyView& copy)
{
    return fmt::format("{} {} {} {} {} {} {}", copy.node, to_string(copy.role), to_string(copy.lock),
                       to_string(copy.data), to_string(copy.state), to_string(copy.reason), copy.written ? "written" : "");
}

std::string shown(const PairFacts& facts)
{
    return shown(facts.here) + " | " + (facts.there ? shown(*facts.there) : std::string(to_string(facts.reach))) + " | " +
           std::string(to_string(facts.relation));
}

struct Seen {
    std::set<Situation> situations;
    std::set<std::string> commands;
    std::size_t count = 0;
    int faults = 0;

    void look(const PairFacts& facts)
    {
        const auto advice = advise(facts);
        count++;
        situations.insert(advice.situation);
        if (advice.text.empty() || (advice.steps.empty() && advice.situation != Situation::healthy))
            fault(facts, std::string(to_string(advice.situation)) + ": nothing is said");
        for (const auto& step : advice.steps) {
            commands.insert(step.command);
            if (const auto what = Judge(facts, step).fault(); !what.empty())
                fault(facts, step.node + ": " + step.command + ": " + what);
        }
    }

    void fault(const PairFacts& facts, const std::string& what)
    {
        if (faults++ < 5)
            ADD_FAILURE() << shown(facts) << "\n  " << what;
    }
};

PairFacts pair_of(const CopyView& here, Reach reach)
{
    PairFacts facts;
    facts.volume = "home";
    facts.here = here;
    facts.other = "b";
    facts.reach = reach;
    facts.failure = "no answer";
    return facts;
}

void look_at_all(Seen& seen, const CopyView& here, const CopyView& there)
{
    auto facts = pair_of(here, Reach::answers);
    facts.there = there;
    for (const auto& relation : Words<Relation>::table) {
        facts.relation = relation.value;
        seen.look(facts);
    }
}

void look_alone(Seen& seen, const CopyView& here)
{
    for (const auto reach : {Reach::without, Reach::alive, Reach::silent})
        seen.look(pair_of(here, reach));
}

void look_at_everything(Seen& seen)
{
    for (const auto& mirror : mirror_cases)
        for_each_copy("a", mirror, [&](const CopyView& here) {
            look_alone(seen, here);
            for_each_copy("b", mirror, [&](CopyView there) {
                look_at_all(seen, here, there);
                if (there.role != Role::target || there.lock != LockReason::target)
                    return;
                there.written = true;
                look_at_all(seen, here, there);
            });
        });
}

void look_at_troubles(Seen& seen)
{
    auto here = copy_of("a", Role::source, LockReason::none, DataState::current, mirror_cases[0]);
    const auto there = copy_of("b", Role::target, LockReason::target, DataState::current, mirror_cases[0]);
    for (const auto& reason : Words<Reason>::table) {
        here.state = MirrorState::paused;
        here.reason = reason.value;
        for (const auto link : {LinkState::up, LinkState::none}) {
            here.link = link;
            look_at_all(seen, here, there);
        }
    }
    here.meta_failed = true;
    look_at_all(seen, here, there);
    here.active = false;
    look_at_all(seen, here, there);
    look_alone(seen, here);
}

// Its options, too, are read as mirrorctl reads them; nothing is carried out.
void expect_verb(const std::string& command)
{
    ctl::Invocation invocation;
    CLI::App app;
    ctl::setup_all(app, invocation);
    EXPECT_NO_THROW(app.parse(command)) << command;
    EXPECT_TRUE(invocation.run) << command;
}

} // namespace

TEST(Advise, EveryCombinationHasASafeNextStep)
{
    Seen seen;
    look_at_everything(seen);
    look_at_troubles(seen);
    EXPECT_EQ(seen.faults, 0) << "of " << seen.count;
    EXPECT_GT(seen.count, 500000U);
    for (const auto& situation : Words<Situation>::table)
        EXPECT_TRUE(seen.situations.contains(situation.value)) << situation.text << " never comes";
    for (const auto& command : seen.commands)
        expect_verb(command);
}

TEST(Advise, TheNewerOneIsTheOneThatNamesTheOther)
{
    CopyView here, there;
    const auto relation = [&](std::uint64_t mine, std::uint64_t my_base, std::uint64_t its, std::uint64_t its_base) {
        here.generation = mine;
        here.base = here.old_base = my_base;
        there.generation = its;
        there.base = there.old_base = its_base;
        return relation_of(here, there);
    };
    EXPECT_EQ(relation(5, 5, 5, 5), Relation::same);
    EXPECT_EQ(relation(7, 5, 5, 5), Relation::here_newer) << "a source that lost its target";
    EXPECT_EQ(relation(5, 5, 8, 5), Relation::there_newer) << "a target that was promoted";
    EXPECT_EQ(relation(7, 5, 8, 5), Relation::parted) << "both";
    EXPECT_EQ(relation(7, 5, 8, 6), Relation::unknown);
    EXPECT_EQ(relation(7, 0, 8, 0), Relation::unknown) << "0 names none";
    EXPECT_EQ(relation(7, 8, 8, 7), Relation::unknown) << "each names the other";
    EXPECT_EQ(relation(0, 5, 5, 5), Relation::unknown);
}

TEST(Advise, SpeaksOfRealSituations)
{
    const auto source = copy_of("a", Role::source, LockReason::none, DataState::current, mirror_cases[0]);
    auto target = copy_of("b", Role::target, LockReason::target, DataState::current, mirror_cases[0]);
    auto facts = pair_of(source, Reach::answers);
    facts.there = target;
    facts.relation = Relation::same;
    EXPECT_EQ(advise(facts).situation, Situation::healthy);
    EXPECT_TRUE(advise(facts).steps.empty());
    facts.here.lag_bytes = 5 << 20;
    facts.here.lag_ms = 12'000;
    EXPECT_EQ(advise(facts).text.find("behind"), std::string::npos) << "sync: the writes wait";
    facts.here.async = true;
    EXPECT_EQ(advise(facts).situation, Situation::healthy);
    EXPECT_NE(advise(facts).text.find("5.0 MiB (12 s) behind"), std::string::npos) << advise(facts).text;

    facts.here.lock = LockReason::user;
    ASSERT_EQ(advise(facts).situation, Situation::locked_by_hand);
    EXPECT_EQ(advise(facts).steps.front().command, "unlock home");
    EXPECT_EQ(advise(facts).steps.front().condition, "");

    facts.here.role = Role::none;
    ASSERT_EQ(advise(facts).situation, Situation::demoted);
    EXPECT_EQ(advise(facts).steps.front().command, "promote home");
    EXPECT_EQ(advise(facts).steps.front().node, "a");
    facts.there->write_number = 1;
    EXPECT_EQ(advise(facts).steps.front().node, "b") << "it has more";
    facts.more_copies = true;
    EXPECT_EQ(advise(facts).steps.front().command, "status home --verbose") << "others were not looked at";

    auto gone = pair_of(target, Reach::silent);
    ASSERT_EQ(advise(gone).situation, Situation::source_gone);
    EXPECT_EQ(advise(gone).steps.back().command, "promote home");
    EXPECT_NE(advise(gone).steps.back().condition, "");
    gone.reach = Reach::alive;
    EXPECT_EQ(advise(gone).situation, Situation::peer_unheard);
}

TEST(Advise, ReadsWhatStatusSays)
{
    const json volume{{"active", true}, {"role", "target"}, {"lock_reason", "target"}, {"data_state", "current"},
                      {"generation", "00000000000000ff"}, {"write_number", 3}, {"written", true}, {"meta_error", 5},
                      {"mirrors", {{{"node", "c"}, {"state", "none"}, {"reason", "none"}, {"link", "unwanted"}},
                                   {{"node", "a"}, {"state", "paused"}, {"reason", "user"}, {"link", "none"},
                                    {"mode", "async"}, {"lag_bytes", 7}, {"lag_ms", 8},
                                    {"base_generation", "000000000000000a"}}}}};
    const auto copy = copy_view(volume, "b", "a");
    EXPECT_EQ(copy.generation, 255U);
    EXPECT_EQ(copy.base, 10U);
    EXPECT_EQ(copy.old_base, 0U) << "an earlier version does not say it";
    EXPECT_EQ(copy.state, MirrorState::paused);
    EXPECT_TRUE(copy.written && copy.meta_failed && copy.async);
    EXPECT_EQ(copy.lag_bytes, 7U);
    EXPECT_EQ(copy.lag_ms, 8U);
    EXPECT_FALSE(copy_view({{"active", false}}, "b", "a").active);
}
