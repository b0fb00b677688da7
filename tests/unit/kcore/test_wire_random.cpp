// SPDX-License-Identifier: GPL-2.0-or-later
// Random headers: whatever passes must be harmless.
#include "wire_frames.hpp"

#include <array>

namespace kcore {

class WireRandom : public Test {
protected:
    Random random_{1};

    // Mostly small or near an edge: plain random numbers never get past the first check.
    u64 near(u64 edge)
    {
        switch (random_.range(0, 4)) {
        case 0: return 0;
        case 1: return edge + random_.range(0, 2) - 1;
        case 2: return random_.any();
        case 3: return random_.range(0, edge) & ~7ull;
        default: return edge;
        }
    }

    mn_wire_limits limits()
    {
        mn_wire_limits limits{};

        limits.sector_size = 512u << random_.range(0, 3);
        limits.volume_sectors = random_.range(1, 1 << 20) * (limits.sector_size >> 9);
        limits.last_sequence = random_.range(0, 3);
        limits.from_source = random_.one_in(2);
        limits.hello_seen = !random_.one_in(8);
        limits.features = static_cast<u32>(random_.range(0, 31)) * MN_FEATURE_COMPARE;
        return limits;
    }

    mn_frame frame(const mn_wire_limits &limits)
    {
        static constexpr std::array<u32, 7> lengths{0, 8, 16, 24, 32, 216, 4096};
        mn_frame frame{};

        frame.type = static_cast<u8>(random_.range(0, __MN_FRAME_TYPE_MAX));
        frame.flags = static_cast<u16>(random_.one_in(2) ? 0 : random_.range(0, 8));
        frame.sequence = random_.one_in(2) ? 0 : near(limits.last_sequence + 1);
        frame.barrier = random_.one_in(2) ? 0 : near(frame.sequence);
        frame.sector = near(limits.volume_sectors);
        frame.sectors = static_cast<u32>(near(random_.one_in(2) ? 2048 : MN_ZEROES_SECTORS_MAX));
        frame.payload_bytes = lengths[random_.range(0, lengths.size() - 1)];
        if (random_.one_in(2))
            frame.payload_bytes = random_.one_in(2) ? frame.sectors * 512 : (frame.sectors + 7) / 8;
        if (frame.type == MN_FRAME_GENERATION || frame.type == MN_FRAME_COPY)
            frame.sector = frame.sectors = 0;
        else if (frame.type >= MN_FRAME_COMPARE && random_.one_in(2))
            aim_at_block(frame, limits);
        frame.payload_crc = frame.payload_bytes ? 1 : 0;
        return frame;
    }

    void aim_at_block(mn_frame &frame, const mn_wire_limits &limits)
    {
        frame.sector = random_.range(0, limits.volume_sectors / 128) * 128;
        frame.sectors = 128;
        frame.payload_bytes = random_.one_in(2) ? 32 : 0;
    }
};

// Nothing here is taken from the decoder's own tables.
static void expect_harmless(const mn_frame &frame, const mn_wire_limits &limits)
{
    unsigned __int128 end = static_cast<unsigned __int128>(frame.sector) + frame.sectors;

    EXPECT_LE(frame.payload_bytes, 1u << 20);
    EXPECT_EQ(frame.flags & ~7, 0);
    EXPECT_TRUE(frame.sequence == 0 || frame.sequence == limits.last_sequence + 1);
    EXPECT_TRUE(frame.barrier == 0 || frame.barrier < frame.sequence);
    EXPECT_TRUE(frame.type != MN_FRAME_HELLO || !limits.hello_seen);
    EXPECT_TRUE(limits.hello_seen || frame.type == MN_FRAME_HELLO || frame.type >= MN_FRAME_PING);
    if (frame.type == MN_FRAME_WRITE || frame.type == MN_FRAME_WRITE_ZEROES) {
        EXPECT_TRUE(limits.from_source);
        EXPECT_GT(frame.sequence, 0u);
        EXPECT_GT(frame.sectors, 0u);
        EXPECT_TRUE(end <= limits.volume_sectors);
        EXPECT_EQ(frame.sector * 512 % limits.sector_size, 0u);
        EXPECT_EQ(frame.sectors * 512ull % limits.sector_size, 0u);
    }
    if (frame.type == MN_FRAME_COMPARE || frame.type == MN_FRAME_DIFFERS) {
        EXPECT_TRUE(limits.features & MN_FEATURE_COMPARE);
        EXPECT_EQ(frame.sector % 128, 0u);
        EXPECT_TRUE(end <= limits.volume_sectors && frame.sectors && frame.sectors <= 128);
    }
    if (frame.type == MN_FRAME_NEEDS_FULL || frame.type == MN_FRAME_FULL_STORED) {
        EXPECT_TRUE(limits.features & MN_FEATURE_NEEDS_FULL);
        EXPECT_EQ(frame.type == MN_FRAME_NEEDS_FULL, limits.from_source);
    }
    if (frame.type >= MN_FRAME_RENEW_READY && frame.type <= MN_FRAME_RENEW_ASK)
        EXPECT_TRUE(limits.features & MN_FEATURE_RENEW);
    if (frame.type == MN_FRAME_GENERATION || frame.type == MN_FRAME_COPY)
        EXPECT_TRUE((limits.features & MN_FEATURE_COPIES) && limits.from_source);
    if (frame.type == MN_FRAME_WRITE) {
        EXPECT_EQ(frame.payload_bytes, frame.sectors * 512ull);
    } else if (frame.type == MN_FRAME_BITMAP) {
        EXPECT_FALSE(limits.from_source);
        EXPECT_TRUE(end <= (limits.volume_sectors + 127) / 128);
        EXPECT_EQ(frame.payload_bytes, (frame.sectors + 7) / 8);
    } else {
        EXPECT_LE(frame.payload_bytes, 216u);
    }
}

TEST_F(WireRandom, WhatPassesIsHarmless)
{
    std::array<unsigned int, __MN_FRAME_TYPE_MAX + 1> passed{};

    for (int i = 0; i < 1000000; i++) {
        mn_wire_limits known = limits();
        mn_wire_header header = encoded(frame(known));
        mn_frame out;

        if (mn_wire_decode(&header, &known, &out) != MN_WIRE_OK)
            continue;
        passed[out.type]++;
        expect_harmless(out, known);
        ASSERT_FALSE(HasFailure()) << mn_frame_type_text(out.type);
    }
    for (u8 type = MN_FRAME_HELLO; type < __MN_FRAME_TYPE_MAX; type++)
        EXPECT_GT(passed[type], 0u) << "never tried: " << mn_frame_type_text(type);
    EXPECT_EQ(passed[0] + passed[__MN_FRAME_TYPE_MAX], 0u);
}

TEST_F(WireRandom, GarbageNeverPasses)
{
    for (int i = 0; i < 200000; i++) {
        mn_wire_limits known = limits();
        mn_wire_header header;
        mn_frame out;

        random_.fill(&header, sizeof(header));
        if (random_.one_in(2))
            header.magic = MN_WIRE_MAGIC;
        ASSERT_NE(mn_wire_decode(&header, &known, &out), MN_WIRE_OK);
    }
}

// Garbage with a good checksum, as a hostile but authenticated peer sends it.
TEST_F(WireRandom, SealedGarbageIsHarmless)
{
    for (int i = 0; i < 200000; i++) {
        mn_wire_limits known = limits();
        mn_wire_header header;
        mn_frame out;

        random_.fill(&header, sizeof(header));
        header.magic = MN_WIRE_MAGIC;
        header.version = 1;
        header.type = static_cast<u8>(random_.range(0, __MN_FRAME_TYPE_MAX));
        reseal(header);
        if (mn_wire_decode(&header, &known, &out) == MN_WIRE_OK)
            expect_harmless(out, known);
    }
}

}  // namespace kcore
