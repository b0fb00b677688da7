// SPDX-License-Identifier: GPL-2.0-or-later
// The checker of the invariants: a history that is right, and every rule broken once.
#include "invariants.hpp"
#include "recorded.hpp"
#include "supers.hpp"

#include <cstring>

namespace kcore {

using namespace replay;

namespace {

constexpr std::uint64_t volume_sectors = 2048, region_sectors = 128;
constexpr std::uint64_t meta_bytes = 131072;

class Rules : public Test {
protected:
    void SetUp() override
    {
        Test::SetUp();
        kcore::Random random(1);

        super_ = random_super(random);
        super_.sectors = volume_sectors;
        super_.sector_size = super_.page_bytes = 512;
        super_.region_shift = 16;
        super_.flags = MN_SUPER_F_CLEAN;
        std::memset(super_.slot, 0, sizeof(super_.slot));
        super_.slot[0].used = true;
        super_.slot[0].peer_uuid[0] = 1;
        ASSERT_TRUE(mn_layout_compute(volume_sectors, 512, 16, &layout_));
        format();
        super_.flags = 0;
        commit();
    }

    std::vector<std::byte> page(std::uint8_t kind, std::uint8_t slot, std::initializer_list<unsigned int> bits = {})
    {
        std::vector<std::byte> bytes(512);

        for (unsigned int bit : bits)
            bytes[32 + bit / 8] |= std::byte(1u << bit % 8);
        mn_page_seal(reinterpret_cast<mn_disk_page *>(bytes.data()), 512, super_.volume_uuid, kind, slot, 0);
        return bytes;
    }

    std::vector<std::byte> super_bytes()
    {
        std::vector<std::byte> bytes(MN_SUPER_BYTES);

        mn_super_encode(&super_, reinterpret_cast<mn_disk_super *>(bytes.data()));
        return bytes;
    }

    void commit(int flags = Recording::preflush | Recording::fua)
    {
        super_.sequence = ++sequence_;
        made_.write(meta_device, copy_ * 8, super_bytes(), flags);
        copy_ = !copy_;
    }

    void format()
    {
        made_.write(meta_device, layout_.intent_start / 512, page(MN_PAGE_INTENT, 0));
        for (std::uint8_t slot = 0; slot < MN_SLOTS; slot++) {
            made_.write(meta_device, layout_.bitmap_start[slot] / 512, page(MN_PAGE_BITMAP, slot));
            made_.write(meta_device, layout_.unsent_start[slot] / 512, page(MN_PAGE_UNSENT, slot));
        }
        commit();
        commit();
    }

    std::uint32_t begin_intents(std::initializer_list<unsigned int> regions)
    {
        return made_.begin(meta_device, layout_.intent_start / 512, page(MN_PAGE_INTENT, 0, regions), Recording::fua);
    }
    void intents(std::initializer_list<unsigned int> regions) { made_.end(begin_intents(regions)); }
    void bitmap(std::initializer_list<unsigned int> blocks)
    {
        made_.write(meta_device, layout_.bitmap_start[0] / 512, page(MN_PAGE_BITMAP, 0, blocks), Recording::fua);
    }
    void write(std::uint64_t region) { made_.write(data_device, region * region_sectors, letters('w', 8)); }

    // Else a torn superblock differs in nothing from the whole one.
    void change_second_sector()
    {
        super_.slot[6].used = true;
        super_.slot[6].peer_uuid[0] = 6;
    }

    // What the checker says; empty: nothing is wrong.
    std::string verdict(Point lacking = never, std::uint64_t seed = 3)
    {
        Disk data(made_.history, data_device, std::vector<std::byte>(volume_sectors * 512), 8);
        Disk meta(made_.history, meta_device, std::vector<std::byte>(meta_bytes), 1);
        Invariants invariants(made_.history, data, meta, lacking, seed);

        invariants.run();
        EXPECT_EQ(invariants.counts().faults == 0, invariants.faults().empty());
        return invariants.faults().empty() ? "" : invariants.faults()[0];
    }

    bool says(const char *what, Point lacking = never)
    {
        std::string said = verdict(lacking);
        return said.find(what) != said.npos;
    }

    Recording made_;
    mn_super super_{};
    mn_layout layout_{};

private:
    std::uint64_t sequence_ = 0;
    unsigned int copy_ = 0;
};

}  // namespace

TEST_F(Rules, AllIsWell)
{
    intents({3, 4});
    write(3);
    write(4);
    made_.flush(data_device);
    intents({4});
    commit();
    write(4);
    made_.flush(data_device);
    intents({});
    super_.flags = MN_SUPER_F_CLEAN;
    commit();
    EXPECT_EQ(verdict(), "");
}

TEST_F(Rules, IntentIsMissing)
{
    intents({3});
    write(4);
    EXPECT_TRUE(says("I1: the write of sectors 512 + 8 begins while the intent of region 4"));
}

TEST_F(Rules, IntentIsNotYetDurable)
{
    auto intent = begin_intents({3});
    write(3);
    made_.end(intent);
    EXPECT_TRUE(says("I1"));
}

TEST_F(Rules, IntentIsBeingTakenBack)
{
    intents({3});
    auto intent = begin_intents({});
    write(3);
    made_.end(intent);
    EXPECT_TRUE(says("I1"));
}

TEST_F(Rules, IntentGoesBeforeTheFlush)
{
    intents({3});
    write(3);
    intents({});
    made_.flush(data_device);
    EXPECT_TRUE(says("I2: the intent of region 3 goes while 1 writes"));
}

TEST_F(Rules, IntentGoesAfterAFlushOfTheWrongDevice)
{
    intents({3});
    write(3);
    made_.flush(meta_device);
    intents({});
    EXPECT_TRUE(says("I2"));
}

TEST_F(Rules, IntentGoesAfterAFlushThatBeganTooEarly)
{
    intents({3});
    auto flush = made_.begin(data_device, 0, {}, Recording::preflush);
    write(3);
    made_.end(flush);
    intents({});
    EXPECT_TRUE(says("I2"));
}

TEST_F(Rules, WriteOfAVolumeThatSaysClean)
{
    super_.flags = MN_SUPER_F_CLEAN;
    intents({3});
    commit();
    write(3);
    EXPECT_TRUE(says("may say clean"));
}

TEST_F(Rules, CleanBeforeTheFlush)
{
    intents({3});
    write(3);
    super_.flags = MN_SUPER_F_CLEAN;
    commit();
    EXPECT_TRUE(says("says clean while 1 writes"));
}

TEST_F(Rules, SuperblockWithoutFlush)
{
    commit(Recording::fua);
    EXPECT_TRUE(says("PREFLUSH and FUA"));
}

TEST_F(Rules, SuperblockOverTheOnlyGoodCopy)
{
    commit();
    change_second_sector();
    super_.sequence++;
    made_.begin(meta_device, 0, super_bytes(), Recording::preflush | Recording::fua);
    made_.begin(meta_device, 8, super_bytes(), Recording::preflush | Recording::fua);
    std::string said;
    for (std::uint64_t seed = 1; said.empty() && seed < 50; seed++)
        said = verdict(never, seed);
    EXPECT_NE(said.find("neither superblock"), said.npos) << said;
}

TEST_F(Rules, SuperblockTwiceOverTheSameCopy)
{
    change_second_sector();
    commit();
    made_.history.writes.back().sector = 0;
    EXPECT_TRUE(says("after a crash here the superblock is 2; it was at 3"));
}

TEST_F(Rules, SequenceJumps)
{
    commit();
    super_.sequence += 2;
    made_.write(meta_device, 8, super_bytes(), Recording::preflush | Recording::fua);
    EXPECT_TRUE(says("superblock 6 is written after 4"));
}

TEST_F(Rules, PageInTheWrongPlace)
{
    made_.write(meta_device, layout_.bitmap_start[1] / 512, page(MN_PAGE_BITMAP, 0), Recording::fua);
    EXPECT_TRUE(says("damaged or belongs elsewhere"));
}

TEST_F(Rules, BlockThatNobodyRemembers)
{
    Point lacking = made_.history.length();

    intents({3});
    write(3);
    made_.flush(data_device);
    intents({});
    EXPECT_EQ(verdict(), "") << "a connected mirror may have it";
    EXPECT_TRUE(says("I2: a mirror lacks block 3", lacking));
}

TEST_F(Rules, BlockThatTheBitmapRemembers)
{
    Point lacking = made_.history.length();

    intents({3});
    write(3);
    made_.flush(data_device);
    bitmap({3});
    intents({});
    EXPECT_EQ(verdict(lacking), "");
    bitmap({});
    EXPECT_TRUE(says("I2: a mirror lacks block 3", lacking));
}

// Without the flush before the superblock a crash could leave it without what it stands for.
TEST(Format, OpensOnlyWithAllItsPages)
{
    Recording made;
    kcore::Random random(1);
    mn_super super = random_super(random);

    super.sectors = volume_sectors;
    super.sector_size = super.page_bytes = 512;
    super.region_shift = 16;
    super.sequence = 1;
    mn_disk_super disk = encoded(super);
    auto *bytes = reinterpret_cast<std::byte *>(&disk);
    made.begin(meta_device, 0, {bytes, bytes + sizeof(disk)}, Recording::preflush | Recording::fua);
    Disk data(made.history, data_device, std::vector<std::byte>(volume_sectors * 512), 8);
    Disk meta(made.history, meta_device, std::vector<std::byte>(meta_bytes), 1);
    Invariants invariants(made.history, data, meta, never, 3);

    invariants.run();
    ASSERT_FALSE(invariants.faults().empty());
    EXPECT_NE(invariants.faults()[0].find("is damaged"), std::string::npos);
}

}  // namespace kcore
