// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `status` prints.
#include "mirrorctl/output.hpp"
#include "mirrorctl/status_text.hpp"
#include "mirrorctl/volumes.hpp"
#include "ops/status/json.hpp"

#include <functional>
#include <gtest/gtest.h>

using namespace mirrornet;
using namespace mirrornet::ctl;

namespace {

ops::StatusReport report_of(MirrorState state, Reason reason, Role role = Role::source)
{
    ops::MirrorStatus mirror;
    mirror.node = "b";
    mirror.record.state = state;
    mirror.record.reason = reason;
    mirror.record.link = LinkState::up;
    mirror.record.encrypted = true;
    mirror.record.dirty_blocks = 16;
    mirror.record.resync.begun = 64;
    mirror.record.resync.sent = 48;
    mirror.record.resync.elapsed_ms = 1000;
    ops::VolumeStatus volume;
    volume.name = "home";
    volume.configured = true;
    volume.bytes = 4 << 20;
    volume.record.emplace();
    volume.record->role = role;
    volume.record->data = DataState::current;
    ops::judge(mirror, volume.name, volume.record);
    volume.mirrors.push_back(mirror);
    volume.level = ops::level_of(volume);
    return {"a", {volume}, {}};
}

std::string text_of(MirrorState state, Reason reason = Reason::none)
{
    return status_text(to_json(report_of(state, reason)));
}

} // namespace

TEST(StatusText, OneLinePerMirror)
{
    EXPECT_EQ(text_of(MirrorState::mirroring),
              "VOLUME  ROLE    LOCK      DATA     MIRROR  STATE      REASON  LINK  DIRTY  SINCE\n"
              "home    source  unlocked  current  b       mirroring  -       up    16     -");
}

TEST(StatusText, ShowsProgressOfAResync)
{
    EXPECT_NE(text_of(MirrorState::resync)
                  .find("home@b: [######################........]  75.0 %  1.0 MiB left  "
                        "3.0 MiB/s  0 s left"),
              std::string::npos)
        << text_of(MirrorState::resync);
}

TEST(StatusText, SaysWhatToDo)
{
    EXPECT_NE(text_of(MirrorState::paused, Reason::user).find("mirrorctl continue home@b"),
              std::string::npos);
}

TEST(StatusText, ATargetThatLostItsSourceIsDisconnected)
{
    for (auto reason : {Reason::link_lost, Reason::peer_silent, Reason::user}) {
        const auto document = to_json(report_of(MirrorState::paused, reason, Role::target));
        const bool cut_off = reason != Reason::user;
        EXPECT_EQ(status_text(document).find("home@b: disconnected since ") != std::string::npos,
                  cut_off);
        EXPECT_EQ(document["volumes"][0]["mirrors"][0]["disconnected"], cut_off);
        EXPECT_EQ(document["volumes"][0]["mirrors"][0]["state"], "paused");
    }
    EXPECT_EQ(text_of(MirrorState::paused, Reason::link_lost).find("disconnected"),
              std::string::npos) << "a source is not";
}

TEST(StatusText, AFullResyncIsSaidBeforeItBegins)
{
    const auto broken = report_of(MirrorState::broken, Reason::none);
    EXPECT_NE(status_text(to_json(broken)).find("home@b: the next resync will be full because the "
                                                "mirror is broken"),
              std::string::npos);
    EXPECT_NE(status_verbose(to_json(broken)).find("full, because the mirror is broken"),
              std::string::npos);
    EXPECT_EQ(text_of(MirrorState::paused, Reason::link_lost).find("will be full"),
              std::string::npos);
}

// Nothing is tracked, which is not "nothing is missing".
TEST(StatusText, ABrokenMirrorHasNoDirtyBlocks)
{
    const auto document = to_json(report_of(MirrorState::broken, Reason::user));
    EXPECT_NE(status_text(document).find("user    up    -      -"), std::string::npos) << status_text(document);
    EXPECT_NE(status_verbose(document).find("not tracked"), std::string::npos);
}

TEST(StatusText, OneWordForTheStateInEveryView)
{
    const auto document = to_json(report_of(MirrorState::paused, Reason::link_lost, Role::target));
    for (const auto& text : {status_text(document), status_brief(document), status_verbose(document)})
        EXPECT_NE(text.find("paused"), std::string::npos) << text;
}

TEST(StatusText, WhatIsPausedOverThereDoesNotEndByItself)
{
    auto report = report_of(MirrorState::paused, Reason::link_lost);
    auto& record = report.volumes[0].mirrors[0].record;
    record.link = LinkState::none;
    record.ends_by_itself = true;
    const auto mirror = [&] { return to_json(report)["volumes"][0]["mirrors"][0]; };
    EXPECT_EQ(mirror()["ends_by_itself"], true);
    EXPECT_TRUE(mirror()["peer"]["reason"].is_null());
    record.peer_reason = Reason::user;
    EXPECT_EQ(mirror()["ends_by_itself"], false);
    EXPECT_EQ(mirror()["peer"]["reason"], "user");
}

TEST(StatusText, WhatIsQueuedWithoutDataHasNoBytes)
{
    auto report = report_of(MirrorState::paused, Reason::link_lost);
    report.volumes[0].mirrors[0].record.queue_length = 17;
    report.volumes[0].mirrors[0].record.queue_age_ms = 1000;
    EXPECT_NE(status_text(to_json(report)).find("17 writes are queued"), std::string::npos);
    report.volumes[0].mirrors[0].record.queue_bytes = 4096;
    EXPECT_NE(status_text(to_json(report)).find("17 writes (4.0 KiB) are queued"), std::string::npos);
}

TEST(StatusText, AVerifyIsToldFromAResync)
{
    auto report = report_of(MirrorState::resync, Reason::none);
    report.volumes[0].mirrors[0].record.resync.compared = 48;
    const auto text = status_text(to_json(report));
    EXPECT_NE(text.find("1.0 MiB left to compare  48 blocks compared, 0 differed"), std::string::npos) << text;
}

TEST(StatusText, CompressionIsNotKnownWithoutALink)
{
    auto report = report_of(MirrorState::paused, Reason::link_lost);
    auto& record = report.volumes[0].mirrors[0].record;
    record.link = LinkState::none;
    EXPECT_NE(status_verbose(to_json(report)).find("no link; nothing was compressed so far"), std::string::npos);
    record.sent_bytes = 1024;
    record.uncompressed_bytes = 4096;
    EXPECT_NE(status_verbose(to_json(report)).find("no link; without it 4.0 KiB would have been sent so far"),
              std::string::npos);
}

TEST(StatusText, VerboseHasTheTableAndEverythingElse)
{
    const auto document = to_json(report_of(MirrorState::mirroring, Reason::none));
    const auto text = status_verbose(document);
    EXPECT_TRUE(text.starts_with(status_text(document)));
    EXPECT_EQ(text.find("fence"), std::string::npos) << "there is none";
    for (const char* part : {"4.0 MiB (4194304 bytes)", "current since", "up, encrypted",
                             "partial, as far as this node knows", "sent 48 of 64 blocks"})
        EXPECT_NE(text.find(part), std::string::npos) << text << "lacks: " << part;
}

// A node with another version may not send all of it.
TEST(StatusText, OfAnOlderNode)
{
    auto document = to_json(report_of(MirrorState::paused, Reason::user));
    document.erase("errors");
    for (const char* key : {"disconnected", "partial", "full_because"})
        document["volumes"][0]["mirrors"][0].erase(key);
    document["volumes"][0].erase("error");
    EXPECT_NE(status_text(document).find("paused"), std::string::npos);
    EXPECT_NE(status_verbose(document).find("not known on this node"), std::string::npos);
    EXPECT_NE(list_text(document).find("home"), std::string::npos);
}

TEST(StatusText, BriefIsForScripts)
{
    EXPECT_EQ(status_brief(to_json(report_of(MirrorState::mirroring, Reason::none))),
              "home@b source mirroring none ok");
    auto report = report_of(MirrorState::mirroring, Reason::none);
    report.volumes[0].mirrors.clear();
    EXPECT_EQ(status_brief(to_json(report)), "home source none none ok");
    report.volumes[0].record.reset();
    report.volumes[0].level = ops::level_of(report.volumes[0]);
    EXPECT_EQ(status_brief(to_json(report)), "home - inactive none degraded");
}

TEST(StatusText, AnInactiveVolume)
{
    ops::StatusReport report{"a", {}, {}};
    EXPECT_EQ(status_text(to_json(report)), "no volumes on this node");
    report.volumes.emplace_back();
    report.volumes[0].name = "home";
    EXPECT_NE(status_text(to_json(report)).find("not active"), std::string::npos);
}

TEST(Table, ColumnsFit)
{
    Table table({"A", "LONG"});
    table.add({"longer", "x"});
    EXPECT_EQ(table.print(), "A       LONG\nlonger  x");
}

TEST(ProgressBar, HasItsWidth)
{
    EXPECT_EQ(progress_bar(0, 10), "[..........]");
    EXPECT_EQ(progress_bar(50, 10), "[#####.....]");
    EXPECT_EQ(progress_bar(100, 10), "[##########]");
    EXPECT_EQ(progress_bar(250, 10), "[##########]");
}

TEST(InitramfsAdvice, WhereThereIsATool)
{
    EXPECT_NE(initramfs_advice("/bin/sh").find("update-initramfs -u"), std::string::npos);
    EXPECT_EQ(initramfs_advice("/nonexistent/tool"), "");
}

namespace {

// What `print` leaves on standard output, as JSON.
json printed(const std::function<void(const Output&)>& print)
{
    Output output;
    output.json_wanted = true;
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    print(output);
    output.end();
    testing::internal::GetCapturedStderr();
    return json::parse(testing::internal::GetCapturedStdout());
}

} // namespace

// A wait that fails after the work was done, for one.
TEST(Json, OneDocumentWhateverHappens)
{
    const auto document = printed([](const Output& output) {
        output.document({{"changed", true}, {"mirrors", {"home@b"}}});
        output.error(Error(ExitStatus::timed_out, "not in sync yet"));
    });
    EXPECT_EQ(document["changed"], true);
    EXPECT_EQ(document["error"]["exit"], 10);
}

TEST(Json, OneDocumentForSeveralVolumes)
{
    int status = 0;
    const VolumeArguments arguments{{"a", "b", "c"}, false};
    const auto document = printed([&](const Output& output) {
        Invocation invocation;
        invocation.output = output;
        status = for_each_volume(invocation, arguments, [](const std::string& name) -> json {
            if (name == "b")
                throw Error(ExitStatus::in_use, "b is open");
            return {{"volume", name}};
        });
        invocation.output.end();
    });
    EXPECT_EQ(status, 11);
    EXPECT_EQ(document["results"].size(), 2U);
    EXPECT_EQ(document["errors"][0]["volume"], "b");
    EXPECT_EQ(document["errors"][0]["exit"], 6);
    EXPECT_EQ(document["error"]["status"], "partly-done");
}

TEST(Confirm, WithoutATerminalYesHasToBeSaid)
{
    if (is_terminal(stdin))
        GTEST_SKIP() << "standard input is a terminal";
    EXPECT_THROW(confirm("All is lost.", false), Error);
    EXPECT_NO_THROW(confirm("All is lost.", true));
}
