// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/initial_copy.hpp"
#include "ops/meta/choice.hpp"

#include "expect_error.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

constexpr std::uint64_t bytes = 4 << 20;
constexpr std::uint64_t room = std::uint64_t{1} << 30;

DeviceFacts plain()
{
    DeviceFacts facts;
    facts.path = "/dev/sdb1";
    return facts;
}

DeviceFacts logical_volume()
{
    DeviceFacts facts;
    facts.path = "/dev/vg0/home";
    facts.logical_volume = "vg0/home";
    return facts;
}

} // namespace

TEST(MetaChoice, ADeviceByItsPath)
{
    const auto choice = choose_meta("/dev/sdc1", "home", plain(), bytes, {});
    EXPECT_EQ(choice.make, MetaMake::use_device);
    EXPECT_EQ(choice.path, "/dev/sdc1");
    EXPECT_EQ(choice.kind(), MetaKind::device);
}

TEST(MetaChoice, AFileByItsPath)
{
    const auto choice = choose_meta("file:/srv/home.meta", "home", plain(), bytes, {});
    EXPECT_EQ(choice.make, MetaMake::make_file);
    EXPECT_EQ(choice.path, "/srv/home.meta");
    EXPECT_EQ(choice.kind(), MetaKind::file);
}

TEST(MetaChoice, AFileInItsUsualPlace)
{
    EXPECT_EQ(choose_meta("file", "home", plain(), bytes, {}).path,
              "/var/lib/mirror-net/home.meta");
}

TEST(MetaChoice, AutoIsALogicalVolumeBesideOne)
{
    const auto choice = choose_meta("auto", "home", logical_volume(), bytes, room);
    EXPECT_EQ(choice.make, MetaMake::make_lv);
    EXPECT_EQ(choice.volume_group, "vg0");
    EXPECT_EQ(choice.path, "/dev/vg0/home.mirror-meta");
    EXPECT_EQ(choice.kind(), MetaKind::device);
}

TEST(MetaChoice, AutoIsAFileWhereTheGroupIsFull)
{
    EXPECT_EQ(choose_meta("auto", "home", logical_volume(), bytes, bytes).make, MetaMake::make_lv);
    const auto choice = choose_meta("auto", "home", logical_volume(), bytes, bytes - 1);
    EXPECT_EQ(choice.make, MetaMake::make_file);
    EXPECT_NE(choice.reason.find("vg0"), std::string::npos);
}

TEST(MetaChoice, AutoIsAFileBesideAPlainDevice)
{
    EXPECT_EQ(choose_meta("auto", "home", plain(), bytes, {}).make, MetaMake::make_file);
}

TEST(MetaChoice, NonsenseIsRefused)
{
    expect_error(ExitStatus::usage, {"sdc1", "absolute path"},
                 [] { choose_meta("sdc1", "home", plain(), bytes, {}); });
    expect_error(ExitStatus::usage, {"absolute path"},
                 [] { choose_meta("file:home", "home", plain(), bytes, {}); });
}

TEST(CopyMethod, TheFileSystemsThatSayWhatTheyUse)
{
    for (const char* type : {"ext4", "xfs"})
        EXPECT_EQ(choose_copy_method({"filesystem", type, "", ""}, {}).how,
                  InitialCopy::used_blocks);
}

TEST(CopyMethod, AnythingElseIsSentWholeAndSaysWhy)
{
    const auto lvm = choose_copy_method({"raid", "LVM2_member", "", ""}, {});
    EXPECT_EQ(lvm.how, InitialCopy::every_block);
    EXPECT_NE(lvm.describe().find("LVM2_member"), std::string::npos);
    EXPECT_EQ(choose_copy_method({"filesystem", "btrfs", "", ""}, {}).how,
              InitialCopy::every_block);
    EXPECT_EQ(choose_copy_method({}, {}).how, InitialCopy::every_block);
}

TEST(CopyMethod, WishesComeFirst)
{
    const Signature ext4{"filesystem", "ext4", "", ""};
    EXPECT_EQ(choose_copy_method(ext4, {true, true}).how, InitialCopy::every_block);
    EXPECT_EQ(choose_copy_method(ext4, {false, false}).how, InitialCopy::none);
}
