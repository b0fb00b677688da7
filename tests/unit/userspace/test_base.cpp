// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/fd.hpp"
#include "base/file.hpp"
#include "base/nearest.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/uuid.hpp"
#include "expect_error.hpp"
#include "scratch_dir.hpp"

#include <fcntl.h>
#include <sys/stat.h>

using namespace mirrornet;
using namespace std::chrono_literals;

TEST(Error, StatusFollowsErrno)
{
    EXPECT_EQ(status_of_errno(EEXIST), ExitStatus::exists);
    EXPECT_EQ(status_of_errno(ENODEV), ExitStatus::not_found);
    EXPECT_EQ(status_of_errno(EBUSY), ExitStatus::in_use);
    EXPECT_EQ(status_of_errno(EPERM), ExitStatus::not_permitted);
    EXPECT_EQ(status_of_errno(ECONNREFUSED), ExitStatus::unreachable);
    EXPECT_EQ(status_of_errno(ETIMEDOUT), ExitStatus::timed_out);
    EXPECT_EQ(status_of_errno(EIO), ExitStatus::internal);
}

TEST(Error, CodesOfTheContract)
{
    const int codes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 20, 21, 22, 23, 24};
    for (int code : codes)
        EXPECT_EQ(static_cast<int>(status_from_code(code)), code);
    for (long long code : {-1LL, 12LL, 19LL, 25LL, 1LL << 40})
        EXPECT_EQ(status_from_code(code), ExitStatus::internal);
}

TEST(Uuid, TextRoundTrip)
{
    for (int round = 0; round < 100; round++) {
        const auto uuid = Uuid::random();
        EXPECT_EQ(Uuid::parse(uuid.to_string()), uuid);
        EXPECT_EQ(uuid.to_string()[14], '4') << uuid.to_string();
    }
    EXPECT_EQ(Uuid::parse("00112233-4455-6677-8899-AABBccddeeff").to_string(),
              "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(Uuid, OrderIsThatOfTheText)
{
    const auto small = Uuid::parse("0f000000-0000-0000-0000-000000000000");
    const auto large = Uuid::parse("f0000000-0000-0000-0000-000000000000");
    EXPECT_LT(small, large);
    EXPECT_LT(small.to_string(), large.to_string());
}

TEST(Uuid, Malformed)
{
    for (const char* text : {"", "0011", "00112233-4455-6677-8899-aabbccddeef",
                             "00112233-4455-6677-8899-aabbccddeeff0",
                             "00112233x4455-6677-8899-aabbccddeeff",
                             "0011223--4455-6677-8899-aabbccddeeff",
                             "g0112233-4455-6677-8899-aabbccddeeff"})
        EXPECT_FALSE(Uuid::find(text)) << text;
}

TEST(Text, Numbers)
{
    EXPECT_EQ(to_number("42"), 42);
    EXPECT_EQ(to_number("9223372036854775807"), INT64_MAX);
    for (const char* text : {"", " 1", "1 ", "1x", "9223372036854775808", "0x10"})
        EXPECT_FALSE(to_number(text)) << text;
}

TEST(Text, PrintableKeepsOneLine)
{
    EXPECT_EQ(printable("a\nb\x1b[1m\xff"), "a\\x0ab\\x1b[1m\\xff");
    EXPECT_EQ(printable(std::string(300, 'x')).size(), 203u);
}

TEST(Text, WordsForAShell)
{
    EXPECT_EQ(shell_quoted("b:/dev/vg0/home"), "b:/dev/vg0/home");
    EXPECT_EQ(shell_quoted(""), "''");
    EXPECT_EQ(shell_quoted("a b;$c"), "'a b;$c'");
    EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
}

TEST(File, AtomicWriteReplacesAndSetsMode)
{
    ScratchDir dir;
    write_file_atomic(dir / "f", "one", 0644);
    write_file_atomic(dir / "f", "two", 0600);
    EXPECT_EQ(read_file(dir / "f"), "two");
    EXPECT_EQ(file_mode(dir / "f"), 0600u);
    const auto entries = std::distance(std::filesystem::directory_iterator(dir.path()),
                                       std::filesystem::directory_iterator());
    EXPECT_EQ(entries, 1) << "a temporary file was left behind";
}

// On a full file system what is there can be put back all the same.
TEST(File, WhatIsThereIsNotWrittenAgain)
{
    const auto number = [](const std::filesystem::path& path) {
        struct stat st {};
        EXPECT_EQ(::stat(path.c_str(), &st), 0);
        return st.st_ino;
    };
    ScratchDir dir;
    write_file_atomic(dir / "f", "one", 0644);
    const UniqueFd held(::open((dir / "f").c_str(), O_RDONLY | O_CLOEXEC)); // keeps its number from being used again
    const auto before = number(dir / "f");
    write_file_atomic(dir / "f", "one", 0644);
    EXPECT_EQ(number(dir / "f"), before);
    write_file_atomic(dir / "f", "one", 0600);
    EXPECT_NE(number(dir / "f"), before) << "a mode is part of what is there";
    EXPECT_EQ(file_mode(dir / "f"), 0600u);
    write_file_atomic(dir / "f", "two", 0600);
    EXPECT_EQ(read_file(dir / "f"), "two");

    std::filesystem::create_symlink(dir / "f", dir / "link");
    write_file_atomic(dir / "link", "two", 0600);
    EXPECT_FALSE(std::filesystem::is_symlink(dir / "link")) << "a link is no file of ours";
}

TEST(File, FailedWriteLeavesNothing)
{
    ScratchDir dir;
    std::filesystem::create_directory(dir / "taken");
    EXPECT_THROW(write_file_atomic(dir / "taken", "x"), Error);
    const auto entries = std::distance(std::filesystem::directory_iterator(dir.path()),
                                       std::filesystem::directory_iterator());
    EXPECT_EQ(entries, 1);
}

TEST(File, ReadIsBounded)
{
    ScratchDir dir;
    write_file_atomic(dir / "f", std::string(1000, 'x'));
    EXPECT_EQ(read_file(dir / "f", 1000).size(), 1000u);
    expect_error(ExitStatus::usage, {"longer than 999"}, [&] { read_file(dir / "f", 999); });
    expect_error(ExitStatus::not_found, {"does not exist"}, [&] { read_file(dir / "no"); });
}

TEST(File, FifoIsRefusedWithoutHanging)
{
    ScratchDir dir;
    ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
    expect_error(ExitStatus::usage, {"not a regular file"}, [&] { read_file(dir / "fifo"); });
}

TEST(Fd, ClosesOnceAndMoves)
{
    int raw;
    {
        UniqueFd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        raw = first.get();
        UniqueFd second(std::move(first));
        EXPECT_FALSE(first); // NOLINT(bugprone-use-after-move): that is the point
        EXPECT_EQ(second.get(), raw);
    }
    EXPECT_EQ(::fcntl(raw, F_GETFD), -1);
}

TEST(Process, OutputAndStatus)
{
    const auto result = run_process({"sh", "-c", "echo out; echo err >&2; exit 3"});
    EXPECT_EQ(result.exit_status, 3);
    EXPECT_EQ(result.out, "out\n");
    EXPECT_EQ(result.err, "err\n");
    EXPECT_EQ(run_process({"sh", "-c", "echo $LC_ALL"}).out, "C\n");
}

TEST(Process, ArgumentsAreNotAShellsBusiness)
{
    EXPECT_EQ(run_process({"echo", "$(id); *"}).out, "$(id); *\n");
}

TEST(Process, Limits)
{
    expect_error(ExitStatus::timed_out, {"sleep", "killed"},
                 [] { run_process({"sleep", "30"}, {.timeout = 50ms}); });
    expect_error(ExitStatus::not_found, {"cannot run"},
                 [] { run_process({"/no/such/program"}); });
    const auto result = run_process({"head", "-c", "100000", "/dev/zero"}, {.output = 10});
    EXPECT_EQ(result.out.size(), 10u);
    EXPECT_TRUE(result.ok());
}

TEST(Time, IsReadAsItIsPrinted)
{
    for (const std::uint64_t time : {1ull, 951782400ull, 1795500000ull, 4102444800ull, 32503679999ull})
        EXPECT_EQ(parse_time(utc_text(time)), time) << utc_text(time);
    EXPECT_EQ(utc_text(951782400), "2000-02-29T00:00:00Z");
    EXPECT_EQ(parse_time("2000-02-29 00:00Z"), 951782400u);
    EXPECT_EQ(parse_time("2000-02-29T00:00:01Z"), 951782401u);
    const auto local = parse_time("2026-07-01 12:00"); // of whatever zone this machine has
    EXPECT_NEAR(static_cast<double>(local), static_cast<double>(parse_time("2026-07-01 12:00Z")), 15 * 3600);
}

TEST(Time, WhatIsNone)
{
    for (const char* text : {"", "tomorrow", "12:00", "2026-02-30 12:00", "2026-13-01 12:00", "2026-01-01 24:30", "2026-01-01",
                             "2026-01-01 12:00:61", "2026-01-01 12:00 ", "2026-01-01 12:00+1", "99999-01-01 12:00"})
        EXPECT_THROW(parse_time(text), Error) << text;
}

TEST(Time, LengthsOfTime)
{
    EXPECT_EQ(parse_duration("45s"), 45u);
    EXPECT_EQ(parse_duration("90m"), 5400u);
    EXPECT_EQ(parse_duration("1h30m"), 5400u);
    EXPECT_EQ(parse_duration("3d"), 259200u);
    EXPECT_EQ(parse_duration("366d"), 31622400u);
    for (const char* text : {"", "5", "0s", "h", "-1h", "1w", "1.5h", "367d", "1h ", "9999999999s"})
        EXPECT_THROW(parse_duration(text), Error) << text;
}

TEST(Nearest, OnlyWhatIsAlike)
{
    EXPECT_EQ(nearest("stat", {"status", "up", "start"}), "start");
    EXPECT_EQ(nearest("lsit", {"status", "list"}), "list");
    EXPECT_EQ(nearest("completely", {"status", "list"}), "");
    EXPECT_EQ(nearest("x", {}), "");
}
