// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/errors.hpp"
#include "ops/change_there.hpp"
#include "ops/clock.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

#include <cerrno>
#include <stdexcept>

using namespace mirrornet;
using namespace mirrornet::ops;

TEST(Undo, TakesBackLatestFirst)
{
    std::string order;
    expect_error(ExitStatus::refused, {"it failed", "put back"}, [&] {
        whole_or_not_at_all([&](Undo& undo) {
            undo.add("first", [&] { order += "1"; });
            undo.add("second", [&] { order += "2"; });
            throw Error(ExitStatus::refused, "it failed");
        });
    });
    EXPECT_EQ(order, "21");
}

TEST(Undo, KeepsWhatSucceeded)
{
    bool undone = false;
    whole_or_not_at_all([&](Undo& undo) { undo.add("it", [&] { undone = true; }); });
    EXPECT_FALSE(undone);
}

TEST(Undo, SaysWhatCouldNotBeTakenBackAndGoesOn)
{
    bool first = false;
    expect_error(ExitStatus::partly_done, {"it failed", "could not remove x", "no way"}, [&] {
        whole_or_not_at_all([&](Undo& undo) {
            undo.add("first", [&] { first = true; });
            undo.add("remove x", [] { throw Error(ExitStatus::internal, "no way"); });
            throw Error(ExitStatus::refused, "it failed");
        });
    });
    EXPECT_TRUE(first);
}

// A library throws what it likes: nothing half-built stays.
TEST(Undo, SaysWhatIsLost)
{
    const auto fail = [](Undo& undo) {
        undo.add("put it back", [] {});
        undo.lose("the content of /dev/x on node b is erased");
        throw Error(ExitStatus::refused, "no");
    };

    expect_error(ExitStatus::partly_done,
                 {"no; everything else was put back", "but the content of /dev/x on node b is erased"},
                 [&] { whole_or_not_at_all(fail); });
    // the same, reported by the other node: nothing of it is taken back in words
    const auto passed_on = [&](Undo&) { whole_or_not_at_all(fail); };
    expect_error(ExitStatus::partly_done, {"is erased; everything else was put back"},
                 [&] { whole_or_not_at_all(passed_on); });
}

TEST(Undo, TakesBackAfterWhatIsNoErrorToo)
{
    bool undone = false;
    expect_error(ExitStatus::internal, {"no such key", "put back"}, [&] {
        whole_or_not_at_all([&](Undo& undo) {
            undo.add("it", [&] { undone = true; });
            throw std::out_of_range("no such key");
        });
    });
    EXPECT_TRUE(undone);
    expect_error(ExitStatus::partly_done, {"no such key", "no way"}, [&] {
        whole_or_not_at_all([&](Undo& undo) {
            undo.add("it", [] { throw std::runtime_error("no way"); });
            throw std::out_of_range("no such key");
        });
    });
}

TEST(Undo, WhatCannotBeTakenBackSaysHowFarItCame)
{
    EXPECT_NO_THROW(finish_after("it is removed", [] {}));
    expect_error(ExitStatus::partly_done, {"it is removed", "no way", "repeat"}, [] {
        finish_after("it is removed", [] { throw std::runtime_error("no way"); });
    });
}

// What another node did after its answer was lost is put back; what was never asked, or refused, is not.
TEST(ChangeThere, IsTakenBackAlsoWhereTheAnswerWasLost)
{
    const auto times_back = [](const std::function<void()>& there, ExitStatus status) {
        int back = 0;
        expect_error(status, {"put back"}, [&] {
            whole_or_not_at_all([&](Undo& undo) {
                change_there(undo, "put it back", there, [&] { back++; });
                throw Error(ExitStatus::exists, "later");
            });
        });
        return back;
    };

    EXPECT_EQ(times_back([] {}, ExitStatus::exists), 1);
    EXPECT_EQ(times_back([] { throw Error(ExitStatus::timed_out, "no answer"); }, ExitStatus::timed_out), 1);
    EXPECT_EQ(times_back([] { throw Error(ExitStatus::unreachable, "it ended the connection"); }, ExitStatus::unreachable), 1);
    EXPECT_EQ(times_back([] { throw NotAsked(ExitStatus::unreachable, "no connection"); }, ExitStatus::unreachable), 0);
    EXPECT_EQ(times_back([] { throw Error(ExitStatus::refused, "no"); }, ExitStatus::refused), 0);
}

TEST(OperationLock, TheSecondIsToldOfTheFirst)
{
    const ScratchDir dir;
    {
        const OperationLock first("home", "create", dir.path());
        expect_error(ExitStatus::in_use, {"home", "create", "process"},
                     [&] { OperationLock("home", "pause", dir.path()); });
        EXPECT_NO_THROW(OperationLock("other", "pause", dir.path()));
    }
    EXPECT_NO_THROW(OperationLock("home", "pause", dir.path()));
}

TEST(Clock, AmountsAndDurations)
{
    EXPECT_EQ(amount(512), "512 B");
    EXPECT_EQ(amount(1536), "1.5 KiB");
    EXPECT_EQ(amount(std::uint64_t{8} << 30), "8.0 GiB");
    EXPECT_EQ(duration(45), "45 s");
    EXPECT_EQ(duration(200), "3 min 20 s");
    EXPECT_EQ(duration(7500), "2 h 5 min");
    EXPECT_EQ(local_time(0), "-");
}

TEST(KernelErrors, HaveTheStatusOfTheContract)
{
    const auto status = [](int error) {
        return static_cast<int>(nl::Refusal(MN_CMD_VOLUME_LOCK, error, "why").status());
    };
    EXPECT_EQ(status(ESTALE), 3);
    EXPECT_EQ(status(EROFS), 3);
    EXPECT_EQ(status(EFBIG), 3);
    EXPECT_EQ(status(EMEDIUMTYPE), 3);
    EXPECT_EQ(status(EBADF), 3);
    EXPECT_EQ(status(EEXIST), 4);
    EXPECT_EQ(status(ENODEV), 5);
    EXPECT_EQ(status(EBUSY), 6);
    EXPECT_EQ(status(EPERM), 9);
    EXPECT_EQ(status(EIO), 1);
}

TEST(KernelErrors, SayWhatWasTriedAndTheModulesOwnReason)
{
    EXPECT_STREQ(nl::Refusal(MN_CMD_VOLUME_LOCK, EBUSY, "2 openers").what(),
                 "the kernel could not lock the volume: 2 openers");
    const nl::Refusal named(nl::Refusal(MN_CMD_MIRROR_PAUSE, EIO, "no disk"), "volume home");
    EXPECT_STREQ(named.what(), "the kernel could not pause the mirror (volume home): no disk");
    EXPECT_EQ(named.status(), ExitStatus::internal);
}
