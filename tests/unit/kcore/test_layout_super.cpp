// SPDX-License-Identifier: GPL-2.0-or-later
// The superblock: there and back, torn, damaged, impossible, random.
#include "supers.hpp"

#include <cstddef>
#include <cstring>

namespace kcore {

class Super : public Test {
protected:
    Random random_{3};

    static mn_super_error decode(const mn_disk_super &disk)
    {
        mn_super out;

        return mn_super_decode(&disk, &out);
    }

    // What a superblock with one thing changed and a good checksum decodes to.
    template <typename Spoil> mn_super_error spoilt(Spoil spoil)
    {
        mn_super super = random_super(random_);

        std::memset(super.slot, 0, sizeof(super.slot));
        super.slot[2].used = true;
        super.slot[2].peer_uuid[0] = 1;
        std::strcpy(super.name, "vol");
        super.sector_size = 4096;
        super.sectors = 1 << 20;

        mn_disk_super disk = encoded(super);

        spoil(disk);
        reseal(disk);
        return decode(disk);
    }
};

TEST_F(Super, ComesBackAsItWas)
{
    for (int i = 0; i < 5000; i++) {
        mn_super super = random_super(random_);
        mn_disk_super disk = encoded(super);
        mn_super out;

        std::memset(&out, 0xee, sizeof(out));
        ASSERT_EQ(mn_super_decode(&disk, &out), MN_SUPER_OK);
        ASSERT_TRUE(same_super(super, out));
    }
}

TEST_F(Super, IsWhereTheDocumentSays)
{
    EXPECT_EQ(offsetof(mn_disk_super, sequence), 16u);
    EXPECT_EQ(offsetof(mn_disk_super, name), 56u);
    EXPECT_EQ(offsetof(mn_disk_super, sectors), 120u);
    EXPECT_EQ(offsetof(mn_disk_super, role), 138u);
    EXPECT_EQ(offsetof(mn_disk_super, generation), 160u);
    EXPECT_EQ(offsetof(mn_disk_super, fingerprint), 240u);
    EXPECT_EQ(offsetof(mn_disk_super, slot), 272u);
    EXPECT_EQ(offsetof(mn_disk_super, handover), 784u);
    EXPECT_EQ(offsetof(mn_disk_super, handed_to), 792u);
    EXPECT_EQ(offsetof(mn_disk_super, padding), 808u);
}

TEST_F(Super, EveryFlippedByteIsCaught)
{
    mn_disk_super disk = encoded(random_super(random_));
    auto *bytes = reinterpret_cast<u8 *>(&disk);

    for (std::size_t at = 0; at < sizeof(disk); at++) {
        u8 flip = static_cast<u8>(random_.range(1, 255));

        bytes[at] ^= flip;
        ASSERT_EQ(decode(disk), at < 8 ? MN_SUPER_NO_MAGIC : MN_SUPER_BAD_CRC) << "byte " << at;
        bytes[at] ^= flip;
    }
    EXPECT_EQ(decode(disk), MN_SUPER_OK);
}

// The first sectors of a new copy, the rest of the old one, at every sector.
TEST_F(Super, TornWritesAreCaught)
{
    mn_disk_super before = encoded(random_super(random_));
    mn_disk_super after = encoded(random_super(random_));

    for (std::size_t written = 512; written < sizeof(after); written += 512) {
        mn_disk_super torn = before;

        std::memcpy(&torn, &after, written);
        if (!std::memcmp(&torn, &after, sizeof(torn)))
            continue;
        EXPECT_EQ(decode(torn), MN_SUPER_BAD_CRC) << written;
    }
}

TEST_F(Super, EmptyAndForeignDevices)
{
    mn_disk_super disk;

    std::memset(&disk, 0, sizeof(disk));
    EXPECT_EQ(decode(disk), MN_SUPER_NO_MAGIC);
    std::memset(&disk, 0xff, sizeof(disk));
    EXPECT_EQ(decode(disk), MN_SUPER_NO_MAGIC);
}

TEST_F(Super, Versions)
{
    EXPECT_EQ(spoilt([](auto &) {}), MN_SUPER_OK);
    EXPECT_EQ(spoilt([](auto &d) { d.version = 2; }), MN_SUPER_NEWER_VERSION);
    EXPECT_EQ(spoilt([](auto &d) { d.version = 0; }), MN_SUPER_BAD_VALUE);
}

TEST_F(Super, ImpossibleIdentity)
{
    EXPECT_EQ(spoilt([](auto &d) { std::memset(d.volume_uuid, 0, 16); }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { std::memset(d.node_uuid, 0, 16); }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.name[0] = 0; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.name[0] = '/'; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.name[63] = 'x'; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { std::memset(d.name, 'x', 64); }), MN_SUPER_OK);
}

TEST_F(Super, ImpossibleGeometry)
{
    EXPECT_EQ(spoilt([](auto &d) { d.sectors = 0; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.sectors = 1001; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.sectors = MN_VOLUME_SECTORS_MAX + 8; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.sector_size = 0; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.sector_size = 520; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.page_bytes = 0; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.page_bytes = 8192; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.region_shift = 15; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.region_shift = 27; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.block_shift = 17; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.intent_limit = 15; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.intent_limit = 65537; }), MN_SUPER_BAD_VALUE);
}

TEST_F(Super, ImpossibleStatus)
{
    EXPECT_EQ(spoilt([](auto &d) { d.role = 3; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.locked = MN_LOCK_HANDING_OVER + 1; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.data_state = 4; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.flags = MN_SUPER_F_ALL + 1; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.reserved[2] = 1; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.padding[0] = 1; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.padding[sizeof(d.padding) - 1] = 1; }), MN_SUPER_BAD_VALUE);
}

TEST_F(Super, ImpossibleSlots)
{
    EXPECT_EQ(spoilt([](auto &d) { d.slot[2].flags = MN_SLOT_F_ALL + 1; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.slot[2].state = -2; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.slot[2].state = 6; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.slot[2].reason = __MN_REASON_MAX; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.slot[2].reserved = 1; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.slot[2].flags = MN_SLOT_F_ALL + 1; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.slot[7].base = 1; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([](auto &d) { d.slot[7] = d.slot[2]; }), MN_SUPER_BAD_VALUE);
}

// Whatever is on the device: no crash, and nothing impossible is believed.
TEST_F(Super, SealedGarbageIsNotBelieved)
{
    for (int i = 0; i < 20000; i++) {
        mn_disk_super disk = encoded(random_super(random_));
        auto *bytes = reinterpret_cast<u8 *>(&disk);
        mn_super out;

        for (u64 changes = random_.range(1, 4); changes; changes--)
            bytes[random_.range(8, 783)] = static_cast<u8>(random_.any());
        reseal(disk);
        if (mn_super_decode(&disk, &out) != MN_SUPER_OK)
            continue;
        mn_disk_super again = encoded(out);

        ASSERT_EQ(std::memcmp(&again, &disk, sizeof(disk)), 0);
    }
}

// To whom the role was handed: there with the lock that it explains, and with no other.
TEST_F(Super, HandoverWithItsLockOnly)
{
    auto handed = [](mn_disk_super &d) {
        d.role = MN_ROLE_SOURCE;
        d.locked = MN_LOCK_HANDED_OVER;
        d.handover = 1;
        d.handed_to[15] = 1;
    };

    EXPECT_EQ(spoilt([&](auto &d) { handed(d); }), MN_SUPER_OK);
    EXPECT_EQ(spoilt([&](auto &d) { handed(d); d.role = MN_ROLE_TARGET; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([&](auto &d) { handed(d); d.locked = MN_LOCK_USER; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([&](auto &d) { handed(d); d.handed_to[15] = 0; }), MN_SUPER_BAD_VALUE);
    EXPECT_EQ(spoilt([&](auto &d) { handed(d); d.handover = 0; }), MN_SUPER_BAD_VALUE);
}

}  // namespace kcore
