// SPDX-License-Identifier: GPL-2.0-or-later
//
// How devices lie on each other, from a /sys and a /proc made up for it.
#include "ops/device/identity.hpp"
#include "ops/device/mounts.hpp"
#include "ops/device/users.hpp"

#include "scratch_dir.hpp"

#include <fstream>
#include <gtest/gtest.h>

using namespace mirrornet::ops;
namespace fs = std::filesystem;

namespace {

// sda (8:0) with sda1 and sda2; dm-0 (253:0, an LV) on sda2; vdb (254:16) plain.
class FakeSys {
public:
    FakeSys()
    {
        device("devices/pci0/ata1/block/sda", "8:0");
        put("devices/pci0/ata1/block/sda/device/wwid", "naa.500");
        partition("devices/pci0/ata1/block/sda/sda1", "8:1", "1");
        partition("devices/pci0/ata1/block/sda/sda2", "8:2", "2");
        device("devices/virtual/block/dm-0", "253:0");
        put("devices/virtual/block/dm-0/dm/uuid", "LVM-abc");
        put("devices/virtual/block/dm-0/dm/name", "vg0-root");
        relate("devices/virtual/block/dm-0/slaves", "devices/pci0/ata1/block/sda/sda2");
        relate("devices/pci0/ata1/block/sda/sda2/holders", "devices/virtual/block/dm-0");
        device("devices/virtio3/block/vdb", "254:16");
    }
    Sysfs sysfs() const { return Sysfs(dir_.path()); }

private:
    void put(const std::string& path, const std::string& text)
    {
        fs::create_directories((dir_ / path).parent_path());
        std::ofstream(dir_ / path) << text << "\n";
    }
    void device(const std::string& path, const std::string& number)
    {
        put(path + "/dev", number);
        fs::create_directories(dir_ / "dev/block");
        fs::create_symlink(dir_ / path, dir_ / ("dev/block/" + number));
    }
    void partition(const std::string& path, const std::string& number, const std::string& which)
    {
        device(path, number);
        put(path + "/partition", which);
    }
    void relate(const std::string& directory, const std::string& to)
    {
        fs::create_directories(dir_ / directory);
        fs::create_symlink(dir_ / to, dir_ / directory / fs::path(to).filename());
    }

    ScratchDir dir_;
};

constexpr DeviceNumber sda{8, 0}, sda1{8, 1}, sda2{8, 2}, lv{253, 0}, vdb{254, 16};

} // namespace

TEST(Sysfs, PartitionsAndDisks)
{
    const FakeSys fake;
    const Sysfs sysfs = fake.sysfs();
    EXPECT_EQ(sysfs.partitions(sda), (std::vector{sda1, sda2}));
    EXPECT_EQ(sysfs.whole_disk(sda2), sda);
    EXPECT_FALSE(sysfs.whole_disk(sda).has_value());
    EXPECT_EQ(sysfs.kernel_name(sda1), "sda1");
    EXPECT_EQ(sysfs.kernel_name({9, 9}), "9:9");
}

TEST(Sysfs, EverythingUnderALogicalVolume)
{
    const FakeSys fake;
    EXPECT_EQ(fake.sysfs().everything_under(lv), (std::set{sda, sda2, lv}));
    EXPECT_EQ(fake.sysfs().holders(sda2), std::vector{lv});
    EXPECT_TRUE(fake.sysfs().holders(sda1).empty());
}

TEST(Identity, DoesNotDependOnTheOrderOfProbing)
{
    const FakeSys fake;
    const Sysfs sysfs = fake.sysfs();
    EXPECT_EQ(stable_identity(sysfs, sda), "wwid:naa.500");
    EXPECT_EQ(stable_identity(sysfs, sda2), "wwid:naa.500#2");
    EXPECT_EQ(stable_identity(sysfs, lv), "dm:LVM-abc");
    EXPECT_EQ(stable_identity(sysfs, vdb), "path:/devices/virtio3");
}

TEST(Identity, ADiskWithoutANameOfItsOwnIsNotTakenForAnother)
{
    const FakeSys fake;
    EXPECT_EQ(medium_identity(fake.sysfs(), vdb), "");
    EXPECT_EQ(medium_identity(fake.sysfs(), sda1), "wwid:naa.500#1");
}

TEST(DeviceNumber, ParsesOnlyWholeNumbers)
{
    EXPECT_EQ(DeviceNumber::parse("8:17"), (DeviceNumber{8, 17}));
    for (const char* text : {"", "8", "8:", ":1", "8:1:2", "a:b", "-1:2"})
        EXPECT_FALSE(DeviceNumber::parse(text).has_value()) << text;
}

TEST(Mounts, ReadsMountinfo)
{
    const auto found = parse_mountinfo(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "30 22 0:25 / /run rw - tmpfs tmpfs rw\n"
        "31 22 254:16 / /srv/with\\040blank rw shared:2 master:3 - xfs /dev/vdb rw\n"
        "rubbish\n");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].point, "/");
    EXPECT_EQ(found[0].type, "ext4");
    EXPECT_EQ(found[2].point, "/srv/with blank");
    EXPECT_EQ(found[2].device, vdb);
    EXPECT_EQ(backing_device(found[2]), vdb);
    EXPECT_FALSE(backing_device(found[1]).has_value());
}

TEST(Mounts, ReadsSwaps)
{
    EXPECT_EQ(parse_swaps("Filename\tType\tSize\tUsed\tPriority\n"
                          "/dev/dm-1                               partition\t1\t0\t-2\n"),
              std::vector<std::string>{"/dev/dm-1"});
}

TEST(Users, AreDescribedInOneSentence)
{
    EXPECT_EQ(describe({{"mount", "mounted on /x"}, {"process", "open in process 1 (dd)"}}),
              "mounted on /x; open in process 1 (dd)");
    EXPECT_EQ(umount_commands({{"mount", "mounted on /x"},
                               {"process", "open in process 1 (dd)"},
                               {"mount", "its partition vda1 is mounted on /z"},
                               {"mount", "mounted on /my files"}}),
              "umount /x && umount '/my files'");
    EXPECT_EQ(umount_commands({{"process", "open in process 1 (dd)"}}), "");
}
