// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the kernel's records mean: levels, exit statuses, advice, progress.
#include "ops/status/check.hpp"
#include "ops/status/counters.hpp"
#include "ops/status/report.hpp"
#include "ops/volume/remove.hpp"

#include "samples.hpp"

#include <gtest/gtest.h>
#include <set>

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

nl::MirrorRecord mirror(MirrorState state, Reason reason = Reason::none)
{
    nl::MirrorRecord record;
    record.state = state;
    record.reason = reason;
    record.total_blocks = 1000;
    return record;
}

} // namespace

TEST(Level, OfEachState)
{
    EXPECT_EQ(level_of(mirror(MirrorState::mirroring)), Level::ok);
    EXPECT_EQ(level_of(mirror(MirrorState::resync)), Level::resyncing);
    EXPECT_EQ(level_of(mirror(MirrorState::paused, Reason::user)), Level::degraded);
    EXPECT_EQ(level_of(mirror(MirrorState::paused, Reason::maintenance)), Level::maintenance);
    EXPECT_EQ(level_of(mirror(MirrorState::broken, Reason::user)), Level::degraded);
    EXPECT_EQ(level_of(mirror(MirrorState::invalid)), Level::unknown);
    EXPECT_EQ(level_of(mirror(MirrorState::paused, Reason::split_brain)), Level::split_brain);
}

// A source that came up with two mirrors, of which c has agreed.
VolumeStatus booting(Boot boot, Heard of_b, BootAlone alone = BootAlone::safe)
{
    auto volume = active(Role::source, LockReason::wait_peer);
    volume.record->boot = boot;
    volume.mirrors.resize(2);
    for (auto& mirror : volume.mirrors) {
        mirror.node = &mirror == &volume.mirrors[0] ? "b" : "c";
        mirror.record.heard = mirror.node == "b" ? of_b : Heard::agreed;
        mirror.record.boot_wait_s = 30;
        mirror.record.boot_alone = alone;
    }
    return volume;
}

// Every role with every lock: a target never fails, an open source serves, and only a person's or a changeover's lock is no failure.
TEST(Check, OfEveryRoleAndLock)
{
    const std::set<LockReason> no_failure{LockReason::user, LockReason::wait_peer, LockReason::handed_over,
                                          LockReason::handing_over};
    for (const auto& [lock, word] : Words<LockReason>::table) {
        EXPECT_EQ(service_of(active(Role::target, lock)).service, Service::standby) << word;
        EXPECT_EQ(service_of(active(Role::none, lock)).service, Service::standby) << word;
        const auto source = service_of(active(Role::source, lock)).service;
        EXPECT_EQ(source, lock == LockReason::none      ? Service::active
                          : no_failure.contains(lock) ? Service::standby
                                                      : Service::failed) << word;
    }
}

TEST(Check, ASourceThatStaysLockedAfterBootWaitHasFailedUnlessThatWasChosen)
{
    EXPECT_EQ(service_of(booting(Boot::waits, Heard::nothing)).service, Service::standby);
    EXPECT_EQ(service_of(booting(Boot::stays, Heard::nothing)).service, Service::failed);
    EXPECT_EQ(service_of(booting(Boot::stays, Heard::nothing, BootAlone::locked)).service, Service::standby);
}

// SPEC 5 has no exit status for it, so the words have to name it; also beside a copy that is no source any more.
TEST(Check, NamesASplitBrain)
{
    for (const auto role : {Role::source, Role::target}) {
        auto volume = active(role, role == Role::source ? LockReason::none : LockReason::target);
        volume.mirrors.emplace_back();
        volume.mirrors[0].node = "b";
        volume.mirrors[0].record = mirror(MirrorState::paused, Reason::split_brain);
        volume.mirrors[0].level = level_of(volume.mirrors[0].record);
        const auto state = service_of(volume);
        EXPECT_EQ(state.service, role == Role::source ? Service::active_degraded : Service::standby);
        EXPECT_TRUE(state.reason.starts_with("split brain with node b")) << state.reason;
        EXPECT_NE(state.reason.find("mirrorctl split-brain show home"), std::string::npos) << state.reason;
    }
}

TEST(Check, OfASourceInTrouble)
{
    auto volume = active(Role::source, LockReason::none);
    volume.mirrors.emplace_back();
    volume.mirrors[0].node = "b";
    for (const auto& [level, service] : {std::pair(Level::ok, Service::active),
                                        {Level::resyncing, Service::active_degraded},
                                        {Level::degraded, Service::active_degraded},
                                        {Level::split_brain, Service::active_degraded},
                                        {Level::maintenance, Service::maintenance}}) {
        volume.mirrors[0].level = level;
        EXPECT_EQ(service_of(volume).service, service) << to_string(level);
    }
    volume.record->meta_error = 5;
    volume.record->meta_way = MetaWay::go_on;
    EXPECT_EQ(service_of(volume).service, Service::active_degraded);
    volume.record->meta_way = MetaWay::stop;
    EXPECT_EQ(service_of(volume).service, Service::failed);
    volume.record.reset();
    EXPECT_EQ(service_of(volume).service, Service::failed) << "not active";
    volume.error = "unreadable";
    EXPECT_EQ(service_of(volume).service, Service::cannot_tell);
}

TEST(Level, PendingIsDegradedUntilTheLinkIsThere)
{
    auto record = mirror(MirrorState::resync_pending);
    EXPECT_EQ(level_of(record), Level::degraded);
    record.link = LinkState::up;
    EXPECT_EQ(level_of(record), Level::resyncing);
}

TEST(Level, OfAVolumeIsItsWorst)
{
    auto volume = active(Role::source, LockReason::none);
    EXPECT_EQ(level_of(volume), Level::ok);
    volume.mirrors.resize(2);
    volume.mirrors[0].level = Level::ok;
    volume.mirrors[1].level = Level::resyncing;
    EXPECT_EQ(level_of(volume), Level::resyncing);
}

TEST(Level, ALockedSourceIsDegradedButForAPersonsLock)
{
    EXPECT_EQ(level_of(active(Role::source, LockReason::wait_peer)), Level::degraded);
    EXPECT_EQ(level_of(active(Role::source, LockReason::user)), Level::ok);
    EXPECT_EQ(level_of(active(Role::target, LockReason::target)), Level::ok);
}

TEST(Level, AnInactiveVolumeIsDegraded)
{
    VolumeStatus volume;
    EXPECT_EQ(level_of(volume), Level::degraded);
}

TEST(Level, ExitStatusesOfTheContract)
{
    EXPECT_EQ(static_cast<int>(exit_status_of(Level::ok)), 0);
    EXPECT_EQ(static_cast<int>(exit_status_of(Level::maintenance)), 20);
    EXPECT_EQ(static_cast<int>(exit_status_of(Level::resyncing)), 21);
    EXPECT_EQ(static_cast<int>(exit_status_of(Level::degraded)), 22);
    EXPECT_EQ(static_cast<int>(exit_status_of(Level::unknown)), 23);
    EXPECT_EQ(static_cast<int>(exit_status_of(Level::split_brain)), 24);
}

TEST(Advice, NamesTheNextCommand)
{
    const auto paused = advice_for(mirror(MirrorState::paused, Reason::user), Role::source, "home", "b");
    EXPECT_NE(paused.find("mirrorctl continue home@b"), std::string::npos);
    const auto broken = advice_for(mirror(MirrorState::broken), Role::source, "home", "b");
    const auto cut = advice_for(mirror(MirrorState::paused, Reason::link_lost), Role::source, "home", "b");
    EXPECT_NE(cut.find("writes here are queued for it"), std::string::npos);
    const auto behind = advice_for(mirror(MirrorState::paused, Reason::link_lost), Role::target, "home", "b");
    EXPECT_EQ(behind.find("writes here"), std::string::npos);
    EXPECT_NE(behind.find("may have been written since"), std::string::npos);
    auto lacking = mirror(MirrorState::paused, Reason::link_lost);
    lacking.dirty_blocks = 7;
    EXPECT_NE(advice_for(lacking, Role::source, "home", "b").find("do not count on it"), std::string::npos);
    auto sending = mirror(MirrorState::resync_pending);
    sending.link = LinkState::up;
    sending.queue_length = 3;
    EXPECT_NE(advice_for(sending, Role::source, "home", "b").find("this is no resync"), std::string::npos);
    const auto mute = advice_for(mirror(MirrorState::resync_pending), Role::source, "home", "b");
    EXPECT_NE(mute.find("no link to node b"), std::string::npos);
    EXPECT_NE(broken.find("mirrorctl resync home@b --yes"), std::string::npos);
    EXPECT_EQ(advice_for(mirror(MirrorState::mirroring), Role::source, "home", "b"), "");
}

void expect_words(const std::string& text, std::initializer_list<const char*> words)
{
    for (const auto* word : words)
        EXPECT_NE(text.find(word), std::string::npos) << word << ": " << text;
    EXPECT_EQ(text.find("node c"), std::string::npos) << text;
}

// What the other node said of why it went, on either side of a mirror without a link.
TEST(Advice, APauseOnTheOtherNodeIsNoLostLink)
{
    for (const auto reason : {Reason::link_lost, Reason::peer_silent}) {
        auto record = mirror(MirrorState::paused, reason);
        EXPECT_FALSE(is_paused_there(record));
        record.peer_reason = Reason::shutdown;
        EXPECT_FALSE(is_paused_there(record));
        record.peer_reason = Reason::user;
        ASSERT_TRUE(is_paused_there(record));
        for (const auto role : {Role::source, Role::target}) {
            const auto text = advice_for(record, role, "home", "b");
            EXPECT_NE(text.find("paused on node b"), std::string::npos) << text;
            EXPECT_NE(text.find("mirrorctl continue home@b"), std::string::npos) << text;
            EXPECT_EQ(text.find("by themselves"), std::string::npos) << text;
        }
        record.link = LinkState::up;
        EXPECT_FALSE(is_paused_there(record)) << "it has come back";
    }
    auto waiting = mirror(MirrorState::resync_pending);
    waiting.peer_reason = Reason::user;
    EXPECT_TRUE(is_paused_there(waiting));
    auto own = mirror(MirrorState::paused, Reason::user);
    own.peer_reason = Reason::user;
    EXPECT_FALSE(is_paused_there(own)) << "what is the case here comes first";
    EXPECT_FALSE(is_paused_there(mirror(MirrorState::broken, Reason::user)));
}

TEST(Advice, OfALockedSourceSaysNothingOfWritesThatAreQueued)
{
    const auto cut = mirror(MirrorState::paused, Reason::link_lost);
    const auto text = advice_for(cut, Role::source, "home", "b", true);
    EXPECT_EQ(text.find("queued"), std::string::npos) << text;
    EXPECT_NE(text.find("Nothing can be written here"), std::string::npos) << text;
    auto volume = booting(Boot::stays, Heard::nothing);
    MirrorStatus status;
    status.node = "b";
    status.record = cut;
    judge(status, "home", volume.record);
    EXPECT_EQ(status.advice, text);
}

TEST(Advice, ATargetInTheMiddleOfAResyncIsOfNoUse)
{
    auto volume = active(Role::target, LockReason::target);
    volume.record->data = DataState::inconsistent;
    EXPECT_NE(advice_for(volume).find("of no use until"), std::string::npos);
    volume.record->data = DataState::current;
    EXPECT_EQ(advice_for(volume), "");
}

TEST(Advice, OfASourceThatCameUpNamesWhomItWaitsFor)
{
    auto saves = booting(Boot::refused, Heard::refused);
    saves.mirrors[0].record.lost_writes = LostWritesState::wanted;
    saves.mirrors[0].record.dirty_blocks = 16;
    expect_words(advice_for(saves), {"replaced by a newer source", "node b: at most 1.0 MiB", "keep-lost-writes=no"});
    expect_words(advice_for(booting(Boot::waits, Heard::nothing)),
                 {"waits for node b", "30 s (boot-wait)", "boot-alone (safe)", "mirrorctl up --as-source home"});
    expect_words(advice_for(booting(Boot::stays, Heard::nothing)),
                 {"stays locked: node b", "not heard within 30 s", "boot-alone is safe", "mirrorctl up --as-source home"});
    expect_words(advice_for(booting(Boot::stays, Heard::nothing, BootAlone::locked)), {"boot-alone is locked"});
    expect_words(advice_for(booting(Boot::refused, Heard::refused)),
                 {"stays locked: node b was heard", "mirrorctl advise home", "mirrorctl up --as-source home"});
    expect_words(advice_for(booting(Boot::alone, Heard::nothing)), {"without node b"});
    expect_words(advice_for(booting(Boot::opens, Heard::agreed)), {"opens as soon as"});
    EXPECT_NE(advice_for(active(Role::source, LockReason::wait_peer)), "");
}

TEST(Advice, IsThereForEveryReason)
{
    for (const auto& word : Words<Reason>::table) {
        if (word.value == Reason::none)
            continue;
        const auto advice = advice_for(mirror(MirrorState::paused, word.value), Role::source, "home", "b");
        EXPECT_FALSE(advice.empty()) << word.text;
        EXPECT_EQ(advice.find_first_of("{}"), std::string::npos) << advice;
    }
}

TEST(Advice, AVolumeThatWasWrittenBehindItsBack)
{
    const auto advice = advice_for(active(Role::source, LockReason::foreign_write));
    EXPECT_NE(advice.find("mirrorctl up --as-source home"), std::string::npos);
    EXPECT_NE(advice.find("full resync"), std::string::npos);
    EXPECT_EQ(advice_for(active(Role::target, LockReason::target)), "");
}

TEST(Advice, MetadataThatCannotBeWritten)
{
    auto volume = active(Role::source, LockReason::none);
    volume.name = "home";
    volume.meta_path = "/dev/vg/home-meta";
    volume.record->meta_error = 5;
    EXPECT_EQ(level_of(volume), Level::degraded);
    const auto parts = [&](MetaWay way) {
        volume.record->meta_way = way;
        const auto advice = advice_for(volume);
        EXPECT_NE(advice.find("volume home"), std::string::npos) << advice;
        EXPECT_NE(advice.find("device /dev/vg/home-meta"), std::string::npos) << advice;
        return advice;
    };
    for (const auto& [way, part] : {std::pair{MetaWay::stop, "without a durable intent fail"},
                                    {MetaWay::wait, "10 s at most"},
                                    {MetaWay::go_on, "the only copy"}})
        EXPECT_NE(parts(way).find(part), std::string::npos) << part;
    EXPECT_NE(parts(MetaWay::stop).find("mirrorctl down home, mirrorctl up home"), std::string::npos);
    EXPECT_NE(parts(MetaWay::go_on).find("full resync"), std::string::npos);
    volume.record->role = Role::target;
    EXPECT_NE(parts(MetaWay::stop).find("takes nothing more"), std::string::npos);
}

TEST(Advice, AResyncThatWaitsForItsTurn)
{
    auto record = mirror(MirrorState::resync_pending);
    record.link = LinkState::up;
    record.resync.waits_for = ResyncWait::turn;
    EXPECT_EQ(level_of(record), Level::resyncing);
    EXPECT_NE(advice_for(record, Role::source, "home", "b").find("parallel-resyncs"), std::string::npos);
}

TEST(Advice, AFileThatCannotBeRead)
{
    VolumeStatus volume;
    volume.name = "home";
    volume.error = "/etc/mirror-net/volumes/home.toml: line 3";
    EXPECT_EQ(level_of(volume), Level::unknown);
    EXPECT_NE(advice_for(volume).find("home.toml: line 3"), std::string::npos);
    auto there = active(Role::source, LockReason::none);
    there.error = volume.error;
    EXPECT_EQ(level_of(there), Level::unknown);
    EXPECT_NE(advice_for(there).find("It is active"), std::string::npos);
}

TEST(Advice, AVolumeWhoseCreationDidNotEnd)
{
    const auto volume = active(Role::none, LockReason::user);
    EXPECT_EQ(level_of(volume), Level::degraded);
    EXPECT_NE(advice_for(volume).find("mirrorctl release home"), std::string::npos);
}

namespace {

MirrorStatus judged(const nl::MirrorRecord& record, Role role,
                    LockReason lock = LockReason::none)
{
    MirrorStatus status;
    status.node = "b";
    status.record = record;
    judge(status, "home", active(role, lock).record);
    return status;
}

nl::MirrorRecord full_needed(MirrorState state, std::uint64_t base)
{
    auto record = mirror(state, state == MirrorState::paused ? Reason::link_lost : Reason::none);
    record.full_needed = true;
    record.base_generation = base;
    return record;
}

} // namespace

TEST(NextResync, IsFullForAReason)
{
    const auto paused = full_needed(MirrorState::paused, 7);
    const std::pair<MirrorStatus, const char*> cases[] = {
        {judged(mirror(MirrorState::broken), Role::source), "broken"},
        {judged(mirror(MirrorState::paused, Reason::rolled_back), Role::source), "older image"},
        {judged(full_needed(MirrorState::paused, 0), Role::source), "never been in sync"},
        {judged(full_needed(MirrorState::paused, 0), Role::target), "this copy has never"},
        {judged(paused, Role::source, LockReason::foreign_write), "data device was written"},
        {judged(paused, Role::source), "a full resync was asked for"},
        {judged(paused, Role::target), "written while the volume was not active"}};
    for (const auto& [status, part] : cases) {
        EXPECT_EQ(status.partial, Partial::no) << part;
        EXPECT_NE(status.full_because.find(part), std::string::npos) << status.full_because;
    }
}

TEST(NextResync, IsPartialWhereNothingSpeaksAgainstIt)
{
    auto lost = mirror(MirrorState::paused, Reason::link_lost);
    EXPECT_EQ(judged(lost, Role::source).partial, Partial::yes);
    EXPECT_EQ(judged(lost, Role::source).full_because, "");
    EXPECT_EQ(judged(lost, Role::target).partial, Partial::unknown) << "its source knows";
    lost.link = LinkState::up;
    EXPECT_EQ(judged(lost, Role::target).partial, Partial::yes);
}

// While create makes the bitmap, the metadata asks for a full resync in case it does not end.
TEST(NextResync, IsNotKnownWhileTheBitmapIsMade)
{
    auto building = full_needed(MirrorState::resync_pending, 0);
    building.link = LinkState::unwanted;
    EXPECT_EQ(judged(building, Role::source).partial, Partial::unknown);
}

TEST(Disconnected, IsATargetWithoutItsSource)
{
    const auto lost = mirror(MirrorState::paused, Reason::link_lost);
    EXPECT_TRUE(judged(lost, Role::target).disconnected);
    EXPECT_FALSE(judged(lost, Role::source).disconnected);
    EXPECT_FALSE(judged(mirror(MirrorState::paused, Reason::user), Role::target).disconnected);
    EXPECT_FALSE(judged(mirror(MirrorState::mirroring), Role::target).disconnected);
}

// Before a mirror is deleted: what the copy that stays behind is good for.
TEST(Worth, OfACopyThatIsNotEqualIsSaid)
{
    auto volume = active(Role::source, LockReason::none);
    volume.mirrors.resize(2);
    volume.mirrors[0].node = "b";
    volume.mirrors[0].record = mirror(MirrorState::mirroring);
    volume.mirrors[1].node = "c";
    volume.mirrors[1].record = mirror(MirrorState::paused, Reason::user);
    EXPECT_EQ(worth_without_mirror(volume, ""), "");
    volume.mirrors[1].record.dirty_blocks = 842;
    EXPECT_NE(worth_without_mirror(volume, "").find("node c is not up to date"), std::string::npos);
    EXPECT_EQ(worth_without_mirror(volume, "b"), "");
    volume.mirrors[0].record.state = MirrorState::resync;
    EXPECT_NE(worth_without_mirror(volume, "b").find("of no use"), std::string::npos);
    volume.record->role = Role::target;
    EXPECT_EQ(worth_without_mirror(volume, ""), "") << "that is this node's own copy";
}

TEST(Progress, OfAResync)
{
    MirrorStatus status;
    status.record = mirror(MirrorState::resync);
    status.record.resync.begun = 400;
    status.record.resync.sent = 300;
    status.record.resync.elapsed_ms = 3000;
    status.record.dirty_blocks = 100;
    EXPECT_DOUBLE_EQ(status.percent().value(), 75.0);
    EXPECT_EQ(status.bytes_per_second().value(), 100U * 65536);
    EXPECT_EQ(status.seconds_left().value(), 1U);
}

// What was compared and found equal is done, and is not sent.
TEST(Progress, OfAVerify)
{
    MirrorStatus status;
    status.record = mirror(MirrorState::resync);
    status.record.resync.begun = 400;
    status.record.resync.compared = 310;
    status.record.resync.differed = 20;
    status.record.resync.sent = 10;
    status.record.resync.elapsed_ms = 3000;
    status.record.dirty_blocks = 100;
    EXPECT_EQ(status.bytes_per_second().value(), 100U * 65536);
    EXPECT_EQ(status.seconds_left().value(), 1U);
}

TEST(Progress, NeverLeavesItsBounds)
{
    MirrorStatus status;
    status.record = mirror(MirrorState::resync);
    status.record.resync.begun = 10;
    status.record.dirty_blocks = 20; // new ones became dirty
    EXPECT_DOUBLE_EQ(status.percent().value(), 0.0);
    EXPECT_FALSE(status.bytes_per_second().has_value());
    status.record.state = MirrorState::mirroring;
    EXPECT_FALSE(status.percent().has_value());
}

TEST(Counters, TheEighteenOfTheContractComeFirst)
{
    constexpr std::string_view names[] = {
        "mirror elapsed time", "mirror state", "mirror type", "network reconnects",
        "queue byte limit", "queue current age", "queue current bytes", "queue current length",
        "queue high water", "queue low water", "resync reads", "resync current block",
        "resync dirty blocks", "resync elapsed time", "resync new writes", "resync pass",
        "resync total blocks", "resync phase"};
    auto record = mirror(MirrorState::paused);
    record.dirty_blocks = 7;
    const auto counters = counters_of(record);
    ASSERT_GE(counters.size(), std::size(names));
    for (std::size_t at = 0; at < std::size(names); at++)
        EXPECT_EQ(counters[at].name, names[at]);
    EXPECT_EQ(counters[1].value, 4);
    EXPECT_EQ(counters[12].value, 7);
}
