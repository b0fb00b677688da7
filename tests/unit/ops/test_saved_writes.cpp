// SPDX-License-Identifier: GPL-2.0-or-later
//
// What a copy wrote on its own, as files: exactly the ranges asked for, or nothing at all.
#include "base/file.hpp"
#include "ops/volume/saved_writes.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

constexpr std::uint64_t block = 64 << 10;
constexpr std::uint64_t volume = 3 * (1 << 20) + 4096; // no multiple of a block

class SavedWritesTest : public ::testing::Test {
protected:
    SavedWritesTest()
    {
        for (std::uint64_t i = 0; i < volume; i++)
            content += static_cast<char>('a' + i / 4096 % 23);
        write_file_atomic(device, content);
    }
    SavedWrites save(const std::vector<mn_range>& ranges, std::chrono::milliseconds time = std::chrono::hours(1))
    {
        return save_ranges(device.string(), volume, ranges, {{"volume", "home"}}, target, Deadline(time));
    }

    ScratchDir dir;
    std::filesystem::path device = dir / "device";
    std::filesystem::path target = dir / "home-1";
    std::string content;
};

} // namespace

TEST_F(SavedWritesTest, TheRangesAreThereAndNothingElse)
{
    const std::vector<mn_range> ranges{{block, block}, {5 * block, 20 * block}, {volume - 4096, 4096}};
    const auto saved = save(ranges);
    EXPECT_EQ(saved.bytes, 21 * block + 4096);
    std::string expected(volume, '\0');
    for (const auto& range : ranges)
        expected.replace(range.start, range.length, content.substr(range.start, range.length));
    EXPECT_EQ(read_file(target / "blocks", 2 * volume), expected);
    struct stat image {};
    ASSERT_EQ(::stat((target / "blocks").c_str(), &image), 0);
    EXPECT_LT(static_cast<std::uint64_t>(image.st_blocks) * 512, volume); // holes, not zeros
}

TEST_F(SavedWritesTest, TheDescriptionNamesTheRanges)
{
    save({{0, block}, {3 * block, 2 * block}});
    const auto about = nlohmann::json::parse(read_file(target / "saved.json"));
    EXPECT_EQ(about.at("volume"), "home");
    EXPECT_EQ(about.at("volume_bytes"), volume);
    EXPECT_EQ(about.at("saved_bytes"), 3 * block);
    EXPECT_EQ(about.at("ranges"), nlohmann::json::parse(R"([{"start":0,"length":65536},{"start":196608,"length":131072}])"));
}

TEST_F(SavedWritesTest, OnlyRootReadsThem)
{
    save({{0, block}});
    EXPECT_EQ(file_mode(target), 0700u);
    EXPECT_EQ(file_mode(target / "blocks"), 0600u);
    EXPECT_EQ(file_mode(target / "saved.json"), 0600u);
}

TEST_F(SavedWritesTest, WhatCannotBeReadLeavesNothingBehind)
{
    expect_error(ExitStatus::internal, {"device", "ends at byte"}, [&] { save({{0, block}, {volume, block}}); });
    EXPECT_FALSE(std::filesystem::exists(target));
    EXPECT_FALSE(std::filesystem::exists(target.string() + ".part"));
}

TEST_F(SavedWritesTest, WhatWasLeftUnfinishedIsWrittenAnew)
{
    make_directory(target.string() + ".part");
    write_file_atomic(target.string() + ".part/blocks", "half");
    EXPECT_EQ(save({{block, block}}).directory, target.string());
    EXPECT_EQ(read_file(target / "blocks", 2 * volume).substr(block, block), content.substr(block, block));
}

TEST_F(SavedWritesTest, WhatIsStoppedLeavesNothingBehind)
{
    expect_error(ExitStatus::timed_out, {"blocks", "before its end"},
                 [&] { save({{0, block}}, std::chrono::milliseconds(0)); });
    EXPECT_FALSE(std::filesystem::exists(target));
    EXPECT_FALSE(std::filesystem::exists(target.string() + ".part"));
}
